import { missingParam } from './stripe-failure.ts';
import type { StripeCall, StripeRoute } from './stripe-objects.ts';
import { integer, text } from './stripe-params.ts';
import { recordOf, recordsOf, resourceRoutes } from './stripe-resource.ts';

const path = 'test_helpers/test_clocks';

/** The clock that a parameter names, which must exist; `null` without one. */
export function clockParam(call: StripeCall): string | null {
  const id = text(call.params, 'test_clock');
  return id === undefined ? null : recordOf(call, path, 'test clock', id, 'test_clock').id;
}

/** When an object of a customer is made: by the clock that the customer lives by, where there is one. */
export function createdBy(call: StripeCall, clock: string | null): number {
  const frozen = clock === null ? undefined : recordsOf(call, path).get(clock)?.['frozen_time'];
  return typeof frozen === 'number' ? frozen : call.created;
}

/** The clock of a customer. */
export function clockOf(call: Pick<StripeCall, 'state'>, customer: string | null): string | null {
  return customer === null ? null : (call.state.customers.get(customer)?.test_clock ?? null);
}

export const clockRoutes: readonly StripeRoute[] = resourceRoutes({
  path,
  called: 'test clock',
  removes: 'deleted',
  create(call) {
    const frozen = integer(call.params, 'frozen_time');
    if (frozen === undefined) throw missingParam('frozen_time');
    const name = text(call.params, 'name') ?? null;
    return () => ({
      id: call.newId('clock'),
      object: 'test_helpers.test_clock',
      created: call.created,
      deletes_after: call.created + 30 * 86_400,
      frozen_time: frozen,
      livemode: false,
      name,
      status: 'ready',
      status_details: {},
    });
  },
});
