import type { ProbeAnswer, Restored, Target } from '@oncely/core';
import { markersIn } from '@oncely/core/adapter';

import { jsonAnswer } from './answers.ts';
import { judge, look } from './look.ts';
import { isThere } from './look-at-objects.ts';
import { createdType } from './operations.ts';
import { readRequest, segmentsOf } from './request.ts';
import { CannotTell } from './seen.ts';
import { kindOf, type SendParts } from './send.ts';
import { CredentialsGone, NotAllowed, Unreachable } from './reading.ts';

/** Looks whether an effect happened, by what it was to make of HubSpot's data. */
export async function probe({ vendor, settings }: SendParts, target: Target): Promise<ProbeAnswer> {
  if (target.request === undefined) {
    return { kind: 'cannot_know', reason: 'the ledger did not keep the request, which says what to look for' };
  }
  const request = { ...readRequest(target.request), since: target.since ?? target.from };
  const kind = kindOf(request, settings);
  if (kind === 'none' || kind === 'send_once') {
    return { kind: 'cannot_know', reason: `${target.operation} cannot be looked up at HubSpot` };
  }
  return asked(target, async () => judge(kind, request, await look(kind, request, vendor.reader(request))));
}

/**
 * Looks for a settled effect, whose request is gone: an object that was created, by our unique property, else by its id,
 * for which the winner of a merge answers. It cannot be there twice. What is archived is not there.
 */
export async function lookAgain({ vendor, settings }: SendParts, target: Target): Promise<ProbeAnswer> {
  const type = createdType(target.operation);
  const { vendorId } = target;
  if (type === undefined || vendorId === undefined) {
    return { kind: 'cannot_know', reason: `${target.operation} cannot be looked up without its request` };
  }
  return asked(target, async () => {
    const there = await isThere(vendor.reader({ auth: 'bearer' }), type, vendorId, {
      property: settings.property,
      markers: markersIn(target),
    });
    return there ? { kind: 'found', matches: [{ vendorId }] } : { kind: 'absent' };
  });
}

async function asked({ operation }: Target, ask: () => Promise<ProbeAnswer>): Promise<ProbeAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CannotTell || error instanceof CredentialsGone) {
      return { kind: 'cannot_know', reason: error.message };
    }
    if (error instanceof NotAllowed) {
      return {
        kind: 'cannot_know',
        reason: `this token may not read what ${operation} makes (${error.message}); give it that scope, then oncely.effects.probeAgain(...)`,
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
