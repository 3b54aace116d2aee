import type { Target, Verdict } from '@oncely/core';

import { batchAnswer, joinedAnswer } from './answers.ts';
import { existingIdOf, isConflict, parse } from './classify.ts';
import { ownInTheWay } from './look-at-objects.ts';
import { judge, look } from './look.ts';
import type { Kind } from './operations.ts';
import { inputsOf, type HubSpotRequest } from './request.ts';
import { CannotTell, type Look } from './seen.ts';
import type { Read } from './reading.ts';

/** A write that was sent, and what was seen of it before. */
export interface Sent {
  readonly kind: Kind;
  readonly request: HubSpotRequest;
  readonly target: Target;
  readonly before: Look | undefined;
}

/** What a refusal of a create means: our own object in the way is the effect itself. */
export async function afterRefusal(
  { kind, request, target, before }: Sent,
  verdict: Verdict & { evidence: 'rejected' },
  read: Read,
): Promise<Verdict> {
  // A name says less than a key of ours: what is met under it before anything of ours may have happened is another's.
  const tells = request.marks !== undefined || (kind === 'create_named' && target.doubted === true);
  if (!tells || !isConflict(verdict.response)) return verdict;
  try {
    const there = await look(kind, request, read);
    if (judge(kind, request, there).kind === 'found') return acceptedBy(there);
    // A part of the batch came to light since it was looked at, so the refusal is of that part and not of the rest.
    if (doneIn(there) > doneIn(before)) return { evidence: 'unknown', reason: 'part_of_it_landed_meanwhile' };
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

/**
 * What failed of a batch that was sent before may have failed because it was done before: then it is no failure. The
 * answer to all of it, or `undefined` where this is no such case or nobody can look, and HubSpot's stands as it is.
 */
export async function afterPartialSuccess(
  { kind, request, target }: Sent,
  verdict: Verdict & { evidence: 'accepted' },
  read: Read,
): Promise<Verdict | undefined> {
  const answered = parse(verdict.response.body) as { readonly errors?: readonly Failure[] } | undefined;
  const again = target.doubted === true && kind === 'create_batch' && verdict.response.status === 207;
  if (!again || !answered?.errors) return undefined;
  const there = await look(kind, request, read).catch(() => undefined);
  if (!there) return undefined;
  const done = new Set(
    inputsOf(request).flatMap((input, index) => (there.seen[index]?.done ? [input['objectWriteTraceId']] : [])),
  );
  const errors = answered.errors.filter(({ context }) => !context?.objectWriteTraceId?.some((id) => done.has(id)));
  const results = there.seen.flatMap(({ result }) => (result === undefined ? [] : [result]));
  return { ...acceptedBy(there), response: batchAnswer(201, results, { errors }) };
}

interface Failure {
  readonly context?: { readonly objectWriteTraceId?: readonly string[] };
}

/** The answer to the rest of a batch, as the answer to all of it. */
export function joined({ seen, answer }: Look, verdict: Verdict): Verdict {
  if (verdict.evidence !== 'accepted' && verdict.evidence !== 'rejected') return verdict;
  // An empty answer says no more of one input than of another.
  if (verdict.evidence === 'accepted' && verdict.response.body === '') return verdict;
  const found = seen.flatMap(({ done, result }) => (done && result !== undefined ? [result] : []));
  const id = seen.find((each) => each.done && each.id !== undefined)?.id;
  const response = joinedAnswer(answer.status, found, verdict.response);
  return { evidence: 'accepted', response, ...(id === undefined ? {} : { vendorId: id }) };
}

export function acceptedBy({ answer, seen }: Look): Verdict & { evidence: 'accepted' } {
  const id = seen.find((each) => each.id !== undefined)?.id;
  return { evidence: 'accepted', response: answer, ...(id === undefined ? {} : { vendorId: id }) };
}

function doneIn(there: Look | undefined): number {
  return there?.seen.filter(({ done }) => done).length ?? 0;
}
