import type { Target } from '@oncely/core';

import type { Read } from './reader.ts';
import type { StateRule } from './states.ts';

type Held = Readonly<Record<string, unknown>>;

/** Stripe's times are whole seconds, and its clock may be off from the ledger's by a little. */
const skewMs = 5_000;

/** Reads an object with what says when it came to its state, where this key may read that. */
export async function readWithTime(read: Read, path: string, { expand }: StateRule): Promise<Held> {
  if (expand === undefined) return (await read(path)) as Held;
  try {
    return (await read(`${path}?${new URLSearchParams({ 'expand[0]': expand }).toString()}`)) as Held;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 403) throw error;
    return (await read(path)) as Held;
  }
}

/** The object as it is answered where nothing was asked to be expanded. */
export function withoutTime(object: Held, { expand }: StateRule): Held {
  const name = expand?.split('.')[0];
  const field = name === undefined ? undefined : object[name];
  if (name === undefined || typeof field !== 'object' || field === null) return object;
  return { ...object, [name]: (field as { id?: unknown }).id ?? null };
}

/**
 * Why the state that an object is in is none of this effect's work: it was in it before any attempt was made that may
 * have led there. `undefined` where it may be, or where Stripe tells no time of this state and only the end state counts.
 */
export async function earlierThan(
  read: Read,
  { from, since = from }: Target,
  object: Held,
  { at, field }: StateRule,
  mode: 'test' | 'live' | undefined,
): Promise<string | undefined> {
  if (at === undefined) return undefined;
  const time = at.map((path) => timeAt(object, path)).find((each) => each !== undefined);
  const created = timeAt(object, 'created');
  // What did not exist before came to any state since.
  if (time === undefined && created !== undefined && created >= since - skewMs) return undefined;
  if (time !== undefined && time >= since - skewMs) return undefined;
  // By a test clock all times are its own.
  if (mode !== 'live' && (await isOnTestClock(read, object))) return undefined;
  return time === undefined
    ? `${at.join(' or ')} does not say when ${field} came to be so, or this API key may not read it`
    : `its ${field} is so since ${new Date(time).toISOString()}, before this effect was sent for the first time`;
}

/** Seconds of v1 or a date of v2, in milliseconds. */
export function timeAt(object: Held, path: string): number | undefined {
  let value: unknown = object;
  for (const name of path.split('.')) value = (value as Held | null | undefined)?.[name];
  if (typeof value === 'number') return value * 1_000;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

async function isOnTestClock(read: Read, { test_clock: clock, customer }: Held): Promise<boolean> {
  if (typeof clock === 'string') return true;
  const id = typeof customer === 'object' ? (customer as { id?: unknown } | null)?.id : customer;
  if (typeof id !== 'string') return false;
  try {
    const held = (await read(`/v1/customers/${encodeURIComponent(id)}`)) as Held;
    return typeof held['test_clock'] === 'string';
  } catch {
    return false;
  }
}
