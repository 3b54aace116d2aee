import { defineOperation, type Operation, type SafetyClass } from '@oncely/core';
import { pathSpellings, plainPath, refuseTwoNames } from '@oncely/core/adapter';

import { isMarked, lookUpOf, type LookUp } from './lookup.ts';
import { materials } from './materials.ts';
import { olderPaths } from './older-paths.ts';
import { entryNamed, entryOf, table, type Entry } from './table.ts';

const hour = 3_600_000;
// Keys can be pruned at 24 hours (v1) and 30 days (v2): https://docs.stripe.com/api/idempotent_requests
const keyedV1 = { kind: 'keyed', windowMs: 23 * hour } as const;
const keyedV2 = { kind: 'keyed', windowMs: 29 * 24 * hour } as const;

/** A kind of write, and whether its object takes our marker. */
export interface StripeOperation extends Operation {
  /** The object takes metadata, so our marker goes in before the first send and a list finds it again. */
  readonly marked: boolean;
}

/** What is known of a recorded operation by its name. */
export interface Known {
  readonly entry: Entry;
  readonly lookUp: LookUp;
  /** Where its object is read by id, where that takes no other id. */
  readonly collection?: string;
}

/** Texts that people read; a change of them alone does not make another effect. `expand` only shapes the answer. */
const wording = ['description', 'expand'] as const;

/** POSTs that only read. */
const readingPosts: ReadonlySet<string> = new Set(['/v1/invoices/create_preview']);

/** Whether a request changes something at Stripe. Anything that is not known to read is a write. */
export function isWrite(method: string, path: string): boolean {
  return method !== 'GET' && !readingPosts.has(withoutQuery(path));
}

/** The operation of a write, from its method and path; one that the table does not know is a write all the same. */
export function operationOf(method: string, path: string, landingBoundMs: number): StripeOperation {
  const spelled = asServed(path);
  const known = entryOf(method, spelled);
  const canonical = known ? undefined : listedPath(method, path);
  const plain = known ? spelled : (canonical ?? plainPath(path));
  const entry = known ?? (canonical === undefined ? undefined : entryOf(method, canonical));
  const name = entry?.name ?? `${method.toLowerCase()}${plain.split('/').map(withoutId).join('.')}`;
  return {
    ...defineOperation({
      name: `stripe.${name}`,
      safety: safetyOf(method, plain, entry),
      landingBoundMs,
      material: entry === undefined ? [] : (materials[entry.name] ?? []),
      wording,
    }),
    marked: entry !== undefined && isMarked(entry),
  };
}

const listedPath = pathSpellings([...table, ...olderPaths]);

/**
 * Another spelling of a known path goes by the name of that operation. One that is a known operation as it stands, and
 * another to a server that drops `;a=1` or minds no case, has no one name.
 *
 * @throws OncelyError `invalid_input`
 */
export function refuseAmbiguous(method: string, path: string): void {
  const asItIs = entryOf(method, asServed(path));
  const canonical = asItIs && listedPath(method, path);
  if (canonical === undefined) return;
  const other = entryOf(method.toUpperCase(), canonical);
  if (other && other.name !== asItIs?.name) {
    refuseTwoNames('Stripe', withoutQuery(path), canonical, [`stripe.${asItIs?.name}`, `stripe.${other.name}`]);
  }
}

/** How Stripe treats a repeat. */
function safetyOf(method: string, path: string, entry: Entry | undefined): SafetyClass {
  if (path.startsWith('/v2/')) return keyedV2;
  // Keys are documented for the API; OAuth has another host and another error shape, and codes that work once.
  if (path.startsWith('/oauth/')) return { kind: 'unverifiable' };
  if (method !== 'DELETE') return keyedV1;
  // A v1 DELETE carries no key; deleting twice leaves the same state, which is read back first.
  return entry && lookUpOf(entry).kind === 'none' ? { kind: 'unverifiable' } : { kind: 'natural' };
}

/** How a recorded operation is found and read again, by its name alone. */
export function knownByName(name: string): Known | undefined {
  const entry = entryNamed(name);
  if (!entry) return undefined;
  const collection = entry.path.split('/:id')[0] ?? entry.path;
  const ids = entry.path.split('/:id').length - 1;
  const simple = entry.get === 'item' ? ids === 0 : ids === 1;
  return { entry, lookUp: lookUpOf(entry), ...(simple && entry.get !== undefined ? { collection } : {}) };
}

/** Whether what a write leaves can be found by our marker, and so before it is sent again. */
export function looksFirst(operation: string): boolean {
  return knownByName(operation)?.lookUp.kind === 'list';
}

/** An id is told by its digits, capitals or dots, which no resource of Stripe has but `v1` and `v2`. */
function withoutId(segment: string): string {
  return /[A-Z0-9.]/.test(segment) && !/^v\d$/.test(segment) ? ':id' : segment;
}

/**
 * A path as a server reads it: dots resolved, each segment decoded, no slash twice or at the end. An operation is named by
 * it, so that no other spelling of a path is another operation.
 */
function asServed(path: string): string {
  const plain = withoutQuery(path);
  // What is spelled plainly, as every method of the SDK is, needs no look.
  if (!/%|\/\.|\/\/|\\|\/$|#|\s/.test(plain)) return plain;
  const segments: string[] = [];
  for (const segment of new URL(plain.replace(/^\/+/, '/'), 'http://localhost').pathname.split('/')) {
    const read = decoded(segment);
    if (read === '..') segments.pop();
    else if (read !== '' && read !== '.') segments.push(read);
  }
  return `/${segments.join('/')}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export function withoutQuery(path: string): string {
  return path.split('?')[0] ?? path;
}
