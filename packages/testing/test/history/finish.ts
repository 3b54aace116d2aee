import { setTimeout as sleep } from 'node:timers/promises';

import { createOncely } from '@oncely/core';

import { attemptTokens } from '../../src/history/attempt-token.ts';
import { openJournal } from '../../src/history/journal.ts';
import { recordLedger } from '../../src/history/record-ledger.ts';
import { hammerAdapter } from './adapter.ts';
import { openStore, type Place } from './stores.ts';
import type { HammerVendor } from './vendor.ts';

/** How long recovery may take until nothing is in doubt any more. */
const patienceMs = 60_000;

/**
 * Recovers, with all that was learned in the same history, until nothing is in doubt. Gives the slots that stay so, and
 * those that happened without the ledger knowing it.
 */
export async function finish(world: {
  readonly place: Place;
  readonly vendor: HammerVendor;
  readonly journals: string;
  readonly leaseMs: number;
}): Promise<string[]> {
  const name = 'recovery';
  const journal = openJournal(world.journals, name);
  const tokens = attemptTokens(name);
  const store = await openStore(world.place);
  const oncely = createOncely({
    ledger: recordLedger(store.ledger, journal),
    clients: { hammer: hammerAdapter(world.vendor.url, journal, tokens) },
    token: tokens.next,
    leaseMs: world.leaseMs,
    waitMs: 5_000,
    drainOnSigterm: false,
  });
  try {
    await oncely.suspect(undefined);
    for (let book = 0; book < 5; book += 1) {
      await oncely.workflows.resume({ businessId: `book_${book}`, workflowId: 'hammer' }, { by: name });
    }
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      const { examined } = await oncely.recover({ limit: 1_000, deadlineMs: 10_000 });
      const unsettled = await unsettledOf(oncely, world.vendor);
      if (unsettled.length === 0 && examined === 0) return [];
      if (performance.now() > giveUpAt) return unsettled;
      await sleep(50);
    }
  } finally {
    await oncely.close();
    await store.close();
    journal.close();
  }
}

async function unsettledOf(
  oncely: Pick<ReturnType<typeof createOncely>, 'effects'>,
  vendor: HammerVendor,
): Promise<string[]> {
  const succeeded = new Set<string>();
  const open: string[] = [];
  let after: string | undefined;
  do {
    const page = await oncely.effects.list({ limit: 500, ...(after === undefined ? {} : { after }) });
    for (const { slot, state } of page.effects) {
      if (state === 'succeeded') succeeded.add(slot);
      else if (state === 'in_doubt' || state === 'executing' || state === 'stopped') open.push(`${slot} is ${state}`);
    }
    after = page.next;
  } while (after !== undefined);
  const unknown = vendor.effects.filter(({ slot }) => !succeeded.has(slot)).map(({ slot }) => `${slot} happened`);
  return [...open, ...unknown];
}
