import type { Permit, Target, Verdict } from '@oncely/core';
import { entrust } from '@oncely/core/adapter';
import type { ExchangeEnd } from '@oncely/core/transport';

import { classify, missesProperty } from './classify.ts';
import { changedIn, isBatch, isCompared, look, remainder } from './look.ts';
import { objectTypeOf, operationOf, plainOf, type Kind } from './operations.ts';
import { readRequest, type HubSpotRequest } from './request.ts';
import { CannotTell, type Look } from './seen.ts';
import { acceptedBy, afterPartialSuccess, afterRefusal, joined, type Sent } from './settle.ts';
import type { Settings } from './settings.ts';
import { provisionFix, type UniqueProperty } from './unique-property.ts';
import { CredentialsGone, NotAllowed, Unreachable, type Read } from './reading.ts';
import type { Vendor } from './vendor.ts';

export interface SendParts {
  readonly vendor: Vendor;
  readonly settings: Settings;
  readonly unique: UniqueProperty;
}

const overwriteFix =
  'look at what stands there; to write over it on purpose: oncely.effect(id, { occurrence: 2 }, ...)';

/** Answers that show a secret once. */
const secrets = /^\/marketing\/v3\/transactional\/smtp-tokens(\/[^/]+\/password-reset)?$/;

/**
 * Sends a stored request once, and of a batch that was sent before only what is not done yet. A conflict is looked at: with
 * our own key it says that an earlier attempt was accepted.
 */
export async function send(parts: SendParts, stored: string, permit: Permit, target: Target): Promise<Verdict> {
  // Before `exchange`, which asks, it only reads.
  entrust(permit);
  const request = { ...readRequest(stored), since: target.since ?? target.from };
  const kind = kindOf(request, parts.settings);
  let before: Look | undefined;
  let read: Read;
  try {
    read = parts.vendor.reader(request, () => permit.remainingMs());
    const lacking = request.marks && (await lacks(parts, request, read));
    if (lacking) return lacking;
    // Asked again in each further attempt: since the last look somebody may have changed it.
    const compares = isCompared(kind) && request.before !== undefined;
    const again = (target.attempts ?? 1) > 1;
    before = again && (isBatch(kind) || compares) ? await look(kind, request, read) : undefined;
    const changed = before && compares ? changedIn(kind, request, before.seen) : undefined;
    if (changed !== undefined)
      return { evidence: 'not_applied', reason: changed, environment: true, fix: overwriteFix };
  } catch (error) {
    return notSent(error);
  }
  // From here on something may have been sent, so no failure says that nothing was.
  const rest = before && isBatch(kind) ? remainder(request, before) : undefined;
  if (before && rest?.indexes.length === 0) {
    // Nothing is left to send; without the check nothing may be said to have happened in this attempt.
    permit.check();
    return acceptedBy(before);
  }
  const verdict = await exchanged(parts.vendor, rest?.request ?? request, permit);
  const sent: Sent = { kind, request, target, before };
  if (verdict.evidence === 'accepted') {
    const whole = await afterPartialSuccess(sent, verdict, read);
    if (whole) return whole;
  }
  const settled = verdict.evidence === 'rejected' ? await refused(parts, sent, verdict, read) : verdict;
  return before && rest ? joined(before, settled) : settled;
}

async function refused(
  { settings }: SendParts,
  sent: Sent,
  verdict: Verdict & { evidence: 'rejected' },
  read: Read,
): Promise<Verdict> {
  return sent.request.marks && missesProperty(verdict.response, settings.property)
    ? unprovisioned(objectTypeOf(sent.request.path), settings.property, 'does not have')
    : afterRefusal(sent, verdict, read);
}

/** How a stored request is settled: as it was recorded, so one without our property has the weaker class. */
export function kindOf(request: HubSpotRequest, { landingBoundMs }: Pick<Settings, 'landingBoundMs'>): Kind {
  const { kind } = operationOf(request.method, request.path, landingBoundMs);
  return (kind === 'create' || kind === 'create_batch') && request.marks === undefined ? 'none' : kind;
}

async function exchanged(vendor: Vendor, request: HubSpotRequest, permit: Permit): Promise<Verdict> {
  let end: ExchangeEnd;
  try {
    end = await vendor.send(request, permit);
  } catch (error) {
    return notSent(error);
  }
  switch (end.kind) {
    case 'answered':
      return classify(end.response, secrets.test(plainOf(request.path)));
    case 'not_sent':
      return { evidence: 'not_applied', reason: end.reason, cause: end.cause };
    case 'lost':
      return { evidence: 'unknown', reason: end.reason, cause: end.cause };
  }
}

async function lacks(
  { settings, unique }: SendParts,
  request: HubSpotRequest,
  read: Read,
): Promise<Verdict | undefined> {
  const type = objectTypeOf(request.path);
  const standing = await unique.of(type, read, request.portal ?? request.ownKey);
  if (standing === 'unique' || standing === 'unknown') return undefined;
  return unprovisioned(type, settings.property, standing === 'missing' ? 'does not have' : 'has, but not as unique,');
}

function unprovisioned(type: string, property: string, how: string): Verdict {
  return {
    evidence: 'not_applied',
    reason: `this portal ${how} the property ${property} on ${type}, which tells our objects from others`,
    environment: true,
    fix: provisionFix(type, property),
  };
}

function notSent(error: unknown): Verdict {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof CredentialsGone || error instanceof NotAllowed || error instanceof CannotTell) {
    return { evidence: 'not_applied', reason, environment: true, cause: error };
  }
  if (error instanceof Unreachable) {
    return {
      evidence: 'not_applied',
      reason,
      cause: error,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    };
  }
  throw error;
}
