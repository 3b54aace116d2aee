import type { ToolResult } from './tool.ts';

/** What a worker does with a run once its calls are made. */
export type ToolsOutcome =
  /** Each effect is over, one way or the other. A no is over too: the model was told. */
  | { readonly kind: 'done' }
  /** Run it again after that time: nothing was sent yet, or the same call finds out what happened. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly effects: readonly string[] }
  /** A person has to find out or to mend something; running it again changes nothing before. */
  | { readonly kind: 'waits_for_person'; readonly effects: readonly string[] }
  /** A person has to say yes or no; run it again once they have. */
  | { readonly kind: 'waits_for_approval'; readonly effects: readonly string[] };

/** Where a result does not say how long to wait. */
const usualPauseMs = 5_000;

type Given = Pick<ToolResult, 'status' | 'reason' | 'effect' | 'retryAfterMs' | 'state' | 'next'>;

/**
 * What the results of a run's calls come to, for the worker that made the run. What time alone settles comes first, then
 * what a person has to find out, then what waits for an approval: whoever runs it again when it is told to never does so
 * for ever.
 *
 * @example
 * const outcome = outcomeOf(results);
 * if (outcome.kind === 'again') await queue.delay(job, outcome.afterMs);
 */
export function outcomeOf(results: readonly Given[]): ToolsOutcome {
  // A repeat of a call stands for what it repeats: the last word on an effect counts.
  const last = new Map<unknown, Given>();
  for (const result of results) last.set(result.effect ?? result, result);
  const waiting = { again: [] as Given[], waits_for_person: [] as Given[], waits_for_approval: [] as Given[] };
  for (const result of last.values()) {
    const kind = kindOf(result);
    if (kind !== 'done') waiting[kind].push(result);
  }
  const named = (given: readonly Given[]): string[] => given.flatMap(({ effect }) => (effect === null ? [] : [effect]));
  const { again, waits_for_person: person, waits_for_approval: approval } = waiting;
  if (again.length > 0) {
    const afterMs = Math.max(...again.map(({ retryAfterMs }) => retryAfterMs ?? usualPauseMs));
    return { kind: 'again', afterMs, effects: named(again) };
  }
  if (person.length > 0) return { kind: 'waits_for_person', effects: named(person) };
  if (approval.length > 0) return { kind: 'waits_for_approval', effects: named(approval) };
  return { kind: 'done' };
}

const over: ReadonlySet<string | null> = new Set(['declined', 'cancelled', 'compensating', 'compensated']);

function kindOf({ status, reason, state, next }: Given): ToolsOutcome['kind'] {
  switch (status) {
    case 'succeeded':
    case 'already_done':
      return 'done';
    case 'pending_approval':
      return 'waits_for_approval';
    case 'unknown':
      return state === 'stopped' || next === 'ask-a-person' ? 'waits_for_person' : 'again';
    case 'rejected':
      // A pause, a twin or a foreign case: nobody has said no to this effect for good.
      if (reason === 'declined') return state !== undefined && over.has(state) ? 'done' : 'waits_for_person';
      if (reason !== 'not_sent') return 'done';
      return next === 'retry' || next === 'wait' || next === null || next === undefined ? 'again' : 'waits_for_person';
  }
}
