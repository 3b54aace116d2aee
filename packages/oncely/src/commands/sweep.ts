import type { Swept } from '@oncely/core';

import type { Call } from '../call.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked, printable } from '../masked.ts';
import { shortIdOf } from '../short-id.ts';
import { durationOf, momentOf } from '../time.ts';

export interface SweepOptions {
  readonly since?: string;
  readonly until?: string;
  readonly after?: string;
  readonly deadline: string;
}

type Found = Pick<Swept['missing'][number], 'slot' | 'operation' | 'vendorId'>;

/** Compares what succeeded with what is at the vendor: `reconcile --sweep`. It sends nothing and settles nothing. */
export async function sweep({ oncely, around, answer }: Call, limit: number, options: SweepOptions): Promise<ExitCode> {
  const { at } = await oncely.inspect.ledger();
  const moment = (text: string | undefined): Date | undefined =>
    text === undefined ? undefined : new Date(momentOf(text, at));
  const since = moment(options.since);
  const until = moment(options.until);
  const swept = await oncely.sweep({
    limit,
    deadlineMs: durationOf(options.deadline),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(options.after === undefined ? {} : { cursor: options.after }),
  });
  const { examined, matching, missing, twice, cannotLookUp, failed, next } = swept;
  const unseen = Object.entries(cannotLookUp);
  answer(
    {
      examined,
      matching,
      missing: missing.map(document),
      twice: twice.map((each) => ({ ...document(each), vendorIds: each.vendorIds })),
      cannotLookUp,
      failed: failed.map(({ slot, reason }) => ({ id: shortIdOf(slot), slot, reason: masked(reason) })),
      next: next ?? null,
    },
    [
      examined === 0 ? 'nothing to look up' : `${examined} looked up: ${matching} as recorded`,
      ...missing.map((each) => around.paint('red', `${line(each)}  is not there`)),
      ...twice.map((each) =>
        around.paint('red', `${line(each)}  is there ${each.vendorIds.length} times: ${each.vendorIds.join(', ')}`),
      ),
      ...unseen.map(([operation, many]) => `${many} ${operation} cannot be looked up`),
      ...failed.map(({ slot, reason }) => `${shortIdOf(slot)}  could not be asked now: ${masked(reason)}`),
      ...(next === undefined ? [] : [`there is more: --after ${printable(next)}`]),
    ],
  );
  if (missing.length > 0 || twice.length > 0) return 3;
  return failed.length > 0 || next !== undefined ? 4 : 0;
}

function document({ slot, operation, vendorId }: Found): object {
  return { id: shortIdOf(slot), slot, operation, vendorId: vendorId ?? null };
}

function line({ slot, operation, vendorId }: Found): string {
  return `${shortIdOf(slot)}  ${operation}  ${vendorId ?? '(no id)'}  ${printable(slot)}`;
}
