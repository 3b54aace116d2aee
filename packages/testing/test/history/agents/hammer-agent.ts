/** A worker of the hammer: effects, recovery, pauses and looks at random, until the stop file is there. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { createOncely, isOncelyError, type ErrorCode, type Oncely } from '@oncely/core';

import { attemptTokens } from '../../../src/history/attempt-token.ts';
import { openJournal } from '../../../src/history/journal.ts';
import { recordLedger } from '../../../src/history/record-ledger.ts';
import { hammerAdapter, HammerVendorError, type HammerOperation } from '../adapter.ts';
import { seeded } from '../random.ts';
import { openStore, type Place } from '../stores.ts';

export interface HammerOrders {
  readonly name: string;
  readonly folder: string;
  readonly place: Place;
  readonly vendor: string;
  readonly stopFile: string;
  readonly seed: number;
  readonly leaseMs: number;
  /** Of each slot, how often it is done already: each time it goes on under a new name. */
  readonly rounds: readonly number[];
}

const operations: readonly HammerOperation[] = ['hammer.pay', 'hammer.post', 'hammer.book'];
const atOnce = 6;

/** The contract of a slot; five workflows share all of them. */
export function caseOf(index: number, round: number): { businessId: string; workflowId: string; stepId: string } {
  return { businessId: `book_${index % 5}`, workflowId: 'hammer', stepId: `s${index}r${round}` };
}

export function slotNameOf(index: number, round: number): string {
  const { businessId, workflowId, stepId } = caseOf(index, round);
  return `${businessId}:${workflowId}:${stepId}`;
}

export type HammerRuntime = Oncely<{ readonly hammer: ReturnType<typeof hammerAdapter> }>;

/** What the errors of effects were, by code. */
export type Codes = Partial<Record<ErrorCode | 'vendor' | 'done', number>>;

export async function agent(orders: HammerOrders): Promise<Codes> {
  const random = seeded(orders.seed);
  const journal = openJournal(orders.folder, orders.name);
  const tokens = attemptTokens(orders.name);
  const store = await openStore(orders.place);
  const oncely: HammerRuntime = createOncely({
    ledger: recordLedger(store.ledger, journal),
    clients: { hammer: hammerAdapter(orders.vendor, journal, tokens) },
    token: tokens.next,
    leaseMs: orders.leaseMs,
    waitMs: 2 * orders.leaseMs,
    drainOnSigterm: false,
  });
  const rounds = [...orders.rounds];
  const amounts = rounds.map(() => 1);
  const codes: Codes = {};
  const count = (code: keyof Codes): void => void (codes[code] = (codes[code] ?? 0) + 1);
  const pick = (): number => Math.floor(random() * rounds.length);

  const next = (index: number): void => {
    rounds[index] = (rounds[index] ?? 0) + 1;
    amounts[index] = 1;
  };

  const perform = async (index: number): Promise<void> => {
    const round = rounds[index] ?? 0;
    const { stepId, ...scope } = caseOf(index, round);
    const parameters = { slot: slotNameOf(index, round), amount: amounts[index] ?? 1 };
    const operation = operations[index % operations.length] as HammerOperation;
    try {
      const id = await oncely.scope(scope, () =>
        oncely.effect(stepId, () => oncely.clients.hammer.write(operation, parameters)),
      );
      journal.append({ kind: 'told', slot: parameters.slot, vendorId: id });
      count('done');
      if (random() < 0.6 && rounds[index] === round) next(index);
    } catch (error) {
      count(known(error));
      // Other input, which a definite no lets pass.
      if (known(error) === 'vendor') amounts[index] = (amounts[index] ?? 1) + 1;
      if (known(error) === 'input_changed') amounts[index] = 1 + Math.floor(random() * 3);
      const found = await oncely.effects.get({ ...scope, stepId, logicVersion: 1 });
      if (found?.state === 'succeeded' && rounds[index] === round) next(index);
    }
  };

  const look = async (index: number): Promise<void> => {
    if (random() < 0.3) await oncely.effects.list({ limit: 20 });
    else await oncely.effects.get({ ...caseOf(index, rounds[index] ?? 0), logicVersion: 1 });
  };

  const act = async (): Promise<void> => {
    const what = random();
    const workflow = { businessId: `book_${pick() % 5}`, workflowId: 'hammer' };
    if (what < 0.75) await perform(pick());
    else if (what < 0.9) await look(pick());
    else if (what < 0.94) await oncely.recover({ limit: 8, deadlineMs: 500 });
    else if (what < 0.98) {
      await oncely.workflows.pause(workflow, { by: orders.name });
      await sleep(random() * 60);
      await oncely.workflows.resume(workflow, { by: orders.name });
    }
    // Of one that was killed in between.
    else if (what < 0.996) await oncely.workflows.resume(workflow, { by: orders.name });
    else if (what < 0.997) await oncely.suspect(new Date(Date.now() - 100));
    else await oncely.suspect(undefined);
  };

  const work = async (): Promise<void> => {
    while (!existsSync(orders.stopFile)) {
      try {
        await act();
      } catch (error) {
        count(known(error));
        // A server that is down is not reached more often by asking more often.
        if (known(error) === 'ledger_unavailable') await sleep(20);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await oncely.close();
  await store.close();
  return codes;
}

function known(error: unknown): keyof Codes {
  if (isOncelyError(error)) return error.code;
  if (error instanceof HammerVendorError) return 'vendor';
  throw error;
}
