// One line of JSON a test. Whose file it is jasmine reads of who called `it`, which is ours in a wrapped run.
export default class Reporter {
  specDone({ fullName: name, status, failedExpectations }) {
    const state = { passed: 'pass', failed: 'fail' }[status] ?? 'skipped';
    const message = failedExpectations[0]?.message ?? '';
    process.stdout.write(`${JSON.stringify({ name, state, message })}\n`);
  }
}
