// One line of JSON a test, with the names of its suites before its own.
export default async function* reporter(source) {
  const names = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      names.length = data.nesting;
      names[data.nesting] = data.name;
    }
    if ((type === 'test:pass' || type === 'test:fail') && data.details?.type !== 'suite') {
      const name = [...names.slice(0, data.nesting), data.name].join(' > ');
      const state = data.skip !== undefined || data.todo !== undefined ? 'skipped' : type.slice(5);
      const cause = data.details?.error?.cause ?? data.details?.error;
      yield `${JSON.stringify({ name, state, message: String(cause?.message ?? '') })}\n`;
    }
  }
}
