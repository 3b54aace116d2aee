/** Run by the tests in a process of its own: `race <file> <slots>` once it is told to go, or `write <file>` until it is killed. */
import { writeSync } from 'node:fs';

import { sqliteLedger } from '../../src/ledgers/sqlite.ts';

const [mode, file = '', count = '0'] = process.argv.slice(2);
const ledger = sqliteLedger(file);

const claim = async (slot: string): Promise<string> => {
  const answer = await ledger.write({
    slot,
    expect: 0,
    doc: JSON.stringify({ by: process.pid, slot }),
    index: { state: 's' },
    events: [1, 2].map((sequence) => ({ sequence, doc: `${process.pid} ${sequence}` })),
  });
  return answer.kind;
};

switch (mode ?? '') {
  case 'race':
    process.once('message', () => {
      void (async () => {
        const answers: string[] = [];
        for (let slot = 0; slot < Number(count); slot += 1) {
          answers.push(await claim(`slot${slot}`).catch((error: unknown) => String(error)));
        }
        await ledger.close();
        process.send?.(answers, () => process.disconnect());
      })();
    });
    process.send?.('ready');
    break;
  case 'write':
    for (let slot = 0; ; slot += 1) {
      // What is written here was acknowledged, whatever happens next.
      if ((await claim(`${process.pid}-${slot}`)) === 'written') writeSync(1, `${process.pid}-${slot}\n`);
    }
  default:
    throw new Error(`unknown mode ${mode}`);
}
