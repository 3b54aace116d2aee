import type { ProbeAnswer, Target } from '@oncely/core';

import { remembering } from './classify.ts';
import { withoutQuery } from './operations.ts';
import type { Read, StripeObject } from './reader.ts';
import { parametersIn, type StripeRequest } from './request.ts';
import { earlierThan, readWithTime, timeAt, withoutTime } from './state-time.ts';
import { saysOf, type StateRule, type Usual } from './states.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** Parameters that set nothing. */
const shaping: ReadonlySet<string> = new Set(['expand', 'include']);

/** Reads the object that a write leads to a state, and says whether it is there, can never have been, or neither. */
export async function probeState(
  read: Read,
  target: Target,
  request: StripeRequest,
  rule: StateRule,
): Promise<ProbeAnswer> {
  const given = parametersIn(request);
  const unclear = rule.unless?.find((name) => Object.hasOwn(given, name));
  if (unclear !== undefined) return cannotKnow(target, `with ${unclear} no state tells of it`);
  const held = await readWithTime(read, parentOf(request.path), rule);
  const said = saysOf(rule, held);
  if (said === 'never') return { kind: 'absent' };
  if (said === undefined) return cannotKnow(target, `${rule.field} says neither yes nor no`);
  const other = otherIn(rule, given, held);
  if (other !== undefined) return cannotKnow(target, `it is done, and ${other} is not what was asked for`);
  const earlier = await earlierThan(read, target, held, rule, request.authorized.mode);
  return earlier === undefined ? found(withoutTime(held, rule)) : cannotKnow(target, earlier);
}

/** Parameters that the object holds under the same name, and yet in its own way or as what moves by itself. */
const apart: ReadonlySet<string> = new Set(['description', 'auto_advance', 'metadata']);

/** A field that says another value than the write asked for: then it was another write that led there. */
function otherIn({ same = {}, usual = {} }: StateRule, given: Parameters, held: Parameters): string | undefined {
  const asked = Object.entries(same).find(([parameter, field]) => {
    const wanted = given[parameter] ?? usualOf(usual[parameter], held);
    return wanted !== undefined && Object.hasOwn(held, field) && !isSet(wanted, held[field]);
  });
  if (asked) return asked[1];
  const alike = Object.entries(given).find(([name, value]) => {
    if (apart.has(name) || Object.hasOwn(same, name) || !Object.hasOwn(held, name)) return false;
    const there = idIn(held[name]);
    // `pm_card_visa` becomes a method of its own; only an id of one stays what it is.
    if (name === 'payment_method' && !/^[a-z]+_\d/.test(String(value))) return false;
    return typeof value === 'string' && typeof there !== 'object' && !isSet(value, there);
  });
  return alike?.[0];
}

function usualOf(usual: Usual | undefined, held: Parameters): unknown {
  if (usual === undefined) return undefined;
  return 'field' in usual ? held[usual.field] : usual.value;
}

/** Of an expanded object its id. */
function idIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : value;
}

/**
 * Compares what a write sets with the object. Where all is equal it is done; where anything differs it did not happen,
 * or somebody changed it since, and must not be overwritten: a person decides.
 */
export async function probeSet(
  read: Read,
  target: Target,
  request: StripeRequest,
  above: boolean,
): Promise<ProbeAnswer> {
  const object = await read(above ? parentOf(request.path) : withoutQuery(request.path));
  const given = Object.entries(parametersIn(request)).filter(([name]) => !shaping.has(name));
  const held = object as Readonly<Record<string, unknown>>;
  const other = given.find(([name, value]) => !isSet(value, held[name]));
  if (!other) return found(object);
  return cannotKnow(target, `${other[0]} at Stripe is not what it sets: it did not happen, or was changed since`);
}

const endedSubscription: StateRule = { field: 'status', done: ['canceled'], never: [], at: ['ended_at'] };

/** Reads what a write deletes. What is gone is gone, whoever deleted it: nothing says when. */
export async function probeDeletion(
  read: Read,
  target: Target,
  request: StripeRequest,
  deleted: string | undefined,
): Promise<ProbeAnswer> {
  // The parameters of a deletion stand in its query; a read would be refused for them.
  const path = withoutQuery(request.path);
  const vendorId = decodeURIComponent(path.split('/').at(-1) ?? '');
  try {
    const object = (await read(path)) as StripeObject;
    if (object.deleted === true) return found(object);
    // A subscription that is deleted stays there, cancelled.
    if (object.status !== 'canceled') return { kind: 'absent' };
    const told = timeAt(object as never, 'ended_at') !== undefined;
    const earlier = told
      ? await earlierThan(read, target, object as never, endedSubscription, request.authorized.mode)
      : undefined;
    return earlier === undefined ? found(object) : cannotKnow(target, earlier);
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string };
    if (statusCode !== 404) throw error;
    // Any other 404 is of the path: it can be deleted and not read.
    if (code !== 'resource_missing' && !(code === 'not_found' && path.startsWith('/v2/')))
      return { kind: 'cannot_know', reason: 'what was to be deleted cannot be read at Stripe' };
    // Gone after a deletion that was in doubt: it was deleted.
    const object = deleted ?? path.split('/').at(-2)?.replace(/s$/, '');
    return found({ id: vendorId, object, deleted: true });
  }
}

/** Whether a parameter's value is what the object holds. A form says all as text, and nothing as an empty one. */
function isSet(given: unknown, held: unknown): boolean {
  if (given === '' || given === null || given === undefined) return isEmpty(held);
  if (typeof given !== 'object')
    return typeof held !== 'object' && held !== undefined && textOf(given) === textOf(held);
  const fields = Object.entries(given);
  if (Array.isArray(held)) {
    return fields.length === held.length && fields.every(([, value], index) => isSet(value, held[index]));
  }
  return fields.every(([name, value]) => isSet(value, (held as Record<string, unknown> | null | undefined)?.[name]));
}

/** A form has no numbers, and no true or false. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isEmpty(held: unknown): boolean {
  return (
    held === undefined || held === null || held === '' || (typeof held === 'object' && Object.keys(held).length === 0)
  );
}

function parentOf(path: string): string {
  return withoutQuery(path).split('/').slice(0, -1).join('/');
}

function found(object: unknown): ProbeAnswer {
  const { id = '' } = object as Partial<StripeObject>;
  const keep = remembering(object) === 'all';
  const response = { status: 200, headers: {}, body: JSON.stringify(object) };
  return { kind: 'found', matches: [{ vendorId: id, ...(keep ? { response } : {}) }] };
}

function cannotKnow({ operation }: Target, why: string): ProbeAnswer {
  return { kind: 'cannot_know', reason: `Stripe cannot say whether ${operation} happened: ${why}` };
}
