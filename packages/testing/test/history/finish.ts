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
      const { open, waiting } = await unsettledOf(oncely, world.vendor);
      if (open.length === 0 && waiting === 0 && examined === 0) return [];
      // Many fruitless rounds make the pause before the next one long: up to five minutes.
      if (performance.now() > giveUpAt) return open;
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
): Promise<{ readonly open: string[]; readonly waiting: number }> {
  const settled = new Set<string>();
  const open: string[] = [];
  let waiting = 0;
  let after: string | undefined;
  do {
    const page = await oncely.effects.list({ limit: 500, ...(after === undefined ? {} : { after }) });
    for (const { slot, state, retryAt = 0 } of page.effects) {
      if (state === 'in_doubt' && retryAt > Date.now()) {
        waiting += 1;
        settled.add(slot);
      } else if (state === 'succeeded') settled.add(slot);
      else if (state === 'in_doubt' || state === 'executing' || state === 'stopped') open.push(`${slot} is ${state}`);
    }
    after = page.next;
  } while (after !== undefined);
  const unknown = vendor.effects.filter(({ slot }) => !settled.has(slot)).map(({ slot }) => `${slot} happened`);
  return { open: [...open, ...unknown], waiting };
}
