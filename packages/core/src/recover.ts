import { knownAs } from './asking.ts';
import { spend, type Budgets } from './budgets.ts';
import { durationProblem, type Clock } from './clock.ts';
import { isOncelyError, OncelyError, type ErrorCode } from './errors.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { unjudged } from './judging.ts';
import type { Keeping } from './keeping.ts';
import type { LedgerSession, Seen } from './ledger-session.ts';
import { hasHappened, stateOf } from './lifecycle/state.ts';
import type { Codec } from './payload.ts';
import type { Origin } from './perform.ts';
import { dueWork, type Place } from './due-work.ts';
import { previewOf } from './preview.ts';
import { postpone, probe } from './probing.ts';
import type { EffectState } from './record.ts';
import type { Job } from './job.ts';
import { tracing } from './reporting.ts';
import { attendTo, type Attending } from './attending.ts';
import type { Runner } from './runner.ts';
import { isToBeTakenBack, takeBack } from './undo.ts';

export interface RecoverOptions {
  /** How many effects at most. Default 100. */
  readonly limit?: number;
  /** When to stop beginning and waiting, in milliseconds from now. Default 30,000. */
  readonly deadlineMs?: number;
}

export interface Recovered {
  readonly examined: number;
  /** How many are in each state now. */
  readonly states: Readonly<Partial<Record<EffectState, number>>>;
  /** Effects that are proven to have happened twice at the vendor. */
  readonly diverged: readonly string[];
  /** Questions that nobody has answered, of which something fell due and was told by this call alone. */
  readonly told: readonly Attending[];
  /** What could not be settled in this call, with the reason. */
  readonly open: readonly { readonly slot: string; readonly reason: string }[];
}

export interface FinishParts {
  readonly session: LedgerSession;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly codec: Codec | undefined;
  readonly keepingOf: (operation: string) => Keeping;
  /** The client a record came through; `undefined` where this process was not given it. */
  readonly originOf: (client: string, account: string) => Origin | undefined;
  readonly budgets: Budgets | undefined;
  /** The version of this process's approval policy. */
  readonly approvals: CompiledPolicy | undefined;
}

export interface RecoverParts extends FinishParts {
  /** Where the last call of this process ended. */
  readonly place: Place;
  /** Whether this process was given the client. */
  readonly has: (client: string) => boolean;
}

/** How many effects of one client are at work at once. */
const concurrency = 8;

/**
 * Brings what is in doubt to an end: resends what the vendor dedupes, looks up the rest, finishes what was found not
 * to have happened, stops what cannot be known. Any process with the same ledger and clients may call it at any time.
 */
export async function recover(parts: RecoverParts, options: RecoverOptions = {}): Promise<Recovered> {
  const { session, clock } = parts;
  const problem = durationProblem('deadlineMs', options.deadlineMs);
  if (problem !== undefined) {
    throw new OncelyError('invalid_input', { message: `oncely.recover: ${problem}. Nothing was sent.` });
  }
  const giveUpAt = clock.monotonic() + (options.deadlineMs ?? 30_000);
  await session.info();
  const scanUntil = clock.monotonic() + (giveUpAt - clock.monotonic()) / 3;
  const due = await dueWork(parts, options.limit ?? 100, scanUntil);
  const states: Partial<Record<EffectState, number>> = {};
  const diverged: string[] = [];
  const open: { slot: string; reason: string }[] = [];
  const told: Attending[] = [];
  const worker = async (slots: Iterable<string>): Promise<void> => {
    for (const slot of slots) {
      const attended = due.asked.has(slot) ? await attendTo(session, slot).catch(() => undefined) : undefined;
      told.push(...(attended?.notices ?? []));
      // A question that nobody has answered is not asked anew here: the run that wants it does.
      const isLate = clock.monotonic() >= giveUpAt;
      let reason = isLate ? 'the deadline of this call was over' : undefined;
      if (attended?.waits === true) reason = undefined;
      else if (!isLate) reason = await finish(parts, slot, giveUpAt);
      const { record, at } = await session.read(slot).catch(() => ({ record: undefined, at: 0 }));
      if (!record) {
        if (reason !== undefined) open.push({ slot, reason });
        continue;
      }
      const state = stateOf(record, at);
      states[state] = (states[state] ?? 0) + 1;
      if (record.divergence) diverged.push(slot);
      if (reason !== undefined) open.push({ slot, reason });
    }
  };
  // Each client's by themselves: a vendor that hangs keeps nobody else's waiting.
  const hands = [...due.slots.values()].flatMap((slots) => {
    const next = slots.values();
    return Array.from({ length: Math.min(concurrency, slots.length) }, () => worker(next));
  });
  await Promise.all(hands);
  const examined = [...due.slots.values()].reduce((sum, slots) => sum + slots.length, 0);
  return { examined, states, diverged, told, open };
}

/**
 * Brings one effect as far as this process can: performs it where it was handed in or approved, settles its doubt, takes
 * it back. Gives why it is still open; `undefined` when it is not, or waits for a person.
 */
export async function finish(parts: FinishParts, slot: string, giveUpAt: number): Promise<string | undefined> {
  try {
    const why = await settleRecord(parts, slot, await parts.session.read(slot), giveUpAt);
    const { record } = await parts.session.read(slot);
    if (!record || !isToBeTakenBack(record)) return why;
    return (await takeBack(parts, slot, giveUpAt)) ?? why;
  } catch (error) {
    if (isOncelyError(error)) return waitsForPerson.has(error.code) ? undefined : error.message;
    return error instanceof Error ? error.message : String(error);
  }
}

const waitsForPerson: ReadonlySet<string> = new Set<ErrorCode>(['stopped', 'approval_required', 'compensated']);

async function settleRecord(
  parts: FinishParts,
  slot: string,
  seen: Seen,
  giveUpAt: number,
): Promise<string | undefined> {
  const { record, at } = seen;
  if (!record) return undefined;
  const origin = parts.originOf(record.client, record.account);
  if (!origin) return `no client named "${record.client}" was given to createOncely in this process`;
  const keeping = parts.keepingOf(record.operation);
  const job: Job = {
    claim: {
      contract: record.contract,
      client: record.client,
      account: record.account,
      operation: record.operation,
      safety: record.safety,
      landingBoundMs: record.landingBoundMs,
      fingerprint: record.fingerprint,
      drift: 'first',
      onDoubt: 'stop',
    },
    rekey: (request, keys) => origin.connection.rekey?.(request, keys) ?? request,
    send: (target, permit) => origin.connection.resend(target, permit),
    probe: (target) => origin.connection.probe(target),
    looksFirst: origin.connection.looksFirst?.(record.operation) === true,
    restore: (target) => origin.connection.restore(target),
    keeping,
    knownAs: knownAs(origin.adapter, record.operation),
    preview: (request) =>
      previewOf(
        origin.adapter,
        { operation: record.operation, account: record.account },
        request === undefined ? undefined : origin.connection.parametersOf?.(request),
        keeping.preview,
      ),
    parametersOf: (request) => (request === undefined ? undefined : origin.connection.parametersOf?.(request)),
    giveUpAt,
    deadlineAt: giveUpAt,
    executesAgain: () => spend(parts.session, parts.budgets, record.contract, 'reExecutions'),
    ...(parts.approvals === undefined ? {} : { policyVersion: parts.approvals.version }),
    unjudged: unjudged(parts.approvals, knownAs(origin.adapter, record.operation)),
    ...tracing(record.traceparent),
  };
  // After a resend from "absent": the look for two.
  if (record.verifyAt !== undefined && hasHappened(record) && record.verifyAt <= at) {
    const looked = await probe(parts, job, slot, seen);
    if (looked.kind !== 'unreachable') return undefined;
    await postpone(parts.session, slot, seen, looked.retryAfterMs);
    return `the look for two: ${looked.reason}`;
  }
  if (hasHappened(record)) return undefined;
  await parts.runner.run(job);
  return undefined;
}
