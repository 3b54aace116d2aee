import { invalidParam, missingParam } from './stripe-failure.ts';
import { isList, type FormRecord } from './stripe-form.ts';
import type { StripeCall, StripeRecord, StripeRoute } from './stripe-objects.ts';
import { flag, integer, metadata, requiredText, text } from './stripe-params.ts';
import { recordOf, resourceRoutes } from './stripe-resource.ts';
import { clockRoutes } from './stripe-clocks.ts';
import { priceShape, productShape } from './stripe-shapes.ts';

/** A recurring price or not, by its id, which must exist. */
export function priceOf(call: StripeCall, id: string, param: string): StripeRecord {
  return recordOf(call, 'prices', 'price', id, param);
}

/** Products, prices, and what else a shop sets up once. */
export const catalogRoutes: readonly StripeRoute[] = [
  ...clockRoutes,
  ...resourceRoutes({
    path: 'products',
    called: 'product',
    sets: { texts: ['name', 'description', 'url'], flags: ['active'] },
    filters: ['active'],
    removes: 'deleted',
    create(call) {
      const { params } = call;
      const name = requiredText(params, 'name');
      const kept = metadata(params);
      const active = flag(params, 'active') ?? true;
      return () => ({
        ...productShape,
        id: call.newId('prod'),
        object: 'product',
        active,
        created: call.created,
        description: text(params, 'description') ?? null,
        livemode: call.livemode,
        metadata: kept,
        name,
        updated: call.created,
      });
    },
  }),
  ...resourceRoutes({
    path: 'prices',
    called: 'price',
    sets: { texts: ['nickname', 'lookup_key'], flags: ['active'] },
    filters: ['active', 'product', 'currency'],
    // Without the filter the list is of active prices.
    hides: (price, { params }) => params['active'] === undefined && price['active'] !== true,
    create(call) {
      const { params } = call;
      const amount = integer(params, 'unit_amount');
      if (amount === undefined) throw missingParam('unit_amount');
      const product = recordOf(call, 'products', 'product', requiredText(params, 'product'), 'product').id;
      const currency = requiredText(params, 'currency').toLowerCase();
      const kept = metadata(params);
      const active = flag(params, 'active') ?? true;
      const recurring = recurringOf(params);
      return () => ({
        ...priceShape,
        id: call.newId('price'),
        object: 'price',
        active,
        created: call.created,
        currency,
        livemode: call.livemode,
        lookup_key: text(params, 'lookup_key') ?? null,
        metadata: kept,
        nickname: text(params, 'nickname') ?? null,
        product,
        recurring,
        type: recurring === null ? 'one_time' : 'recurring',
        unit_amount: amount,
        unit_amount_decimal: String(amount),
      });
    },
  }),
  ...resourceRoutes({
    path: 'terminal/locations',
    called: 'location',
    sets: { texts: ['display_name'] },
    removes: 'deleted',
    create(call) {
      const { params } = call;
      const name = requiredText(params, 'display_name');
      const kept = metadata(params);
      const address = params['address'] as FormRecord | undefined;
      const field = (of: string): string | null => (typeof address?.[of] === 'string' ? address[of] : null);
      // A location does not say when it was made.
      return () => ({
        id: call.newId('tml'),
        object: 'terminal.location',
        address: Object.fromEntries(
          ['city', 'country', 'line1', 'line2', 'postal_code', 'state'].map((each) => [each, field(each)]),
        ),
        display_name: name,
        livemode: call.livemode,
        metadata: kept,
      });
    },
  }),
  ...resourceRoutes({
    path: 'webhook_endpoints',
    called: 'webhook endpoint',
    sets: { texts: ['url', 'description'] },
    removes: 'deleted',
    create(call) {
      const { params } = call;
      const url = requiredText(params, 'url');
      const events = params['enabled_events'];
      if (events === undefined || !isList(events)) throw invalidParam('enabled_events', 'Invalid array');
      const kept = metadata(params);
      return () => ({
        id: call.newId('we'),
        object: 'webhook_endpoint',
        api_version: null,
        application: null,
        created: call.created,
        description: text(params, 'description') ?? null,
        enabled_events: [...events],
        livemode: call.livemode,
        metadata: kept,
        status: 'enabled',
        url,
      });
    },
    shownOnce: (call) => ({ secret: `whsec_${call.newId('shown')}` }),
  }),
];

function recurringOf(params: FormRecord): Record<string, unknown> | null {
  const given = params['recurring'];
  if (given === undefined || given === '') return null;
  const interval = (given as FormRecord)['interval'];
  if (typeof interval !== 'string') throw missingParam('recurring[interval]');
  const count = Number((given as FormRecord)['interval_count'] ?? 1);
  return { interval, interval_count: count, meter: null, trial_period_days: null, usage_type: 'licensed' };
}
