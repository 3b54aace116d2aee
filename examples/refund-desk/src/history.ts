/** Prints what a ledger knows of a case: `history.ts <ledger> <case or slot>`. */
import { createOncely, type Effect } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

const [file, about] = process.argv.slice(2);
if (file === undefined || about === undefined) throw new Error('usage: history <ledger> <case or slot>');

const oncely = createOncely({ ledger: sqliteLedger(file) });
const { effects } = await oncely.effects.list({ limit: 100_000 });
const found = effects.filter(({ slot, contract }) => slot === about || contract.businessId === about);
if (found.length === 0) throw new Error(`${file} knows nothing of ${about}`);
for (const effect of found.toSorted((a, b) => a.createdAt - b.createdAt)) {
  console.log(
    `\n${effect.key}  ${effect.operation}  ${effect.state}${effect.vendorId === undefined ? '' : ` as ${effect.vendorId}`}`,
  );
  for (const line of await linesOf(effect)) console.log(line);
}
console.log();
await oncely.close();

async function linesOf({ slot, createdAt, attempts }: Effect): Promise<string[]> {
  const claims = attempts.map(({ claimedAt, holder }, index) => ({
    at: claimedAt,
    text: `attempt ${index + 1} begins in ${holder}`,
  }));
  const deaths = attempts
    .map((attempt, index) => ({ ...attempt, number: index + 1 }))
    .filter(({ settledAt, leaseUntil }) => settledAt === undefined || settledAt >= leaseUntil)
    .map(({ leaseUntil, number }) => ({
      at: leaseUntil,
      text: `attempt ${number}: its lease is over and nobody reported an end`,
    }));
  const events = (await oncely.effects.history(slot)).map(({ at, event }) => ({ at, text: wordsOf(event) }));
  return [...claims, ...deaths, ...events]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, text }) => `${`+${((at - createdAt) / 1_000).toFixed(3)} s`.padStart(11)}  ${wrapped(text)}`);
}

/** Long reasons on lines of their own. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{60,90}?) /g, `$1\n${' '.repeat(13)}`);
}

function wordsOf(event: Readonly<Record<string, unknown>>): string {
  const { attempt, evidence, reason, answer, decision, by } = event as Readonly<Record<string, string>>;
  switch (event['type']) {
    case 'settled':
      return `attempt ${attempt} ends: ${evidence}${reason ? ` (${reason})` : ''}`;
    case 'taken_over':
      return `attempt ${attempt} is taken over`;
    case 'probed':
      return `the vendor is asked: ${answer?.replaceAll('_', ' ')}`;
    case 'halted':
      return `stopped for a person: ${reason}`;
    case 'decided':
      return `${by} decides: ${decision?.replaceAll('_', ' ')}${reason ? ` (${reason})` : ''}`;
    default:
      return JSON.stringify(event);
  }
}
