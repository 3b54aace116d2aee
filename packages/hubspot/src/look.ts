import type { ProbeAnswer } from '@oncely/core';

import { lookAtAssociations } from './look-at-associations.ts';
import { lookAtObjects } from './look-at-objects.ts';
import { lookAtRest } from './look-at-rest.ts';
import type { Kind } from './operations.ts';
import { inputsOf, withInputs, type HubSpotRequest } from './request.ts';
import { CannotTell, type Look, type Seen } from './seen.ts';
import type { Read } from './reading.ts';

/** The kinds whose target can be missed in more than one way, so that what stood there before must be known. */
const compared: ReadonlySet<Kind> = new Set(['update', 'update_batch', 'upsert_batch', 'fields']);

export function isCompared(kind: Kind): boolean {
  return compared.has(kind);
}

/** Whether a write is of many inputs, each of which may be done or not. */
export function isBatch(kind: Kind): boolean {
  return kind.endsWith('_batch');
}

/** @throws CannotTell, Unreachable, NotAllowed */
export async function look(kind: Kind, request: HubSpotRequest, read: Read): Promise<Look> {
  switch (kind) {
    case 'create':
    case 'create_batch':
    case 'update':
    case 'update_batch':
    case 'upsert_batch':
    case 'archive_batch':
      return lookAtObjects(kind, request, read);
    case 'associate':
    case 'associate_batch':
    case 'dissociate':
    case 'dissociate_batch':
      return lookAtAssociations(kind, request, read);
    case 'create_listed':
    case 'create_named':
    case 'fields':
    case 'gone':
    case 'members':
      return lookAtRest(kind, request, read);
    case 'send_once':
    case 'none':
      throw new CannotTell('nothing at HubSpot shows whether it happened');
  }
}

/** What a look says of a write that is in doubt. */
export function judge(kind: Kind, request: HubSpotRequest, { seen, answer, twice = [] }: Look): ProbeAnswer {
  const changed = changedIn(kind, request, seen);
  if (changed !== undefined) return { kind: 'cannot_know', reason: changed };
  if (seen.length === 0 || !seen.every(({ done }) => done)) return { kind: 'absent' };
  return {
    kind: 'found',
    matches: [
      { vendorId: seen.find(({ id }) => id !== undefined)?.id ?? '', response: answer },
      ...twice.map((vendorId) => ({ vendorId })),
    ],
  };
}

/** Why it must not be performed now: what stands there is neither what was asked for nor what was there before. */
export function changedIn(kind: Kind, request: HubSpotRequest, seen: readonly Seen[]): string | undefined {
  if (!compared.has(kind)) return undefined;
  const open = seen.flatMap(({ done, value }, index) => (done ? [] : [{ value, index }]));
  if (open.length === 0) return undefined;
  if (request.before === undefined) return 'what stood there before was not recorded, so it cannot be compared';
  const other = open.find(({ value, index }) => value !== request.before?.[index]);
  if (!other) return undefined;
  const which = isBatch(kind) ? ` of input ${other.index}` : '';
  return `what stands there${which} is neither what was asked for nor what was there before: somebody changed it since, and it is not overwritten`;
}

/** The part of a batch that is not done yet; `undefined` where all of it is to be sent. */
export function remainder(
  request: HubSpotRequest,
  { seen }: Look,
): { readonly request: HubSpotRequest; readonly indexes: readonly number[] } | undefined {
  const indexes = seen.flatMap(({ done }, index) => (done ? [] : [index]));
  if (indexes.length === inputsOf(request).length) return undefined;
  return { request: withInputs(request, indexes), indexes };
}
