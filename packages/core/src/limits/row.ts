import { maxIn, type Limit, type Use } from './rules.ts';

/** One permission to send that counts, for as long as nobody knows how it ended. */
export interface Entry {
  readonly slot: string;
  readonly version: number;
  readonly token: string;
  readonly amount: number;
  readonly group: string;
  /** When it was put here, on the ledger's clock; absent in a document: when that was stored. */
  readonly at?: number;
  /** It has happened then, and may be given back. */
  readonly done?: number;
}

/** What a limit's row counts. */
export interface LimitDoc {
  readonly label: string;
  readonly window: string;
  readonly of: string;
  /** By group and part of time: what has happened. */
  readonly used: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly entries: readonly Entry[];
  /** How many entries were left when it was last looked how they ended. */
  readonly left: number;
  /** When each version of the rule asked last, by its maximum; absent in rows of before. */
  readonly maxima?: Readonly<Record<string, number>>;
}

/** One that asks for room. */
export interface Ask {
  readonly use: Use;
  readonly slot: string;
  readonly version: number;
  readonly token: string;
  /** A person has approved that it is one too many. */
  readonly over: boolean;
}

/** How far a limit is used, as it stands for one group. */
export interface Standing {
  readonly used: number;
  /** Of `used`, what nobody knows yet whether it happened. */
  readonly open: number;
  readonly max: number;
  /** Until when the lower maximum of another version holds, which has asked a short while ago. */
  readonly lowerUntil?: number;
}

/** How long one that was given room may need to claim its effect. */
export const claimingMs = 60_000;

/** For how long the lower maximum of another version holds since it asked last: as long as a rolling deploy may take. */
const versionsMs = 300_000;

/** From so many entries on it is looked how they ended; so many that may be given back are kept apart. */
const manyEntries = 32;

export function emptyDoc({ limit, of }: Use): LimitDoc {
  return { label: limit.label, window: limit.window.label, of, used: {}, entries: [], left: 0 };
}

/** The row with one more; or why it is one too many. */
export function admit(
  doc: LimitDoc,
  ask: Ask,
  now: number,
): { readonly doc: LimitDoc } | { readonly over: Standing; readonly roomAt?: number } {
  const { use, slot, version, token } = ask;
  const { limit, amount, group } = use;
  // Approved without an amount, it takes all there is.
  const taken = use.uncountable === undefined ? amount : Math.max(0, Math.min(limit.maxOf(group), 1e15));
  const entry: Entry = { slot, version, token, amount: taken, group };
  const others = doc.entries.filter((each) => each.token !== token);
  const next: LimitDoc = { ...withMaximum(doc, limit, now), entries: [...others, entry] };
  if (ask.over) return { doc: next };
  for (const each of groupsAt(next, limit, group)) {
    const before = standing(doc, limit, each, now);
    const after = standing(next, limit, each, now);
    // An effect that counts already takes no more by being sent again.
    if (after.used > after.max && after.used > before.used) {
      return { over: before, ...roomAt(doc, limit, each, now, after) };
    }
  }
  return { doc: next };
}

/** Whoever names no group may be of any of them. */
export function groupsAt(doc: LimitDoc, { rule, groups }: Limit, group: string): readonly string[] {
  if (group !== '' || rule.by === undefined) return [group];
  return [...new Set(['', ...groups, ...Object.keys(doc.used), ...doc.entries.map((each) => each.group)])];
}

export function standing(doc: LimitDoc, limit: Limit, group: string, now: number): Standing {
  const groups = group === '' ? [''] : ['', group];
  let happened = 0;
  for (const each of groups) {
    for (const [part, amount] of Object.entries(doc.used[each] ?? {})) {
      if (limit.window.counts(part, now)) happened += amount;
    }
  }
  const open = new Map<string, number>();
  const done = new Map<string, number>();
  for (const entry of doc.entries) {
    const { amount, group: own, done: at } = entry;
    if (!groups.includes(own)) continue;
    if (at !== undefined && !limit.window.counts(limit.window.partAt(at), now)) continue;
    const effect = `${countedAs(entry, limit)} ${own}`;
    const of = at === undefined ? open : done;
    of.set(effect, Math.max(amount, of.get(effect) ?? 0));
  }
  const sum = (amounts: Map<string, number>): number => [...amounts.values()].reduce((all, each) => all + each, 0);
  const used = happened + sum(done) + sum(open);
  return { used, open: sum(open), ...lowestMax(doc, limit, group, now) };
}

/** The row with the note that this version of the rule asks. */
export function withMaximum(doc: LimitDoc, { maxKey }: Limit, now: number): LimitDoc {
  const recent = Object.entries(doc.maxima ?? {}).filter(([, at]) => now < at + versionsMs);
  return { ...doc, maxima: { ...Object.fromEntries(recent), [maxKey]: now } };
}

/** Whether it is to be noted that this version asks, although it is given nothing. */
export function isUnnoted({ maxima }: LimitDoc, { maxKey }: Limit, now: number): boolean {
  return now >= (maxima?.[maxKey] ?? -Infinity) + versionsMs / 2;
}

/** The lowest of this version's maximum and of those that others asked by a short while ago. */
function lowestMax(
  { maxima = {} }: LimitDoc,
  { maxKey }: Limit,
  group: string,
  now: number,
): Pick<Standing, 'max' | 'lowerUntil'> {
  const own = maxIn(maxKey, group);
  let lowest: Pick<Standing, 'max' | 'lowerUntil'> = { max: own };
  for (const [key, at] of Object.entries(maxima)) {
    const until = at + versionsMs;
    if (key === maxKey || now >= until) continue;
    const max = maxIn(key, group);
    if (max < lowest.max) lowest = { max, lowerUntil: until };
  }
  return lowest;
}

/** When enough of what has happened counts no more, where that alone makes room. */
function roomAt(
  doc: LimitDoc,
  { window, maxKey }: Limit,
  group: string,
  now: number,
  { used, max, lowerUntil }: Standing,
): { readonly roomAt?: number } {
  // Once the version with the lower maximum is gone there may be room at once.
  if (lowerUntil !== undefined && used <= maxIn(maxKey, group)) return { roomAt: lowerUntil };
  const needed = used - max;
  const groups = [...new Set(['', group])];
  const parts = groups.flatMap((each) => Object.entries(doc.used[each] ?? {}));
  for (const { amount, group: own, done } of doc.entries) {
    if (done !== undefined && groups.includes(own)) parts.push([window.partAt(done), amount]);
  }
  const ending = parts
    .flatMap(([part, amount]) => ({ amount, at: window.overAt(part) ?? 0 }))
    .filter(({ at }) => at > now)
    .toSorted((one, other) => one.at - other.at);
  let freed = 0;
  for (const { amount, at } of ending) {
    freed += amount;
    if (freed >= needed) return { roomAt: at };
  }
  return {};
}

export function isCrowded({ entries, left }: LimitDoc): boolean {
  return entries.length >= Math.max(manyEntries, 2 * left);
}

/** How the entries of one effect ended, as its record says. */
export type EntriesEnd =
  | { readonly kind: 'happened'; readonly at: number; readonly token?: string }
  | { readonly kind: 'given_back' }
  | { readonly kind: 'open'; readonly entries: readonly Entry[] };

/** The row in which what has ended is counted as such or gone. */
export function withEnds(doc: LimitDoc, limit: Limit, ends: ReadonlyMap<string, EntriesEnd>, now: number): LimitDoc {
  const used: Record<string, Record<string, number>> = {};
  for (const [group, byPart] of Object.entries(doc.used)) {
    const counting = Object.entries(byPart).filter(([part]) => limit.window.counts(part, now));
    if (counting.length > 0) used[group] = Object.fromEntries(counting);
  }
  const count = ({ amount, group }: Pick<Entry, 'amount' | 'group'>, at: number): void => {
    const part = limit.window.partAt(at);
    if (!limit.window.counts(part, now)) return;
    const byPart = (used[group] ??= {});
    byPart[part] = (byPart[part] ?? 0) + amount;
  };
  const open: Entry[] = [];
  const done: Entry[] = [];
  for (const [effect, entries] of byEffect(doc.entries, limit)) {
    const end = ends.get(effect);
    if (end === undefined) open.push(...entries);
    else if (end.kind === 'open') open.push(...end.entries);
    else if (end.kind === 'happened') {
      const own = entries.find(({ token }) => token === end.token);
      for (const entry of own ? [own] : highest(entries)) {
        if (limit.rule.givenBackBy === undefined) count(entry, end.at);
        else done.push({ ...entry, done: end.at });
      }
    }
  }
  done.sort((one, other) => (one.done ?? 0) - (other.done ?? 0));
  for (const entry of done.splice(0, Math.max(0, done.length - manyEntries))) count(entry, entry.done ?? now);
  const entries = [...open, ...done];
  return { ...doc, used, entries, left: entries.length };
}

/** What counts once: an effect, however often it is sent; of a rate each that is sent. */
function countedAs({ slot, version, token }: Entry, { rule }: Limit): string {
  return rule.then === 'wait' ? `${slot} ${version} ${token}` : `${slot} ${version}`;
}

export function byEffect(entries: readonly Entry[], limit: Limit): Map<string, Entry[]> {
  const effects = new Map<string, Entry[]>();
  for (const entry of entries) {
    const effect = countedAs(entry, limit);
    effects.set(effect, [...(effects.get(effect) ?? []), entry]);
  }
  return effects;
}

/** Of each group the highest, where it is not known which of them happened. */
function highest(entries: readonly Entry[]): readonly Entry[] {
  const most = new Map<string, Entry>();
  for (const entry of entries) {
    if (entry.amount >= (most.get(entry.group)?.amount ?? 0)) most.set(entry.group, entry);
  }
  return [...most.values()];
}
