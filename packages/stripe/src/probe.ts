import type { ProbeAnswer, Restored, Target } from '@oncely/core';

import { remembering } from './classify.ts';
import type { Access, Credentials } from './credentials.ts';
import { knownByName, withoutQuery } from './operations.ts';
import { probeList } from './probe-list.ts';
import { probeDeletion, probeSet, probeState } from './probe-state.ts';
import { readerFor, type Read, type StripeLike } from './reader.ts';
import { readRequest, type StripeRequest } from './request.ts';

/** Looks for an effect in the way that its operation allows, with the credentials that it was made with. */
export async function probe(client: StripeLike, target: Target, credentials: Credentials): Promise<ProbeAnswer> {
  const request = target.request === undefined ? undefined : readRequest(target.request);
  const access = await accessFor(request, credentials);
  if (access.kind === 'gone') return { kind: 'cannot_know', reason: access.reason };
  try {
    return await look(readerFor(client, request, access.options), target, request);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 403) throw error;
    return {
      kind: 'cannot_know',
      reason: `this API key may not read what ${target.operation} makes; give it that right, then oncely.effects.probeAgain(...)`,
    };
  }
}

/**
 * Looks for a settled effect, whose request is gone: on the list by our marker, which shows two, else by its id. Only of
 * what makes an object: that one which was changed or deleted is there, or not, says nothing.
 */
export async function lookAgain(client: StripeLike, target: Target, credentials: Credentials): Promise<ProbeAnswer> {
  const answer = await probe(client, target, credentials);
  const { vendorId } = target;
  const makes = knownByName(target.operation)?.lookUp.kind === 'list';
  const path = makes ? pathOf(target, undefined) : undefined;
  if (answer.kind !== 'cannot_know' || vendorId === undefined || path === undefined) return answer;
  try {
    const { deleted } = (await readerFor(client, undefined, {})(path)) as { deleted?: boolean };
    return deleted === true ? { kind: 'absent' } : { kind: 'found', matches: [{ vendorId }] };
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode === 404) return { kind: 'absent' };
    if (statusCode === 403) return answer;
    throw error;
  }
}

/** Reads an effect's object again by its id. */
export async function restore(client: StripeLike, target: Target, credentials: Credentials): Promise<Restored> {
  const request = target.request === undefined ? undefined : readRequest(target.request);
  const access = await accessFor(request, credentials);
  if (access.kind === 'gone') throw new Error(access.reason);
  const read = readerFor(client, request, access.options);
  const path = pathOf(target, request);
  if (path === undefined) throw new Error(`${target.operation} cannot be read again by an id`);
  const object = await read(path);
  return { status: 200, headers: {}, body: JSON.stringify(object), remember: remembering(object) };
}

async function look(read: Read, target: Target, request: StripeRequest | undefined): Promise<ProbeAnswer> {
  const known = knownByName(target.operation);
  // Not in the table, such as one of a newer SDK: what it deletes may be readable.
  if (!known)
    return request?.method === 'DELETE' ? probeDeletion(read, target, request, undefined) : cannotLookUp(target);
  const { lookUp, entry } = known;
  if (lookUp.kind === 'list') return probeList(read, target, request, lookUp);
  if (lookUp.kind === 'none') return cannotLookUp(target, lookUp.why);
  if (!request) return cannotLookUp(target, 'the request is not at hand, which says of which object');
  switch (lookUp.kind) {
    case 'state':
      return gone(target, probeState(read, target, request, lookUp.rule));
    case 'compare':
      return gone(target, probeSet(read, target, request, entry.get === 'parent'));
    case 'deletion':
      return probeDeletion(read, target, request, entry.deleted);
  }
}

/** An object that is no longer there tells nothing of what was done to it. */
async function gone(target: Target, looking: Promise<ProbeAnswer>): Promise<ProbeAnswer> {
  try {
    return await looking;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    return cannotLookUp(target, 'its object is no longer there');
  }
}

function cannotLookUp({ operation }: Target, why?: string): ProbeAnswer {
  return {
    kind: 'cannot_know',
    reason: `${operation} cannot be looked up at Stripe by a key${why === undefined ? '' : `: ${why}`}`,
  };
}

/** Where the object of an effect is read: below the collection, or where the request itself names it. */
function pathOf({ operation, vendorId }: Target, request: StripeRequest | undefined): string | undefined {
  if (vendorId === undefined) return undefined;
  const id = encodeURIComponent(vendorId);
  const collection = knownByName(operation)?.collection;
  if (collection !== undefined) return `${collection}/${id}`;
  if (!request) return undefined;
  const segments = withoutQuery(request.path).split('/');
  const at = segments.indexOf(id);
  return at < 0 ? [...segments, id].join('/') : segments.slice(0, at + 1).join('/');
}

/** Where the ledger did not keep the request, the client's own credentials are all there is. */
async function accessFor(request: StripeRequest | undefined, credentials: Credentials): Promise<Access> {
  return request ? credentials.accessFor(request.authorized) : { kind: 'given', options: {} };
}
