import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { measure, type Measured } from '../measure.ts';
import { isoTime, momentOf } from '../time.ts';

interface ReportOptions {
  readonly cost?: string;
  readonly since?: string;
}

export function addReport(program: Command, kit: Kit): void {
  program
    .command('report')
    .summary('how well it held: completion under fault, duplicates, time to consistency')
    .description(
      'Counts over all effects. Under fault: more than one attempt, or an end that no answer gave (found by a look-up, the key or a person). Completed: of those, the ones with an end. Time to consistency: from the first claim of one of them to the audit event that ended it. Duplicates: effects that the vendor shows more than once. It reads every record, and the history of those under fault.',
    )
    .option('--cost <amount>', 'what one more attempt costs you, in any currency, for the cost of a recovered run')
    .option('--since <time>', 'only effects made since then: ISO 8601 with a zone, or an age such as 7d')
    .action((options: ReportOptions, command: Command) => kit.use(command, (call) => report(call, options)));
}

async function report({ oncely, answer }: Call, options: ReportOptions): Promise<ExitCode> {
  const cost = options.cost === undefined ? undefined : Number(options.cost);
  if (cost !== undefined && !(cost >= 0 && Number.isFinite(cost))) {
    throw new CommandError('usage', `--cost takes a number, not "${options.cost}".`);
  }
  const { at } = await oncely.inspect.ledger();
  const since = options.since === undefined ? undefined : momentOf(options.since, at);
  const measured = await measure(oncely, since);
  const perRecovered =
    cost === undefined || measured.recovered === 0 ? undefined : (cost * measured.extraAttempts) / measured.recovered;
  answer(
    {
      at: isoTime(at),
      since: since === undefined ? null : isoTime(since),
      ...measured,
      completionUnderFault: shareOf(measured),
      meanTimeToConsistencyMs: measured.meanTimeToConsistencyMs ?? null,
      costPerRecoveredRun: perRecovered ?? null,
    },
    [
      `effects                      ${measured.effects}`,
      `  under fault                ${measured.underFault}`,
      `completion under fault       ${percent(shareOf(measured))}`,
      `mean time to consistency     ${seconds(measured.meanTimeToConsistencyMs)}`,
      `duplicate external writes    ${measured.duplicates}`,
      `cost of a recovered run      ${costText(cost, perRecovered)}`,
      `unscoped writes observed     ${measured.unscoped.writes}`,
      `  of them repeated           ${measured.unscoped.duplicates}`,
      ...measured.unscoped.repeated.map(({ operation, count }) => `    ${operation}, ${count} times with one input`),
    ],
  );
  return measured.duplicates > 0 ? 3 : 0;
}

function shareOf({ underFault, recovered }: Measured): number | null {
  return underFault === 0 ? null : recovered / underFault;
}

function percent(share: number | null): string {
  return share === null ? 'no fault yet' : `${(share * 100).toFixed(1)} %`;
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'no fault yet' : `${(ms / 1_000).toFixed(1)} s`;
}

function costText(cost: number | undefined, perRecovered: number | undefined): string {
  if (cost === undefined) return 'give --cost, what one more attempt costs';
  return perRecovered === undefined ? 'nothing was recovered yet' : String(Number(perRecovered.toFixed(6)));
}
