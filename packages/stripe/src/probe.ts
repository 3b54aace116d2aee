import type { ProbeAnswer, Restored, Target, WireResponse } from '@oncely/core';

import { remembering } from './classify.ts';
import type { Access, Credentials } from './credentials.ts';
import { decodeForm } from './form.ts';
import { knownByName } from './operations.ts';
import { markerField, readRequest, type StripeRequest } from './request.ts';

/** The one method of the user's client that recovery needs; every version of the SDK since 17 has it. */
export interface StripeLike {
  rawRequest(
    method: string,
    path: string,
    params?: Record<string, unknown>,
    options?: Record<string, unknown>,
  ): Promise<unknown>;
}

type Read = (path: string) => Promise<unknown>;

interface StripeObject {
  readonly id: string;
  readonly deleted?: boolean;
  readonly status?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The vendor's clock may differ from the ledger's; a wider look costs a page at most. */
const skewSeconds = 300;

/**
 * Looks for an effect by listing, which reads what was written; never by search, which lags. A deletion is looked up by
 * reading the object.
 */
export async function probe(client: StripeLike, target: Target, credentials: Credentials): Promise<ProbeAnswer> {
  const request = target.request === undefined ? undefined : readRequest(target.request);
  const access = await accessFor(request, credentials);
  if (access.kind === 'gone') return { kind: 'cannot_know', reason: access.reason };
  const read = readerFor(client, request, access.options);
  try {
    return request?.method === 'DELETE' ? await probeDeletion(read, request) : await probeList(read, target, request);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 403) throw error;
    return {
      kind: 'cannot_know',
      reason: `this API key may not read what ${target.operation} makes; give it that right, then oncely.effects.probeAgain(...)`,
    };
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

async function probeList(read: Read, target: Target, request: StripeRequest | undefined): Promise<ProbeAnswer> {
  const known = knownByName(target.operation);
  if (!known?.marked)
    return { kind: 'cannot_know', reason: `${target.operation} cannot be looked up at Stripe by a key` };
  const filters = request ? decodeForm(request.body) : {};
  const query = new URLSearchParams({
    limit: '100',
    'created[gte]': String(Math.floor(target.from / 1_000) - skewSeconds),
    'created[lte]': String(Math.ceil(target.until / 1_000) + skewSeconds),
  });
  for (const name of known.listBy) {
    if (typeof filters[name] === 'string') query.set(name, filters[name]);
  }
  const matches: { vendorId: string; response?: WireResponse }[] = [];
  for (;;) {
    const page = (await read(`${known.collection}?${query.toString()}`)) as { data: StripeObject[]; has_more: boolean };
    for (const object of page.data) {
      if (object.metadata?.[markerField] === target.marker)
        matches.push({ vendorId: object.id, ...responseOf(object) });
    }
    const last = page.data.at(-1);
    if (!page.has_more) break;
    if (!last) throw new Error('the list says that it goes on, and not where');
    query.set('starting_after', last.id);
  }
  return matches.length === 0 ? { kind: 'absent' } : { kind: 'found', matches };
}

async function probeDeletion(read: Read, request: StripeRequest): Promise<ProbeAnswer> {
  // The parameters of a deletion stand in its query; a read would be refused for them.
  const path = request.path.split('?')[0] ?? request.path;
  const vendorId = decodeURIComponent(path.split('/').at(-1) ?? '');
  const done = (body: unknown): ProbeAnswer => ({
    kind: 'found',
    matches: [{ vendorId, response: { status: 200, headers: {}, body: JSON.stringify(body) } }],
  });
  try {
    const object = (await read(path)) as StripeObject;
    if (object.deleted === true) return done(object);
    // A subscription that is deleted stays there, cancelled.
    return object.status === 'canceled' ? done(object) : { kind: 'absent' };
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string };
    if (statusCode !== 404) throw error;
    // Any other 404 is of the path: it can be deleted and not read.
    if (code !== 'resource_missing')
      return { kind: 'cannot_know', reason: 'what was to be deleted cannot be read at Stripe' };
    // Gone after a deletion that was in doubt: it was deleted.
    return done({ id: vendorId, object: path.split('/').at(-2)?.replace(/s$/, ''), deleted: true });
  }
}

/** Where the object of an effect is read: below the collection, or where the request itself names it. */
function pathOf({ operation, vendorId }: Target, request: StripeRequest | undefined): string | undefined {
  if (vendorId === undefined) return undefined;
  const id = encodeURIComponent(vendorId);
  const collection = knownByName(operation)?.collection;
  if (collection !== undefined) return `${collection}/${id}`;
  const segments = request?.path.split('?')[0]?.split('/');
  if (!segments) return undefined;
  const at = segments.indexOf(id);
  return at < 0 ? [...segments, id].join('/') : segments.slice(0, at + 1).join('/');
}

function responseOf(object: StripeObject): { response?: WireResponse } {
  // One that holds a secret is not kept but read again when it is asked for.
  return remembering(object) === 'all' ? { response: { status: 200, headers: {}, body: JSON.stringify(object) } } : {};
}

/** Where the ledger did not keep the request, the client's own credentials are all there is. */
async function accessFor(request: StripeRequest | undefined, credentials: Credentials): Promise<Access> {
  return request ? credentials.accessFor(request.authorized) : { kind: 'given', options: {} };
}

/** Reads as the request was made: in its account and its version. */
function readerFor(client: StripeLike, request: StripeRequest | undefined, access: object): Read {
  const account = request?.headers['stripe-account'];
  const context = request?.headers['stripe-context'];
  const apiVersion = request?.headers['stripe-version'];
  const options = {
    ...access,
    ...(account === undefined ? {} : { stripeAccount: account }),
    ...(context === undefined ? {} : { stripeContext: context }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
  };
  return async (path) => {
    const body = await client.rawRequest('GET', path, undefined, options);
    // The SDK resolves whatever JSON has no `error`, a gateway's under 404 or 502 too.
    if (typeof (body as { object?: unknown } | null)?.object !== 'string')
      throw new Error(`no object of Stripe's at ${path}`);
    return body;
  };
}
