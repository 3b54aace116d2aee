import { checkHistory } from '../../src/history/check-history.ts';
import type { AttemptEssentials, HistoryEvent, RecordEssentials, RecordedRow } from '../../src/history/event.ts';

type Untold<E> = E extends unknown ? Omit<E, 'process' | 'time' | 'slot'> : never;

/** A hand-made history: each line happens a millisecond after the one before. */
export interface Story {
  readonly events: HistoryEvent[];
  /** A write as it was begun; gives what ends it. */
  write(
    process: string,
    expect: number,
    attempts: readonly Partial<AttemptEssentials>[],
    more?: { readonly guard?: number; readonly record?: Partial<RecordEssentials> },
  ): Ending;
  read(process: string): Ending;
  pause(process: string, expect: number, state: string): Ending;
  /** Any other event. */
  tell(process: string, event: Untold<Extract<HistoryEvent, { slot: string } | { marker: string }>>): void;
  /** Lets time pass. */
  pass(ms: number): void;
  /** The rules that it breaks. */
  broken(): string[];
}

interface Ending {
  /** Written: at this time of the ledger, or that of the story. */
  written(at?: number, revision?: number): RecordedRow;
  conflict(row?: RecordedRow): void;
  shown(row?: RecordedRow): void;
  held(row: RecordedRow): void;
  epoch(epoch: number): void;
  /** What was written without an answer. */
  unanswered(at?: number): RecordedRow;
}

const slot = 'book:desk:pay';
const leaseMs = 100;

export function story(): Story {
  const events: HistoryEvent[] = [{ process: 'a', time: 0, kind: 'marked', slot, marker: 'm1' }];
  let ms = 1_000;
  let calls = 0;
  const time = (): number => (ms += 1) * 1e6;

  const call = (process: string, command: (HistoryEvent & { kind: 'call' })['command'], digest: string): Ending => {
    const number = (calls += 1);
    events.push({ process, time: time(), kind: 'call', call: number, command });
    const answer = (given: (HistoryEvent & { kind: 'answer' })['answer']): void => {
      events.push({ process, time: time(), kind: 'answer', call: number, answer: given });
    };
    const expect = 'expect' in command ? command.expect : 0;
    return {
      written: (at, revision = expect + 1) => {
        const now = at ?? ms;
        answer({ kind: 'written', revision, now });
        return { revision, at: now, digest };
      },
      conflict: (row) => answer({ kind: 'conflict', now: Math.max(ms, row?.at ?? 0), ...(row ? { row } : {}) }),
      shown: (row) => answer({ kind: 'shown', now: Math.max(ms, row?.at ?? 0), ...(row ? { row } : {}) }),
      held: (row) => answer({ kind: 'held', now: ms, row }),
      epoch: (epoch) => answer({ kind: 'epoch', epoch }),
      unanswered: (at = ms) => ({ revision: expect + 1, at, digest }),
    };
  };

  return {
    events,
    write: (process, expect, attempts, { guard, record = {} } = {}) => {
      const essentials: RecordEssentials = {
        safety: 'keyed',
        landingBoundMs: 50,
        tombstone: false,
        decisions: 0,
        attempts: attempts.map((attempt) => ({
          token: 't1',
          generation: 1,
          logicVersion: 1,
          evidence: 'unknown',
          claimedAt: { after: 0 },
          leaseUntil: { after: leaseMs },
          ...attempt,
        })),
        ...record,
      };
      const digest = JSON.stringify([process, expect, essentials]);
      const command = { op: 'write', slot, expect, digest, record: essentials } as const;
      return call(process, guard === undefined ? command : { ...command, guard }, digest);
    },
    read: (process) => call(process, { op: 'read', slot }, ''),
    pause: (process, expect, state) => {
      const digest = `${process} ${expect} ${state}`;
      return call(process, { op: 'write_workflow', workflow: 'book:desk', expect, state, digest }, digest);
    },
    tell: (process, event) => {
      const subject = event.kind === 'probed' ? {} : { slot };
      events.push({ process, time: time(), ...subject, ...event } as HistoryEvent);
    },
    pass: (by) => void (ms += by),
    broken: () => [...new Set(checkHistory(events, { sendWindowMs: leaseMs / 2 }).map(({ rule }) => rule))],
  };
}

/** The stamps of an attempt that was claimed by the write that stored this row. */
export function since({ at }: RecordedRow): Pick<AttemptEssentials, 'claimedAt' | 'leaseUntil'> {
  return { claimedAt: at, leaseUntil: at + leaseMs };
}

/** What a settle adds to an attempt. */
export function settled(
  evidence: AttemptEssentials['evidence'],
  basis = 'answer',
): Pick<AttemptEssentials, 'evidence' | 'basis' | 'settledAt'> {
  return { evidence, basis, settledAt: { after: 0 } };
}

/** A claims with token t1, is told so, and sends. */
export function claimed(tale: Story): RecordedRow {
  const row = tale.write('a', 0, [{}], { guard: 1 }).written();
  tale.tell('a', { kind: 'sending', token: 't1', until: Infinity });
  return row;
}

/** A claims, sends, and settles what happened. */
export function succeeded(tale: Story): RecordedRow {
  const claim = claimed(tale);
  tale.tell('vendor', { kind: 'effect', token: 't1', vendorId: 'v1' });
  tale.tell('a', { kind: 'verdict', token: 't1', evidence: 'accepted' });
  const row = tale.write('a', 1, [{ ...since(claim), ...settled('accepted'), vendorId: 'v1' }]).written();
  tale.tell('a', { kind: 'told', vendorId: 'v1' });
  return row;
}

/** The rules that a story breaks. */
export function broken(tell: (tale: Story) => void): string[] {
  const tale = story();
  tell(tale);
  return tale.broken();
}
