import type { ProbeAnswer, Target } from '@oncely/core';

import { remembering } from './classify.ts';
import { withoutQuery } from './operations.ts';
import type { Read, StripeObject } from './reader.ts';
import { parametersIn, type StripeRequest } from './request.ts';
import { saysOf, type StateRule } from './states.ts';

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
  const object = await read(parentOf(request.path));
  const held = object as Readonly<Record<string, unknown>>;
  const said = saysOf(rule, held);
  if (said === 'never') return { kind: 'absent' };
  if (said === undefined) return cannotKnow(target, `${rule.field} says neither yes nor no`);
  const other = Object.entries(rule.same ?? {}).find(
    ([parameter, field]) => given[parameter] !== undefined && !isSet(given[parameter], held[field]),
  );
  return other ? cannotKnow(target, `it is done, and ${other[1]} is not what was asked for`) : found(object);
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

/** Reads what a write deletes. */
export async function probeDeletion(
  read: Read,
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
    return object.status === 'canceled' ? found(object) : { kind: 'absent' };
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
