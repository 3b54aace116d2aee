import type { LedgerSession } from './ledger-session.ts';
import { attend } from './lifecycle/attend.ts';
import type { Notice } from './lifecycle/standing.ts';
import { stateOf } from './lifecycle/state.ts';
import { reportAttention } from './reporting.ts';

/** Something fell due of a question that nobody has answered. */
export interface Attending extends Notice {
  readonly slot: string;
}

interface Attended {
  /** What this call told. */
  readonly notices: readonly Attending[];
  /** A person is still to answer, or the run to ask anew. */
  readonly waits: boolean;
}

/**
 * Tells what fell due of a question by time alone: a reminder, that others are asked, that it ran out. It is written by
 * compare-and-set before it is told, so that of any number of workers one tells it.
 */
export async function attendTo(session: LedgerSession, slot: string): Promise<Attended> {
  const before = await session.read(slot);
  let notices: readonly Notice[] = [];
  const after = await session.change(
    slot,
    before,
    (record, now) => {
      const due = attend(record, now);
      notices = due?.notices ?? [];
      return due?.change;
    },
    2_000,
  );
  if (after.record) for (const notice of notices) reportAttention(slot, after.record, after.at, notice);
  const { record, at } = after;
  return {
    notices: notices.map((notice) => ({ slot, ...notice })),
    waits: record !== undefined && stateOf(record, at) === 'awaiting_approval',
  };
}
