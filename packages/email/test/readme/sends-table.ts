import { cases, type Case } from '../side-by-side-cases.ts';

const endings: Readonly<Record<Case['ends'], string>> = {
  not_sent: '`not_sent`: it was not, and will be',
  closing: 'nodemailer’s own error: it was not sent, and will be',
  'put off': '`not_sent`, with the time to try again',
  refused: 'the refusal, replayed',
  stopped: '`stopped`: a person, a key or a probe decides',
};

/** What is accepted of one mail where every send of it fails so; measured by side-by-side.test.ts. */
export function sendsTable(): string {
  const rows = cases.map(({ name, raw: [once, thrice], ends }) => [
    name,
    once,
    thrice,
    Math.min(1, thrice),
    endings[ends],
  ]);
  const head = [
    'every send fails by',
    'nodemailer: one call',
    'three calls',
    'here: three calls',
    'the last one gives',
  ];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
