import type { FormRecord } from './stripe-form.ts';
import type { StripeCall, StripeRecord, StripeResult } from './stripe-objects.ts';
import { recordsOf } from './stripe-resource.ts';

/** Adds what says when money moved, or a card was tried; gives its id. */
export function addMoment(
  call: Pick<StripeCall, 'state' | 'created'>,
  kind: 'balance_transaction' | 'setup_attempt',
  of: string,
): string {
  const id = `${kind === 'setup_attempt' ? 'setatt' : 'txn'}_${of.slice(of.indexOf('_') + 1)}`;
  recordsOf(call, kind).set(id, { id, object: kind, created: call.created, [sourceOf[kind]]: of } as StripeRecord);
  return id;
}

const sourceOf = { balance_transaction: 'source', setup_attempt: 'setup_intent' } as const;

/** What is read, with the objects that `expand` names in the place of their ids. */
export function expanded(call: StripeCall, result: StripeResult): StripeResult {
  const asked = Object.values((call.params['expand'] ?? {}) as FormRecord) as readonly string[];
  return asked.reduce((object: StripeResult, path) => along(call, object, path.split('.')), result);
}

function along(call: StripeCall, object: StripeResult, [name, ...rest]: readonly string[]): StripeResult {
  const held = name === undefined ? undefined : (object as Record<string, unknown>)[name];
  if (name === undefined || held === undefined || held === null) return object;
  const there = typeof held === 'string' ? find(call, held) : (held as StripeResult);
  return there === undefined ? object : { ...object, [name]: along(call, there, rest) };
}

function find({ state }: StripeCall, id: string): StripeResult | undefined {
  return (
    state.charges.get(id) ??
    state.customers.get(id) ??
    recordsOf({ state }, 'balance_transaction').get(id) ??
    recordsOf({ state }, 'setup_attempt').get(id)
  );
}
