import { systemClock, type Clock } from './clock.ts';
import type { Job } from './job.ts';
import { seenAs, type LedgerSession, type Seen } from './ledger-session.ts';
import { change } from './lifecycle/change.ts';
import { decideSettle, type Ending } from './lifecycle/settle.ts';
import { stateOf } from './lifecycle/state.ts';
import { encodeRecord, type EffectRecord } from './record.ts';
import { aboutJob, report, reportChange } from './reporting.ts';

/** What an attempt of this process ended with, where the ledger does not have it yet. */
interface Known {
  readonly job: Job;
  readonly slot: string;
  readonly token: string;
  readonly ending: Ending;
  /** The record that gave the permission; absent where it is not known to be stored, and was never used. */
  readonly record?: EffectRecord;
  readonly since: number;
}

/** What this process knows and could not record: never forgotten while it lives, and recorded once the ledger answers. */
export interface Unrecorded {
  /** An attempt's end that the ledger did not take. */
  verdict(job: Job, slot: string, record: EffectRecord, token: string, ending: Ending): void;
  /** A claim whose caller gave up: the ledger may store it still, and its token is never used. */
  unused(job: Job, slot: string, token: string): void;
  /** Whether there is anything of this slot. */
  knows(slot: string): boolean;
  /** The record with all put in that this process knows of it. */
  applied(slot: string, seen: Seen): Promise<Seen>;
  /** Tries to record what is left, for so long; then only a look at the vendor can tell it. */
  drain(forMs: number): Promise<void>;
}

/** How long one of them may try to be recorded before the others have their turn. */
const patienceMs = 1_000;
const longestPauseMs = 5_000;
/** Beyond so many, claims that were never used are no longer remembered; what was sent always is. */
const mostUnused = 10_000;

/** `alive`: for how long a process that has nothing else to do stays for it, in milliseconds. */
export function createUnrecorded(session: LedgerSession, clock: Clock, alive: number): Unrecorded {
  const known = new Map<string, Map<string, Known>>();
  let unused = 0;
  let working: Promise<void> | undefined;
  let wake = new AbortController();
  let closed = false;

  const keep = (item: Known): void => {
    const ofSlot = known.get(item.slot) ?? new Map<string, Known>();
    known.set(item.slot, ofSlot.set(item.token, item));
    if (!item.record) unused += 1;
    if (!closed) working ??= work().finally(() => (working = undefined));
  };
  const forget = ({ slot, token, record }: Known): void => {
    const ofSlot = known.get(slot);
    if (!ofSlot?.delete(token)) return;
    if (ofSlot.size === 0) known.delete(slot);
    if (!record) unused -= 1;
  };
  const all = (): Known[] => [...known.values()].flatMap((ofSlot) => [...ofSlot.values()]);

  const put = async (item: Known, seen: Seen, forMs: number): Promise<Seen> => {
    const { job, slot, token, ending, record } = item;
    const isStored = seen.record?.attempts.some((attempt) => attempt.token === token) === true;
    // Not stored yet; if it ever is, it is recognised then.
    if (!isStored && !record) return seen;
    const after = await recordEnding(session, slot, seen, token, ending, record, forMs);
    forget(item);
    report(job, slot, clock, () => ({
      type: 'settled',
      evidence: ending.evidence,
      ...(after.record ? { state: stateOf(after.record, after.at) } : {}),
      durationMs: clock.monotonic() - item.since,
    }));
    reportChange(aboutJob(job, slot, clock), 'answer', record ?? seen.record, after);
    return after;
  };

  /** One round over all of them; whether the ledger answered. */
  const round = async (): Promise<boolean> => {
    for (const item of all()) {
      try {
        await put(item, await session.read(item.slot), patienceMs);
      } catch {
        return false;
      }
    }
    return true;
  };

  const work = async (): Promise<void> => {
    const begun = clock.monotonic();
    for (let pauseMs = 100; known.size > 0 && !closed; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await pause(clock, pauseMs, wake.signal, clock.monotonic() - begun < alive);
      if (closed) return;
      await round();
      // A claim that was not stored by now waits in no line any more, as far as anybody can tell; it stays known.
      if (clock.monotonic() - begun > alive && all().every(({ record }) => record === undefined)) return;
      for (const item of all().filter(({ record }) => !record)) if (unused > mostUnused) forget(item);
    }
  };

  return {
    verdict: (job, slot, record, token, ending) => {
      keep({ job, slot, token, ending, record, since: clock.monotonic() });
    },
    unused: (job, slot, token) => {
      const ending = { evidence: 'not_applied', reason: 'never_sent' } as const;
      keep({ job, slot, token, ending, since: clock.monotonic() });
    },
    knows: (slot) => known.has(slot),
    applied: async (slot, before) => {
      const ofSlot = known.get(slot);
      if (!ofSlot) return before;
      // A first claim is made without having looked.
      let seen = before.record ? before : await session.read(slot);
      for (const item of ofSlot.values()) seen = await put(item, seen, patienceMs);
      return seen;
    },
    drain: async (forMs) => {
      const giveUpAt = clock.monotonic() + forMs;
      closed = true;
      wake.abort('closing');
      await working;
      for (let pauseMs = 50; known.size > 0; pauseMs = Math.min(pauseMs * 2, 1_000)) {
        const isAnswered = await round();
        // What is left then was never sent, and is not stored.
        if ((isAnswered && all().every(({ record }) => !record)) || clock.monotonic() + pauseMs > giveUpAt) return;
        await clock.sleep(pauseMs);
      }
    },
  };
}

/** Stores what an attempt ended with, whoever else changed the record meanwhile. */
export async function recordEnding(
  session: LedgerSession,
  slot: string,
  seen: Seen,
  token: string,
  ending: Ending,
  claimed: EffectRecord | undefined,
  forMs: number,
): Promise<Seen> {
  const settled = await session.change(
    slot,
    seen,
    (record, at) => {
      const decision = decideSettle(record, token, ending, at);
      return decision.kind === 'write' ? decision.change : undefined;
    },
    forMs,
  );
  if (settled.record || !claimed) return settled;
  // The ledger forgot the slot of an attempt that we made: what we know is written back, instead of being lost too.
  const decision = decideSettle(claimed, token, ending, settled.at);
  const { draft, index, events } = decision.kind === 'write' ? decision.change : change(claimed, [], settled.at);
  const answer = await session.write({ slot, expect: 0, doc: encodeRecord(draft), index, events }, forMs);
  if (answer.kind !== 'written') throw new Error('the ledger forgot this effect, and something else is in its place');
  return seenAs(draft, answer);
}

/** Keeps the process alive only where it is told to; a clock of a test has no process to keep. */
function pause(clock: Clock, ms: number, signal: AbortSignal, keepsAlive: boolean): Promise<void> {
  if (clock !== systemClock || keepsAlive) return clock.sleep(ms, signal);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
