import type { ProbeAnswer, Restored, Target } from '@oncely/core';

import { jsonAnswer } from './answers.ts';
import { judge, look } from './look.ts';
import { readRequest, segmentsOf } from './request.ts';
import { CannotTell } from './seen.ts';
import { kindOf, type SendParts } from './send.ts';
import { CredentialsGone, NotAllowed, Unreachable } from './vendor.ts';

/** Looks whether an effect happened, by what it was to make of HubSpot's data. */
export async function probe({ vendor, settings }: SendParts, target: Target): Promise<ProbeAnswer> {
  if (target.request === undefined) {
    return { kind: 'cannot_know', reason: 'the ledger did not keep the request, which says what to look for' };
  }
  const request = { ...readRequest(target.request), since: target.from };
  const kind = kindOf(request, settings);
  if (kind === 'none' || kind === 'send_once') {
    return { kind: 'cannot_know', reason: `${target.operation} cannot be looked up at HubSpot` };
  }
  try {
    return judge(kind, request, await look(kind, request, vendor.reader(request)));
  } catch (error) {
    if (error instanceof CannotTell || error instanceof CredentialsGone) {
      return { kind: 'cannot_know', reason: error.message };
    }
    if (error instanceof NotAllowed) {
      return {
        kind: 'cannot_know',
        reason: `this token may not read what ${target.operation} makes (${error.message}); give it that scope, then oncely.effects.probeAgain(...)`,
      };
    }
    if (error instanceof Unreachable) {
      return {
        kind: 'unreachable',
        reason: error.message,
        ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      };
    }
    throw error;
  }
}

/** Reads an effect's object again: where it was written, or below the collection that it was created in. */
export async function restore({ vendor }: SendParts, target: Target): Promise<Restored> {
  if (target.request === undefined) throw new Error(`${target.operation} cannot be read again without its request`);
  const request = readRequest(target.request);
  if (request.path.includes('/batch/') || target.vendorId === undefined) {
    throw new Error(`${target.operation} cannot be read again by an id`);
  }
  const id = encodeURIComponent(target.vendorId);
  const plain = request.path.split('?')[0] ?? request.path;
  const path = segmentsOf(plain).includes(target.vendorId) ? plain : `${plain}/${id}`;
  const { status, body } = await vendor.reader(request)('GET', path);
  if (status !== 200) throw new Error(`HubSpot answered ${status} for ${target.operation}`);
  return jsonAnswer(request.method === 'POST' ? 201 : 200, body);
}
