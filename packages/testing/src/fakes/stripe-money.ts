import { addMoment } from './stripe-expand.ts';
import { refused } from './stripe-failure.ts';
import type { StripeCall, StripeRecord, StripeRoute } from './stripe-objects.ts';
import { amount, metadata, requiredAmount, requiredText, text } from './stripe-params.ts';
import { readRoutes } from './stripe-lists.ts';
import { recordOf, recordsOf, resourceRoutes } from './stripe-resource.ts';
import { emptyList, payoutShape, reversalShape, transferShape } from './stripe-shapes.ts';

/** Transfers with their reversals, and payouts. */
export const moneyRoutes: readonly StripeRoute[] = [
  ...resourceRoutes({
    path: 'transfers',
    called: 'transfer',
    filters: ['destination', 'transfer_group'],
    sets: { texts: ['description'] },
    create(call) {
      const { params } = call;
      const value = requiredAmount(params);
      const currency = requiredText(params, 'currency').toLowerCase();
      const destination = requiredText(params, 'destination');
      const kept = metadata(params);
      return () => {
        const id = call.newId('tr');
        return {
          ...transferShape,
          id,
          object: 'transfer',
          amount: value,
          amount_reversed: 0,
          created: call.created,
          currency,
          description: text(params, 'description') ?? null,
          destination,
          livemode: call.livemode,
          metadata: kept,
          reversals: emptyList(`/v1/transfers/${id}/reversals`),
          reversed: false,
          transfer_group: text(params, 'transfer_group') ?? null,
        };
      };
    },
  }),
  {
    operation: 'transfers.reversals.create',
    verb: 'POST',
    path: 'transfers/:id/reversals',
    metadata: true,
    prepare(call) {
      const transfer = recordOf(call, 'transfers', 'transfer');
      const asked = amount(call.params);
      const kept = metadata(call.params);
      return () => reverse(call, transfer, asked, kept);
    },
  },
  ...readRoutes(
    'transfers/:id/reversals',
    ({ more }) => more.get('reversals') ?? new Map(),
    [],
    (call) => recordOf(call, 'reversals', 'reversal'),
    (reversal: StripeRecord, call) => reversal['transfer'] !== call.id,
  ).filter(({ operation }) => operation.endsWith('.list')),
  ...resourceRoutes({
    path: 'payouts',
    called: 'payout',
    filters: ['destination', 'status'],
    sets: {},
    actions: {
      cancel: {
        from: ['pending'],
        run(payout, call) {
          payout['status'] = 'canceled';
          payout['failure_balance_transaction'] = addMoment(call, 'balance_transaction', payout.id);
        },
      },
    },
    create(call) {
      const { params } = call;
      const value = requiredAmount(params);
      const currency = requiredText(params, 'currency').toLowerCase();
      const kept = metadata(params);
      const description = text(params, 'description') ?? null;
      const method = text(params, 'method') ?? 'standard';
      // An instant payout is there at once; others take days.
      const status = method === 'instant' ? 'paid' : 'pending';
      return () => payoutOf(call, { amount: value, currency, metadata: kept, description, method, status });
    },
  }),
  {
    operation: 'payouts.reverse',
    verb: 'POST',
    path: 'payouts/:id/reverse',
    metadata: true,
    prepare(call) {
      const payout = recordOf(call, 'payouts', 'payout');
      const kept = metadata(call.params);
      return () => {
        if (payout['status'] !== 'paid' || payout['reversed_by'] !== null) {
          throw refused(`You cannot reverse payout ${payout.id}: its status is ${String(payout['status'])}.`);
        }
        const back = payoutOf(call, {
          amount: -Number(payout['amount']),
          currency: payout['currency'],
          metadata: kept,
          original_payout: payout.id,
        });
        recordsOf(call, 'payouts').set(back.id, back);
        payout['reversed_by'] = back.id;
        return back;
      };
    },
  },
];

function reverse(
  call: StripeCall,
  transfer: StripeRecord,
  asked: number | undefined,
  kept: Record<string, string>,
): StripeRecord {
  const left = Number(transfer['amount']) - Number(transfer['amount_reversed']);
  const value = asked ?? left;
  if (value > left || left === 0) {
    throw refused(`Reversal amount (${value}) is greater than unreversed amount (${left}).`, { param: 'amount' });
  }
  const reversal: StripeRecord = {
    ...reversalShape,
    id: call.newId('trr'),
    object: 'transfer_reversal',
    amount: value,
    created: call.created,
    currency: transfer['currency'],
    metadata: kept,
    transfer: transfer.id,
  };
  recordsOf(call, 'reversals').set(reversal.id, reversal);
  transfer['amount_reversed'] = Number(transfer['amount_reversed']) + value;
  transfer['reversed'] = transfer['amount_reversed'] === transfer['amount'];
  return reversal;
}

function payoutOf(call: StripeCall, given: Readonly<Record<string, unknown>>): StripeRecord {
  return {
    ...payoutShape,
    id: call.newId('po'),
    object: 'payout',
    arrival_date: call.created,
    created: call.created,
    description: null,
    destination: text(call.params, 'destination') ?? null,
    livemode: call.livemode,
    original_payout: null,
    status: 'pending',
    ...given,
  };
}
