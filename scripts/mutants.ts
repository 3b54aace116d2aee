/**
 * Breaks the code on purpose, one guarantee at a time, in a copy of the working tree, and checks that the test named
 * for the guarantee goes red. A mutant that survives fails the run. `npm run mutants [-- part of a name or of its test]`
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { docsMutants } from './docs-mutants.ts';
import { agentsMutants } from './agents-mutants.ts';
import { commandMutants } from './command-mutants.ts';
import { examplesMutants } from './examples-mutants.ts';
import { governanceMutants } from './governance-mutants.ts';
import { auditMutants } from './audit-mutants.ts';
import { eslintPluginMutants } from './eslint-plugin-mutants.ts';
import { initMutants } from './init-mutants.ts';
import { hubspotMutants } from './hubspot-mutants.ts';
import { ledgerMutants } from './ledger-mutants.ts';
import { mailMutants } from './mail-mutants.ts';
import type { Mutant } from './mutant.ts';
import { slackApprovalMutants } from './slack-approval-mutants.ts';
import { telemetryMutants } from './telemetry-mutants.ts';
import { retentionMutants } from './retention-mutants.ts';
import { slackMutants } from './slack-mutants.ts';
import { stripeMutants } from './stripe-mutants.ts';
import { toolsMutants } from './tools-mutants.ts';

const traces = 'packages/core/test/simulation/traces.test.ts';

const mutants: readonly Mutant[] = [
  {
    breaks: 'no check of the permission at the last hook',
    file: 'packages/core/src/permit.ts',
    from: `if (!(elapsed() < windowMs)) throw new PermitDenied('the send window is over');`,
    to: ``,
    test: traces,
    named: 'I4: a process stopped past its window',
  },
  {
    breaks: 'the revision used as the token: whoever raised it evicts the holder',
    file: 'packages/core/src/ledger-session.ts',
    from: `if (answer.kind === 'conflict') seen = seenIn(answer);\n        if`,
    to: `if (answer.kind === 'conflict') return seenIn(answer);\n        if`,
    test: traces,
    named: 'a refused bystander and a canceller raise the revision',
  },
  {
    breaks: 'the fingerprint not compared on takeover',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `    case 'stopped': {\n      if (!acceptable) return refuseChange;`,
    to: `    case 'stopped': {`,
    test: traces,
    named: 'I3: other input on takeover',
  },
  {
    breaks: 'doubt cleared by a later 429',
    file: 'packages/core/src/lifecycle/settle.ts',
    from: `at === index ? settled : speaksFor(`,
    to: `at === index ? settled : ending.evidence === 'not_applied' || speaksFor(`,
    test: traces,
    named: 'a 429 on the second attempt after a lost commit',
  },
  {
    breaks: 'a settle that drops a late accepted',
    file: 'packages/core/src/lifecycle/settle.ts',
    from: `  const evidence = mergeEvidence(before.evidence, ending.evidence);`,
    to: `  if (now >= before.leaseUntil) return { kind: 'unchanged' };\n  const evidence = mergeEvidence(before.evidence, ending.evidence);`,
    test: traces,
    named: 'a late 250 OK of a stale holder',
  },
  {
    breaks: 'the landing bound ignored',
    file: 'packages/core/src/lifecycle/state.ts',
    from: `return (attempt.settledAt ?? attempt.leaseUntil) + landingBoundMs;`,
    to: `return (attempt.settledAt ?? attempt.leaseUntil) + 0 * landingBoundMs;`,
    test: 'packages/core/test/lifecycle/probe.test.ts',
    named: 'is believed after the landing bound, and the second time',
  },
  {
    breaks: 'a claim that does not look for an approval',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `if (mustBeApproved(record, request)) {`,
    to: `if (mustBeApproved(record, request) && record.retryAt === -1) {`,
    test: traces,
    named: 'I5: nothing is sent before the approval',
  },
  {
    breaks: 'claims that do not look at the workflow',
    file: 'packages/core/src/ledgers/memory.ts',
    from: `if (workflow && workflow.state !== 'running') return`,
    to: `if (workflow && false) return`,
    test: traces,
    named: 'I6: a paused workflow claims nothing',
  },
  {
    breaks: 'an absent slot of a forgetful ledger taken as new',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `if (request.suspectSince === undefined) return send`,
    to: `if (request.suspectSince !== null) return send`,
    test: traces,
    named: 'rule 8',
  },
  {
    breaks: 'a claim whose answer was lost is not recognised',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `if (own) return { kind: 'own', attempt: own };`,
    to: ``,
    test: traces,
    named: 'an own claim whose answer was lost',
  },
  {
    breaks: 'one probe is enough to believe in absence',
    file: 'packages/core/src/lifecycle/state.ts',
    from: `      return 2;`,
    to: `      return 1;`,
    test: 'packages/core/test/lifecycle/probe.test.ts',
    named: 'is believed after the landing bound, and the second time',
  },
  {
    breaks: 'the retries of the Stripe SDK left on',
    file: 'packages/stripe/src/adapter.ts',
    from: `{ httpClient, maxNetworkRetries: 0 }`,
    to: `{ httpClient, maxNetworkRetries: 2 as 0 }`,
    test: 'packages/stripe/test',
    named: 'for a look-up: it is asked three times by us, and by nobody else',
  },
  {
    breaks: 'the retries of the Slack SDK left on',
    file: 'packages/slack/src/adapter.ts',
    from: `          retryConfig: { retries: 0 },`,
    to: `          retryConfig: { retries: 2, minTimeout: 1, maxTimeout: 1 } as never,`,
    test: 'packages/slack/test/regressions.test.ts',
    named: 'own retries are off: a failing look-up',
  },
  {
    breaks: "one neighbour's error failing a batch",
    file: 'packages/core/src/batching.ts',
    from: `if (batch.length > 1 && isFaultOfOne(error))`,
    to: `if (batch.length > 1 && !isFaultOfOne(error) && isFaultOfOne(error))`,
    test: 'packages/core/test/batching.test.ts',
    named: "one command's fault never fails its neighbours",
  },
  {
    breaks: "time from the worker's clock",
    file: 'packages/core/src/postgres/rows.ts',
    from: `  const at = Number(row.now_at);`,
    to: `  const at = Number(row.now_at) > 0 ? Date.now() : 0;`,
    test: 'packages/core/test/ledgers/postgres-isolation.test.ts',
    named: "is the server's where the worker's clock",
  },
  {
    breaks: 'pause not locking out a claim in flight, Postgres',
    file: 'packages/core/src/postgres/schema.ts',
    from: `if alone then perform pg_advisory_xact_lock(gate);`,
    to: `if alone then null;`,
    test: 'packages/core/test/ledgers/postgres-isolation.test.ts',
    named: 'is not acknowledged while a claim that did not see it is being stored',
  },
  {
    breaks: 'a claim that does not compare the revision again, Postgres',
    file: 'packages/core/src/postgres/schema.ts',
    from: `where e.key = new_key and e.revision = expect`,
    to: `where e.key = new_key and e.revision >= expect`,
    test: 'packages/core/test/ledgers/postgres-isolation.test.ts',
    named: 'of two takeovers at once one wins',
  },
  {
    breaks: 'a batch that does not compare the revision again, Postgres',
    file: 'packages/core/src/postgres/schema.ts',
    from: `where e.revision = excluded.revision - 1`,
    to: `where e.revision <= excluded.revision`,
    test: 'packages/core/test/ledgers/postgres-isolation.test.ts',
    named: 'of two takeovers in batches one wins',
  },
  ...auditMutants,
  ...ledgerMutants,
  ...retentionMutants,
  ...commandMutants,
  ...mailMutants,
  ...governanceMutants,
  ...hubspotMutants,
  ...stripeMutants,
  ...telemetryMutants,
  ...eslintPluginMutants,
  ...initMutants,
  ...slackMutants,
  ...slackApprovalMutants,
  ...toolsMutants,
  ...docsMutants,
  ...examplesMutants,
  ...agentsMutants,
];

const wanted = process.argv[2] ?? '';
const root = mkdtempSync(join(tmpdir(), 'oncely-mutants-'));
let killed = 0;
let survived = 0;
try {
  copyTree();
  for (const mutant of mutants.filter((each) => each.breaks.includes(wanted) || each.test.includes(wanted))) {
    const red = run(mutant);
    if (red) killed += 1;
    else survived += 1;
    console.log(`${red ? 'red     ' : 'SURVIVED'}  ${mutant.breaks}\n          ${mutant.named}`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(`\n${killed} mutants killed, ${survived} survived`);
process.exitCode = survived === 0 ? 0 : 1;

/** Whether the named test is green on the code as it is and red on the mutant. */
function run(mutant: Mutant): boolean {
  const path = join(root, mutant.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(mutant.from).length !== 2) {
    console.error(`the mutant no longer fits ${mutant.file}: ${mutant.from}`);
    return false;
  }
  const green = vitest(mutant);
  writeFileSync(path, source.replace(mutant.from, mutant.to));
  const red = vitest(mutant);
  writeFileSync(path, source);
  return green.failed === 0 && green.passed > 0 && red.failed > 0;
}

function vitest({ test, named }: Mutant): { passed: number; failed: number } {
  const report = join(root, 'report.json');
  rmSync(report, { force: true });
  const args = ['run', test, '-t', named, '--reporter=json', `--outputFile=${report}`];
  spawnSync('vitest', args, { cwd: root, stdio: 'ignore' });
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function copyTree(): void {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { encoding: 'utf8' });
  for (const file of listed.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(file, join(root, file));
  }
  // Its links lead from the copied node_modules to the copied packages.
  cpSync('node_modules', join(root, 'node_modules'), { recursive: true, verbatimSymlinks: true });
}
