import type { Permit, Target, Verdict, WireResponse } from '@oncely/core';

import { joinedAnswer } from './answers.ts';
import { classify, existingIdOf, isConflict, missesProperty } from './classify.ts';
import { ownInTheWay } from './look-at-objects.ts';
import { changedIn, isBatch, isCompared, judge, look, remainder } from './look.ts';
import { objectTypeOf, operationOf, plainOf, type Kind } from './operations.ts';
import { readRequest, type HubSpotRequest } from './request.ts';
import { CannotTell, type Look } from './seen.ts';
import type { Settings } from './settings.ts';
import { provisionFix, type UniqueProperty } from './unique-property.ts';
import { CredentialsGone, NotAllowed, Unreachable, type Read, type Vendor } from './vendor.ts';

export interface SendParts {
  readonly vendor: Vendor;
  readonly settings: Settings;
  readonly unique: UniqueProperty;
}

/** Answers that show a secret once. */
const secrets = /^\/marketing\/v3\/transactional\/smtp-tokens(\/[^/]+\/password-reset)?$/;

/**
 * Sends a stored request once, and of a batch that was sent before only what is not done yet. A conflict is looked at: with
 * our own key it says that an earlier attempt was accepted.
 */
export async function send(parts: SendParts, stored: string, permit: Permit, target: Target): Promise<Verdict> {
  const request = readRequest(stored);
  const kind = kindOf(request, parts.settings);
  try {
    const read = parts.vendor.reader(request);
    const lacking = request.marks && (await lacks(parts, request, read));
    if (lacking) return lacking;
    // Asked again in each further attempt: since the last look somebody may have changed it.
    const compares = isCompared(kind) && request.before !== undefined;
    const again = (target.attempts ?? 1) > 1;
    const before = again && (isBatch(kind) || compares) ? await look(kind, request, read) : undefined;
    if (before) {
      const changed = compares ? changedIn(kind, request, before.seen) : undefined;
      if (changed !== undefined) return { evidence: 'not_applied', reason: changed, environment: true };
    }
    const rest = before && isBatch(kind) ? remainder(request, before) : undefined;
    if (before && rest && rest.indexes.length === 0) return allThere(permit, before);
    const verdict = await exchanged(parts.vendor, rest?.request ?? request, permit);
    const settled = await arbitrated(kind, request, verdict, read, parts.settings, target, doneIn(before));
    return before && rest ? joined(before, settled) : settled;
  } catch (error) {
    return notSent(error);
  }
}

/** How a stored request is settled: as it was recorded, so one without our property has the weaker class. */
export function kindOf(request: HubSpotRequest, { landingBoundMs }: Pick<Settings, 'landingBoundMs'>): Kind {
  const { kind } = operationOf(request.method, request.path, landingBoundMs);
  return (kind === 'create' || kind === 'create_batch') && request.marks === undefined ? 'none' : kind;
}

async function exchanged(vendor: Vendor, request: HubSpotRequest, permit: Permit): Promise<Verdict> {
  const end = await vendor.send(request, permit);
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
  const standing = await unique.of(type, read);
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

/** What a refusal of a create means: our own object in the way is the effect itself. */
async function arbitrated(
  kind: Kind,
  request: HubSpotRequest,
  verdict: Verdict,
  read: Read,
  settings: Settings,
  target: Target,
  doneBefore: number,
): Promise<Verdict> {
  if (verdict.evidence !== 'rejected') return verdict;
  if (request.marks && missesProperty(verdict.response, settings.property)) {
    return unprovisioned(objectTypeOf(request.path), settings.property, 'does not have');
  }
  // A name says less than a key of ours: what a first attempt meets under it was there before.
  const tells = request.marks !== undefined || (kind === 'create_named' && (target.attempts ?? 1) > 1);
  if (!tells || !isConflict(verdict.response)) return verdict;
  try {
    const there = await look(kind, request, read);
    if (judge(kind, request, there).kind === 'found') return acceptedBy(there);
    // A part of the batch came to light since it was looked at, so the refusal is of that part and not of the rest.
    if (doneIn(there) > doneBefore) return { evidence: 'unknown', reason: 'part_of_it_landed_meanwhile' };
    // What is archived may be found by its id only, which the refusal names.
    const id = kind === 'create' ? existingIdOf({ body: verdict.response.body }) : undefined;
    const own = id === undefined ? undefined : await ownInTheWay(request, id, read);
    return own ? acceptedBy(own) : verdict;
  } catch (error) {
    if (error instanceof CannotTell) return verdict;
    // The conflict may be our own: until it was looked at, nobody knows.
    return { evidence: 'unknown', reason: 'conflict_not_read', cause: error };
  }
}

/** Nothing is left to send, but without the check nothing may be said to have happened in this attempt. */
function allThere(permit: Permit, there: Look): Verdict {
  permit.check();
  return acceptedBy(there);
}

function doneIn(there: Look | undefined): number {
  return there?.seen.filter(({ done }) => done).length ?? 0;
}

function acceptedBy({ answer, seen }: Look): Verdict {
  const id = seen.find((each) => each.id !== undefined)?.id;
  return { evidence: 'accepted', response: answer, ...(id === undefined ? {} : { vendorId: id }) };
}

/** The answer to the rest of a batch, as the answer to all of it. */
function joined({ seen, answer }: Look, verdict: Verdict): Verdict {
  if (verdict.evidence !== 'accepted' && verdict.evidence !== 'rejected') return verdict;
  // An empty answer says no more of one input than of another.
  if (verdict.evidence === 'accepted' && verdict.response.body === '') return verdict;
  const found = seen.flatMap(({ done, result }) => (done && result !== undefined ? [result] : []));
  const id = seen.find((each) => each.done && each.id !== undefined)?.id;
  const response: WireResponse = joinedAnswer(answer.status, found, verdict.response);
  return { evidence: 'accepted', response, ...(id === undefined ? {} : { vendorId: id }) };
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
