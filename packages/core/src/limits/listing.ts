import { OncelyError } from '../errors.ts';
import type { LedgerSession } from '../ledger-session.ts';
import { settleEntries } from './ends.ts';
import { docOf, limitOfRow } from './keeping-rows.ts';
import { groupsAt, standing } from './row.ts';
import { limitPrefix, type Limit } from './rules.ts';

/** How far one limit is used: of one case, workflow, tenant or value, in one group. */
export interface LimitUse {
  /** `sum of amount of stripe.refunds.create per case`. */
  readonly limit: string;
  /** Of which case, workflow or tenant; `all`; of a path never the value. */
  readonly of: string;
  /** What is added up apart, as `by` says: a currency, or a digest of another value; absent: of none, so of any. */
  readonly group?: string;
  /** `in 3600000 ms`, `a day of Europe/Berlin`, `ever`. */
  readonly window: string;
  readonly used: number;
  /** Of `used`, what nobody knows yet whether it happened: it is under way or in doubt, and counts in every window. */
  readonly open: number;
  /** Absent where neither this process nor the row knows it. */
  readonly max?: number;
  /** What is left of `max`, never below 0. */
  readonly left?: number;
  /** When the next of what is used counts no more, in milliseconds since 1970; absent: not by time alone. */
  readonly roomAt?: number;
  /** Whether this process has the rule. Where not, `max` is the one that was asked by last. */
  readonly known: boolean;
  /** The row that counts it, also where a page ends. */
  readonly slot: string;
}

export interface LimitUses {
  /** The ledger's time. */
  readonly at: number;
  readonly uses: readonly LimitUse[];
  /** Give it as `after` for the next page; absent: that was the last one. */
  readonly next?: string;
}

export interface LimitsQuery {
  /** How many rows at most; a row may have several groups. Default 50, at most 1,000. */
  readonly limit?: number;
  readonly after?: string;
}

/** How far each limit is used, by what the records say of what was open. It writes nothing. */
export async function listLimits(
  session: LedgerSession,
  limits: readonly Limit[],
  { limit = 50, after }: LimitsQuery = {},
): Promise<LimitUses> {
  if (!(Number.isSafeInteger(limit) && limit >= 1 && limit <= 1_000)) {
    throw new OncelyError('invalid_input', {
      message: 'oncely.inspect.limits: limit must be a whole number from 1 to 1,000. Nothing was read.',
    });
  }
  await session.info();
  const { at, rows, next } = await session.ledger.list({
    limit,
    state: 'limit',
    ...(after === undefined ? {} : { after }),
  });
  const uses: LimitUse[] = [];
  for (const row of rows) {
    const stored = docOf(row);
    const known = limits.find(({ id }) => row.slot.startsWith(`${limitPrefix}${id}.`));
    const rule = known ?? limitOfRow(stored);
    const doc = await settleEntries(session, stored, rule, at);
    const groups = new Set([...Object.keys(doc.used), ...doc.entries.map(({ group }) => group)]);
    if (known?.rule.by !== undefined) for (const group of groupsAt(doc, known, '')) groups.add(group);
    if (groups.size === 0) groups.add('');
    for (const group of [...groups].toSorted()) {
      const { used, open, max } = standing(doc, rule, group, at);
      if (used === 0 && group === '' && groups.size > 1) continue;
      const ends = ['', group]
        .flatMap((each) => Object.keys(doc.used[each] ?? {}))
        .concat(doc.entries.flatMap(({ done }) => (done === undefined ? [] : [rule.window.partAt(done)])))
        .flatMap((part) => rule.window.overAt(part) ?? [])
        .filter((end) => end > at);
      uses.push({
        limit: stored.label,
        of: stored.of,
        ...(group === '' ? {} : { group }),
        window: stored.window,
        used,
        open,
        ...(rule.maxKey === 'null' ? {} : { max, left: Math.max(0, max - used) }),
        ...(ends.length === 0 ? {} : { roomAt: Math.min(...ends) }),
        known: known !== undefined,
        slot: row.slot,
      });
    }
  }
  return { at, uses, ...(next === undefined ? {} : { next }) };
}
