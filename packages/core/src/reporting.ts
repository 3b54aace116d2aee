import type { Clock } from './clock.ts';
import { isOncelyError, type ErrorCode } from './errors.ts';
import {
  effectsAreWatched,
  publish,
  type About,
  type EffectEvent,
  type ReExecution,
  type RunOutcome,
} from './events.ts';
import { correlation, type Job } from './job.ts';
import type { Seen } from './ledger-session.ts';
import type { Notice } from './lifecycle/standing.ts';
import type { Decision } from './lifecycle/decide.ts';
import { countOf } from './lifecycle/attempts.ts';
import { currentAttempts, isOpen, stateOf, unknownAttempts } from './lifecycle/state.ts';
import { slotOf } from './contract.ts';
import { instant } from './permit.ts';
import type { Draft, EffectRecord, EffectState } from './record.ts';

type Reported = Pick<Job, 'claim' | 'correlationId' | 'run'>;
type OfAJob = Extract<EffectEvent, About>;
type WithoutAbout<E> = E extends About ? Omit<E, keyof About> : never;

/** Publishes one event of a job. What it says is made only where somebody listens. */
export function report(job: Reported, slot: string, clock: Clock, say: () => WithoutAbout<OfAJob>): void {
  if (effectsAreWatched()) publish({ ...say(), ...about(job, slot, clock) } as OfAJob);
}

function about(job: Reported, slot: string, clock: Clock): About {
  return {
    slot,
    operation: job.claim.operation,
    // Within a run by the finer clock, so that what came later is later.
    at: job.run ? job.run.start.wall + clock.monotonic() - job.run.start.monotonic : clock.wall(),
    ...correlation(job),
    ...(job.run === undefined ? {} : { run: job.run.id }),
  };
}

/** When something that will be reported begins; `undefined` where nobody listens. */
export function beginning(clock: Clock): number | undefined {
  return effectsAreWatched() ? clock.monotonic() : undefined;
}

/** How long it took since then. */
export function lasted(clock: Clock, since: number | undefined): { durationMs?: number } {
  return since === undefined ? {} : { durationMs: clock.monotonic() - since };
}

/** Runs a job between its events `begun` and `ended`. */
export function reportRun<T extends { readonly outcome: RunOutcome }>(
  job: Job,
  clock: Clock,
  run: (job: Job) => Promise<T>,
): Promise<T> {
  return effectsAreWatched() ? reported(job, clock, run) : run(job);
}

async function reported<T extends { readonly outcome: RunOutcome }>(
  given: Job,
  clock: Clock,
  run: (job: Job) => Promise<T>,
): Promise<T> {
  const slot = slotOf(given.claim.contract);
  const start = instant(clock);
  const recovering = given.prepare === undefined;
  let job: Job = { ...given, run: { id: Symbol('oncely run'), start } };
  report(job, slot, clock, () => ({
    type: 'begun',
    recovering,
    ...tracing(given.traceparent),
    continueAs: (traceparent) => {
      // Recovery goes on with what another began, whose name stays on it.
      if (!recovering) job = { ...job, claim: { ...job.claim, traceparent } };
    },
  }));
  const ended = (outcome: RunOutcome, error?: unknown): void =>
    report(job, slot, clock, () => ({
      type: 'ended',
      outcome,
      ...(isOncelyError(error) ? { code: error.code } : {}),
      durationMs: clock.monotonic() - start.monotonic,
    }));
  try {
    const result = await run(job);
    ended(result.outcome);
    return result;
  } catch (error) {
    ended('failed', error);
    throw error;
  }
}

/** That the permission was stored, and that it was taken over from a holder that never reported, where it was. */
export function reportClaim(job: Reported, slot: string, clock: Clock, { record }: Seen, since: number): void {
  if (!record || !effectsAreWatched()) return;
  const attempt = countOf(record.attempts);
  report(job, slot, clock, () => ({
    type: 'claimed',
    attempt,
    generation: record.generation,
    durationMs: clock.monotonic() - since,
    ...tracing(record.traceparent),
  }));
  const before = record.attempts.at(-2);
  if (before && isOpen(before)) report(job, slot, clock, () => ({ type: 'taken_over', attempt: attempt - 1 }));
}

export function reportReplay(job: Reported, slot: string, clock: Clock, seen: Seen, drifted: boolean): void {
  report(job, slot, clock, () => ({ type: 'replayed', drifted, ...tracing(seen.record?.traceparent) }));
}

export function reportRefusal(job: Reported, slot: string, clock: Clock, code: ErrorCode): void {
  report(job, slot, clock, () => ({ type: 'refused', code }));
}

/** That an approval was asked for by this very write; one that was asked for before has its time. */
export function reportAsked(job: Reported, slot: string, clock: Clock, { approval }: Draft): void {
  if (approval?.state !== 'pending' || typeof approval.requestedAt === 'number') return;
  report(job, slot, clock, () => ({ type: 'approval_asked' }));
}

/** Publishes that the vendor was called again, where the record holds earlier attempts of the same version. */
export function reportReExecution(job: Reported, slot: string, clock: Clock, record: EffectRecord): void {
  if (!effectsAreWatched()) return;
  const after = reExecutionOf(record);
  if (after) report(job, slot, clock, () => ({ type: 're_executed', attempt: countOf(record.attempts), after }));
}

/** What stands between the record's last attempt and a second effect; `undefined` where it is the first of its version. */
function reExecutionOf(record: EffectRecord): ReExecution | undefined {
  const earlier = currentAttempts(record).slice(0, -1);
  if (earlier.length === 0) return undefined;
  if (earlier.some(({ evidence }) => evidence === 'unknown')) return 'doubt';
  return earlier.some(({ evidence, basis }) => evidence === 'not_applied' && basis !== 'answer')
    ? 'absent'
    : 'answered';
}

/** Publishes what became of the doubt between two versions of a record: its end, and a second effect that came to light. */
export function reportChange(
  about: () => About,
  by: 'answer' | 'probe' | 'person',
  before: EffectRecord | undefined,
  { record, at }: Pick<Seen, 'record' | 'at'>,
): void {
  if (!before || !record || !effectsAreWatched()) return;
  const what = about();
  if (record.divergence && !before.divergence) publish({ type: 'diverged', ...what });
  if (isOpenState(stateOf(record, at)) || !isOpenState(stateOf(before, at))) return;
  // An attempt that its holder has in hand is not in doubt.
  const doubtful = unknownAttempts(before).filter((each) => !isOpen(each) || each.leaseUntil <= at);
  if (doubtful.length === 0) return;
  const since = Math.min(...doubtful.map((each) => each.claimedAt));
  publish({ type: 'consistent', by, afterMs: Math.max(0, at - since), ...what });
}

function isOpenState(state: EffectState): boolean {
  return state === 'executing' || state === 'in_doubt' || state === 'stopped';
}

/** Publishes a person's decision, where it was not applied before, and what it made of the doubt. */
export function reportDecision(
  slot: string,
  before: EffectRecord,
  after: Pick<Seen, 'record' | 'at'>,
  { id, kind }: Pick<Decision, 'id' | 'kind'>,
): void {
  if (!effectsAreWatched() || before.decisions.includes(id) || !after.record?.decisions.includes(id)) return;
  const what: About = { slot, operation: before.operation, at: after.at };
  const waited = before.approval?.state === 'pending' ? { waitedMs: after.at - before.approval.requestedAt } : {};
  publish({ type: 'decided', decision: kind, ...waited, ...what });
  reportChange(() => what, 'person', before, after);
}

/** What fell due of a question that nobody has answered. */
export function reportAttention(slot: string, { operation }: EffectRecord, at: number, { what, to }: Notice): void {
  if (!effectsAreWatched()) return;
  publish({ type: `approval_${what}`, ...(to === undefined ? {} : { to }), slot, operation, at });
}

/** An alarm: one person approved past what was asked for. */
export function reportBrokenGlass(slot: string, { operation }: EffectRecord, at: number, by: string): void {
  if (effectsAreWatched()) publish({ type: 'break_glass', by, slot, operation, at });
}

export function aboutJob(job: Reported, slot: string, clock: Clock): () => About {
  return () => about(job, slot, clock);
}

/** The trace of the run that began an effect, where one was named. */
export function tracing(traceparent: string | undefined): { traceparent?: string } {
  return traceparent === undefined ? {} : { traceparent };
}
