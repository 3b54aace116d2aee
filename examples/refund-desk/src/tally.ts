/** What really happened, counted at the vendors and never from our own records; and how each doubt of the ledger ended. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import { caseIn, type RefundCase } from './cases.ts';
import type { Vendors } from './vendors.ts';

export const vendorNames = ['stripe', 'slack', 'mail'] as const;
export type VendorName = (typeof vendorNames)[number];

export interface Count {
  readonly happened: number;
  /** Beyond the first of a case. */
  readonly duplicated: number;
  /** Of an acknowledged case, and not there. */
  readonly lost: number;
}

export interface Tally {
  readonly counts: Readonly<Record<VendorName, Count>>;
  /** In cents. */
  readonly overpaid: number;
}

export function tally(vendors: Vendors, cases: readonly RefundCase[], acknowledged: ReadonlySet<string>): Tally {
  const refunds = vendors.stripe
    .effects('refunds.create')
    .map(({ params }) => caseIn(JSON.stringify(params['metadata'])));
  const messages = vendors.slack.effects('chat.postMessage').map(({ text }) => caseIn(text ?? ''));
  const mails = vendors.smtp.effects().map(({ subject }) => caseIn(subject));
  const count = (happened: readonly (string | undefined)[]): Count => {
    const distinct = new Set(happened);
    return {
      happened: happened.length,
      duplicated: happened.length - distinct.size,
      lost: [...acknowledged].filter((id) => !distinct.has(id)).length,
    };
  };
  const overpaid = cases.map(
    ({ id, amount }) => amount * Math.max(0, refunds.filter((each) => each === id).length - 1),
  );
  return {
    counts: { stripe: count(refunds), slack: count(messages), mail: count(mails) },
    overpaid: overpaid.reduce((sum, cents) => sum + cents, 0),
  };
}

export type Settlement =
  | 'resent_under_key'
  | 'probe_found'
  | 'probe_absent'
  | 'person_happened'
  | 'person_did_not_happen';
export type Doubts = Readonly<Record<VendorName, ReadonlyMap<Settlement, number>>>;

interface HistoryEvent {
  readonly type?: string;
  readonly evidence?: string;
  readonly answer?: string;
  readonly decision?: string;
}

/**
 * What was in doubt, by how it was settled, out of the ledger's audit; `sample` is the case with the most doubts.
 * @throws where an effect is not settled
 */
export async function doubtsOf(ledger: string): Promise<Doubts & { readonly sample: string }> {
  const oncely = createOncely({ ledger: sqliteLedger(ledger) });
  const doubts = {
    stripe: new Map<Settlement, number>(),
    slack: new Map<Settlement, number>(),
    mail: new Map<Settlement, number>(),
  };
  const perCase = new Map<string, number>();
  const { effects } = await oncely.effects.list({ limit: 100_000 });
  for (const { slot, client, state, contract } of effects) {
    if (state !== 'succeeded') throw new Error(`${slot} is ${state}`);
    const events = (await oncely.effects.history(slot)).map(({ event }) => event as HistoryEvent);
    const settlement = settlementOf(events);
    if (!settlement) continue;
    const counts = doubts[client as VendorName];
    counts.set(settlement, (counts.get(settlement) ?? 0) + 1);
    perCase.set(contract.businessId, (perCase.get(contract.businessId) ?? 0) + 1);
  }
  await oncely.close();
  const [sample] = [...perCase].toSorted(([, a], [, b]) => b - a);
  return { ...doubts, sample: sample?.[0] ?? '' };
}

/** `undefined` where nothing was ever in doubt. */
function settlementOf(events: readonly HistoryEvent[]): Settlement | undefined {
  let settlement: Settlement | undefined;
  for (const { type, evidence, answer, decision } of events) {
    // What comes after is the look for two.
    if (type === 'settled' && evidence === 'accepted') break;
    if (type === 'taken_over' || (type === 'settled' && evidence === 'unknown')) settlement ??= 'resent_under_key';
    if (type === 'probed' && answer === 'found') return 'probe_found';
    if (type === 'probed' && answer === 'absent') settlement = 'probe_absent';
    if (type === 'decided') settlement = decision === 'happened' ? 'person_happened' : 'person_did_not_happen';
  }
  return settlement;
}
