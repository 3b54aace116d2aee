import type { ProbeAnswer, ProbeMatch, Target, WireResponse } from '@oncely/core';
import { isMarked } from '@oncely/core/adapter';

import { remembering } from './classify.ts';
import { failureOf, otherwiseIn } from './failures.ts';
import type { LookUp } from './lookup.ts';
import { materials, sources, unchanging } from './materials.ts';
import { withoutQuery } from './operations.ts';
import type { Read, StripeObject } from './reader.ts';
import { markerField, parametersIn, type StripeRequest } from './request.ts';
import { timeAt } from './state-time.ts';

/** The vendor's clock may differ from the ledger's; a wider look costs a page at most. */
const skewSeconds = 300;

interface Page {
  readonly data: readonly StripeObject[];
  readonly has_more?: boolean;
  /** Where a list of v2 goes on. */
  readonly next_page_url?: string | null;
}

/** Looks for our marker on all pages of a list, which shows at once what was written; never by search, which lags. */
export async function probeList(
  read: Read,
  target: Target,
  request: StripeRequest | undefined,
  lookUp: LookUp & { kind: 'list' },
): Promise<ProbeAnswer> {
  const given = request ? parametersIn(request) : {};
  const path = lookUp.path.includes(':id') ? request && withoutQuery(request.path) : lookUp.path;
  const missing = lookUp.needs.find((name) => typeof given[name] !== 'string');
  if (path === undefined || missing !== undefined) {
    return cannotKnow(
      `the list of what ${target.operation} makes is asked for by ${missing ?? 'the path of the call'}`,
    );
  }
  if (request && !isMarkedRequest(given)) {
    return cannotKnow('its metadata was full, 50 keys, so that it carries no marker of ours to look for');
  }
  const query = queryOf(target, request, lookUp, given);
  const matches = new Map<string, ProbeMatch>();
  let blind = false;
  let other: string | undefined;
  for (const half of lookUp.both === undefined ? [undefined] : ['true', 'false']) {
    if (half !== undefined) query.set(lookUp.both ?? '', half);
    for await (const object of pagesOf(read, path, query)) {
      if (object.metadata === undefined) blind = true;
      if (!isMarked(target, object.metadata?.[markerField])) continue;
      const differs = request && otherThanAsked(object, target, request, given);
      if (differs === undefined) {
        const match = matchOf(object, target, request && given);
        matches.set(object.id, request && isTimed(request, lookUp, given) ? { ...match, ...madeAt(object) } : match);
      } else other = `${object.id} carries the marker of this effect, and its ${differs} is not what was asked for`;
    }
  }
  if (matches.size > 0) {
    const found = [...matches.values()];
    return { kind: 'found', matches: await Promise.all(found.map((match) => asAsked(read, path, match, given))) };
  }
  // A marker can be copied along with what it is on: then nobody knows by it.
  if (other !== undefined) return cannotKnow(other);
  if (blind) return cannotKnow('Stripe lists these objects without their metadata');
  if (!request) {
    return cannotKnow('the request is not at hand, so nobody knows whether it carried our marker');
  }
  if (request.authorized.mode === 'test' && Object.keys(given).some((name) => name.startsWith('from_'))) {
    return cannotKnow('what is made from another object may be on a test clock, which hides it from the list');
  }
  return { kind: 'absent' };
}

/** The range of times and the parents of the object, which never change. */
function queryOf(
  target: Target,
  request: StripeRequest | undefined,
  { created, by, needs, fixed }: LookUp & { kind: 'list' },
  given: Readonly<Record<string, unknown>>,
): URLSearchParams {
  const query = new URLSearchParams({ limit: '100', ...fixed });
  for (const name of new Set([...by, ...needs])) {
    if (typeof given[name] === 'string' && given[name] !== '') query.set(name, given[name]);
  }
  if (created && (!request || isTimed(request, { by }, given))) {
    query.set('created[gte]', String(Math.floor(target.from / 1_000) - skewSeconds));
    query.set('created[lte]', String(Math.ceil(target.until / 1_000) + skewSeconds));
  }
  return query;
}

/** On a test clock objects are made at its time, so only their parent tells where to look. */
function isTimed(
  { authorized }: StripeRequest,
  { by }: Pick<LookUp & { kind: 'list' }, 'by'>,
  given: Readonly<Record<string, unknown>>,
): boolean {
  return authorized.mode !== 'test' || !by.some((name) => typeof given[name] === 'string' && given[name] !== '');
}

function madeAt(object: StripeObject): Pick<ProbeMatch, 'madeAt'> {
  const time = timeAt(object as never, 'created');
  return time === undefined ? {} : { madeAt: time };
}

/** What is not as the request was to make it: a material value, one that never changes, or what it is made from. */
function otherThanAsked(
  object: StripeObject,
  { operation }: Target,
  { path }: StripeRequest,
  given: Readonly<Record<string, unknown>>,
): string | undefined {
  const name = operation.replace(/^stripe\./, '');
  const source = sources[name];
  const parent = withoutQuery(path).split('/').at(-2) ?? '';
  const whole = source === undefined ? given : { ...given, [source]: decodeURIComponent(parent) };
  const asked = new Set([...(materials[name] ?? []), ...unchanging, ...(source === undefined ? [] : [source])]);
  return otherwiseIn(object as never, whole, [...asked]);
}

async function* pagesOf(read: Read, path: string, first: URLSearchParams): AsyncGenerator<StripeObject> {
  const query = new URLSearchParams(first);
  let next = `${path}?${query.toString()}`;
  for (;;) {
    const page = (await read(next)) as Page;
    yield* page.data;
    if (path.startsWith('/v2/')) {
      if (page.next_page_url === undefined || page.next_page_url === null) return;
      next = page.next_page_url.replace(/^https?:\/\/[^/]+/, '');
      continue;
    }
    if (page.has_more !== true) return;
    const last = page.data.at(-1);
    if (!last) throw new Error('the list says that it goes on, and not where');
    query.set('starting_after', last.id);
    next = `${path}?${query.toString()}`;
  }
}

function isMarkedRequest(given: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn((given['metadata'] ?? {}) as object, markerField);
}

/** An object of the list as evidence; the very one that is recorded stays what it was, whatever became of it since. */
function matchOf(
  object: StripeObject,
  { vendorId }: Target,
  given: Readonly<Record<string, unknown>> | undefined,
): ProbeMatch {
  const response = responseOf(object);
  const failed = object.id === vendorId ? undefined : failureOf(object as never, given);
  return {
    vendorId: object.id,
    ...(response ? { response } : {}),
    ...(failed === undefined ? {} : { failed }),
  };
}

/** The object with what the call asked to be expanded in its answer, where it can be read so. */
async function asAsked(
  read: Read,
  path: string,
  match: ProbeMatch,
  { expand }: Readonly<Record<string, unknown>>,
): Promise<ProbeMatch> {
  const fields = Object.values((expand ?? {}) as Record<string, unknown>);
  if (match.response === undefined || match.failed !== undefined || fields.length === 0) return match;
  const query = new URLSearchParams(
    fields.map((field, index): [string, string] => [`expand[${index}]`, String(field)]),
  );
  try {
    const object = (await read(`${path}/${encodeURIComponent(match.vendorId)}?${query.toString()}`)) as StripeObject;
    const { response: _bare, ...rest } = match;
    const response = responseOf(object);
    return { ...rest, ...(response ? { response } : {}) };
  } catch {
    return match;
  }
}

function responseOf(object: StripeObject): WireResponse | undefined {
  // One that holds a secret is not kept but read again when it is asked for.
  return remembering(object) === 'all' ? { status: 200, headers: {}, body: JSON.stringify(object) } : undefined;
}

function cannotKnow(why: string): ProbeAnswer & { kind: 'cannot_know' } {
  return { kind: 'cannot_know', reason: `Stripe cannot say whether it happened: ${why}` };
}
