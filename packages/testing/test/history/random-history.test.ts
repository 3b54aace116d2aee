/** Histories of processes at random on a ledger that is right are accepted; with one answer made wrong they are not. */
import type { Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { checkHistory } from '../../src/history/check-history.ts';
import type { HistoryEvent, RecordedAnswer } from '../../src/history/event.ts';
import type { Journal } from '../../src/history/journal.ts';
import { recordLedger } from '../../src/history/record-ledger.ts';
import { seeded } from './random.ts';

type Answer = HistoryEvent & { readonly kind: 'answer' };

const check = (history: readonly HistoryEvent[]): string[] =>
  checkHistory(history, { sendWindowMs: 1 }).map(({ rule }) => rule);

/** What some processes did on one ledger; answers are late, and some are lost. */
async function randomHistory(seed: number): Promise<HistoryEvent[]> {
  const random = seeded(seed);
  const ledger = lossy(memoryLedger(), random);
  const events: HistoryEvent[] = [];
  let time = 0;
  const work = async (process: string): Promise<void> => {
    const journal: Journal = {
      now: () => (time += 1),
      append: (event) => void events.push({ process, time: (time += 1), ...event } as HistoryEvent),
      close: () => undefined,
    };
    const recorded = recordLedger(ledger, journal);
    let { epoch } = await recorded.open().catch(() => ({ epoch: 1 }));
    const revisions = new Map<string, number>();
    for (let step = 0; step < 25; step += 1) {
      const workflow = `book${Math.floor(random() * 2)}:desk`;
      const slot = `${workflow}:${Math.floor(random() * 2)}`;
      const what = random();
      try {
        if (what < 0.55) {
          const doc = `${process} ${step}`;
          const expect = revisions.get(slot) ?? 0;
          const command = { slot, expect, doc, index: { state: 's' }, events: [] };
          const answer = await recorded.write(random() < 0.7 ? { ...command, guard: { epoch } } : command);
          if (answer.kind === 'written') revisions.set(slot, answer.revision);
          if (answer.kind === 'conflict') revisions.set(slot, answer.row?.revision ?? 0);
          if (answer.kind === 'epoch') ({ epoch } = answer.info);
        } else if (what < 0.75) revisions.set(slot, (await recorded.read(slot)).row?.revision ?? 0);
        else if (what < 0.8) await recorded.list({ limit: 3 });
        else if (what < 0.98) {
          const { row } = await recorded.readWorkflow(workflow);
          const state = random() < 0.4 ? 'paused' : 'running';
          await recorded.writeWorkflow({ workflow, expect: row?.revision ?? 0, state, doc: `${process} ${step}` });
        } else ({ epoch } = await recorded.markSuspect(1));
      } catch {
        // The answer was lost.
      }
    }
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(work));
  return events.sort((one, other) => one.time - other.time);
}

function lossy(ledger: Ledger, random: () => number): Ledger {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let turns = random() * 6; turns > 0; turns -= 1) await Promise.resolve();
    if (random() < 0.05) throw new Error('lost before');
    const answer = await work();
    for (let turns = random() * 6; turns > 0; turns -= 1) await Promise.resolve();
    if (random() < 0.05) throw new Error('lost after');
    return answer;
  };
  return {
    ...ledger,
    open: () => call(() => ledger.open()),
    write: (command) => call(() => ledger.write(command)),
    read: (slot) => call(() => ledger.read(slot)),
    list: (query) => call(() => ledger.list(query)),
    readWorkflow: (workflow) => call(() => ledger.readWorkflow(workflow)),
    writeWorkflow: (command) => call(() => ledger.writeWorkflow(command)),
    markSuspect: (since) => call(() => ledger.markSuspect(since)),
    raiseEpoch: () => call(() => ledger.raiseEpoch()),
  };
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

it('accepts what a ledger that keeps its promises answers, however answers are lost', async () => {
  let events = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const history = await randomHistory(seed);
      events += history.length;
      expect(check(history)).toEqual([]);
    }),
    { numRuns: 150 },
  );
  expect(events).toBeGreaterThan(10_000);
});

/** Makes one answer wrong; `undefined` where a history has none that fits. */
type Fault = (history: readonly HistoryEvent[], random: () => number) => HistoryEvent[] | undefined;

const faults: readonly [name: string, rules: readonly string[], fault: Fault][] = [
  [
    'a conflict answered as written',
    ['written twice', 'wrong revision', 'two documents', 'never written'],
    replacing(
      // Shown to another too: else it may be its writer's, who was told nothing.
      (answer, others) =>
        answer.kind === 'conflict' &&
        others.some((other) => other !== answer && other.row?.digest === answer.row?.digest && other.row),
      (answer) => ({ kind: 'written', revision: answer.row?.revision ?? 0, now: answer.row?.at ?? 0 }),
    ),
  ],
  [
    'a row of which the document was never written',
    ['two documents', 'never written'],
    replacing(
      (answer) => answer.kind === 'shown' && answer.row !== undefined,
      (answer) => ({ ...answer, row: { revision: 1, at: 0, ...answer.row, digest: 'nobody' } }),
    ),
  ],
  [
    'a row that is gone',
    ['stale'],
    (history, random) => {
      const writes = history.filter((event) => event.kind === 'call' && event.command.op === 'write');
      const last = history.findLast(
        (event) => isWritten(event) && writes.some((call) => 'call' in call && isCallOf(call, event)),
      );
      const again = writes.find((call) => last && 'call' in call && isCallOf(call, last));
      if (!last || again?.kind !== 'call' || !('slot' in again.command)) return undefined;
      const { slot } = again.command;
      const time = last.time + 0.1 + random() * 0.1;
      return [
        ...history,
        { process: 'late', time, kind: 'call', call: 1, command: { op: 'read', slot } },
        { process: 'late', time: time + 0.1, kind: 'answer', call: 1, answer: { kind: 'shown', now: 0 } },
      ];
    },
  ],
  [
    'a time of the ledger that runs backwards',
    ['time went back', 'two documents'],
    replacing(
      (answer) => answer.kind === 'written' && answer.revision > 1,
      (answer) => ({ ...(answer as RecordedAnswer & { kind: 'written' }), now: -1 }),
    ),
  ],
];

it.each(faults)('reports %s', async (_name, rules, fault) => {
  let faulty = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const wrong = fault(await randomHistory(seed), seeded(seed + 1));
      if (!wrong) return;
      faulty += 1;
      const found = check(wrong.sort((one, other) => one.time - other.time));
      expect(found.filter((rule) => rules.includes(rule))).not.toEqual([]);
    }),
    { numRuns: 40 },
  );
  expect(faulty).toBeGreaterThan(20);
});

interface WithRow {
  readonly kind: string;
  readonly revision?: number;
  readonly row?: { readonly revision: number; readonly at: number; readonly digest: string };
}

function replacing(
  fits: (answer: RecordedAnswer & WithRow, others: readonly WithRow[]) => unknown,
  by: (answer: WithRow) => object,
): Fault {
  return (history, random) => {
    const answers = history.filter((event): event is Answer => event.kind === 'answer');
    const all = answers.map(({ answer }): WithRow => answer);
    const fitting = answers.filter(({ answer }) => fits(answer, all));
    const chosen = fitting[Math.floor(random() * fitting.length)];
    if (!chosen) return undefined;
    return history.map((event) =>
      event === chosen ? ({ ...event, answer: by(event.answer) } as HistoryEvent) : event,
    );
  };
}

function isWritten(event: HistoryEvent): boolean {
  return event.kind === 'answer' && event.answer.kind === 'written';
}

function isCallOf(call: { process: string; call: number }, answer: HistoryEvent): boolean {
  return answer.kind === 'answer' && call.process === answer.process && call.call === answer.call;
}
