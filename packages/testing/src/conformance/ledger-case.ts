import assert from 'node:assert/strict';

import type { Ledger } from '@oncely/core';

type WriteCommand = Parameters<Ledger['write']>[0];
type Row = NonNullable<Awaited<ReturnType<Ledger['read']>>['row']>;
export type WriteAnswer = Awaited<ReturnType<Ledger['write']>>;

/** A fresh, empty store. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** The same store as another process sees it; absent where a store is one instance only. */
  readonly another?: () => Promise<Ledger>;
  /** Moves the ledger's clock, also back; absent where it cannot be set, and real time passes instead. */
  readonly advance?: (ms: number) => void;
}

export interface LedgerCase {
  readonly name: string;
  /** Runs the case on a store that `make` makes and closes what was opened. It throws what is wrong. */
  readonly run: (make: () => Promise<LedgerUnderTest>) => Promise<void>;
}

/** A case whose ledgers are open when it begins and closed when it ends. */
export function testCase(
  name: string,
  body: (subject: LedgerUnderTest, another: Ledger, make: () => Promise<LedgerUnderTest>) => Promise<void>,
): LedgerCase {
  return {
    name,
    run: async (make) => {
      const opened: Ledger[] = [];
      const makeOpen = async (): Promise<LedgerUnderTest> => {
        const subject = await make();
        opened.push(subject.ledger);
        await subject.ledger.open();
        return subject;
      };
      try {
        const subject = await makeOpen();
        const another = (await subject.another?.()) ?? subject.ledger;
        if (another !== subject.ledger) opened.push(another);
        await another.open();
        await body(subject, another, makeOpen);
      } finally {
        await Promise.all(opened.map((ledger) => ledger.close()));
      }
    },
  };
}

/** A write from revision 0, but for what is given; events by their sequence. */
export function command(
  of: Omit<Partial<WriteCommand>, 'events'> & { readonly events?: readonly number[] },
): WriteCommand {
  return {
    slot: 'desk:slot',
    expect: 0,
    doc: '{}',
    index: { state: 'ready' },
    ...of,
    events: (of.events ?? []).map((sequence) => ({ sequence, doc: `event ${sequence}` })),
  };
}

/** The answer, which must be `written`. */
export function written(answer: WriteAnswer): WriteAnswer & { kind: 'written' } {
  assert.equal(answer.kind, 'written');
  return answer as WriteAnswer & { kind: 'written' };
}

/** Lets the ledger's time pass. */
export async function pass(advance: ((ms: number) => void) | undefined, ms: number): Promise<void> {
  if (advance) advance(ms);
  else await new Promise((resolve) => setTimeout(resolve, ms + 5));
}

/** A row may carry more than these, as a store finds it handy. */
export function assertRow(row: Row | undefined, expected: Row): void {
  assert.ok(row, 'there is a row');
  const { slot, revision, at, doc } = row;
  assert.deepEqual({ slot, revision, at, doc }, { ...expected });
}
