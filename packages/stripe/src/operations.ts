import { defineOperation, type Operation } from '@oncely/core';

const hour = 3_600_000;
// Keys can be pruned at 24 hours (v1) and 30 days (v2): https://docs.stripe.com/api/idempotent_requests
const keyedV1 = { kind: 'keyed', windowMs: 23 * hour } as const;
const keyedV2 = { kind: 'keyed', windowMs: 29 * 24 * hour } as const;

/** A kind of write and how its object is found and read again. */
export interface StripeOperation extends Operation {
  /** Where its object is retrieved by id. */
  readonly collection?: string;
  /** The object takes metadata, so our marker goes in before the first send and a list finds it again. */
  readonly marked?: boolean;
  /** Parameters that the list can be narrowed by. */
  readonly listBy?: readonly string[];
}

interface Known {
  readonly method: 'POST' | 'DELETE';
  /** `:id` stands for one path segment. */
  readonly path: string;
  readonly name: string;
  readonly material?: readonly string[];
  readonly marked?: boolean;
  readonly listBy?: readonly string[];
}

const known: readonly Known[] = [
  {
    method: 'POST',
    path: '/v1/refunds',
    name: 'refunds.create',
    marked: true,
    listBy: ['charge', 'payment_intent'],
    material: ['amount', 'charge', 'payment_intent', 'currency'],
  },
  {
    method: 'POST',
    path: '/v1/payment_intents',
    name: 'paymentIntents.create',
    marked: true,
    listBy: ['customer'],
    material: ['amount', 'currency', 'customer', 'payment_method'],
  },
  { method: 'POST', path: '/v1/payment_intents/:id', name: 'paymentIntents.update' },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id/confirm',
    name: 'paymentIntents.confirm',
    material: ['payment_method'],
  },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id/capture',
    name: 'paymentIntents.capture',
    material: ['amount_to_capture'],
  },
  { method: 'POST', path: '/v1/payment_intents/:id/cancel', name: 'paymentIntents.cancel' },
  { method: 'POST', path: '/v1/customers', name: 'customers.create', marked: true, material: ['email'] },
  { method: 'POST', path: '/v1/customers/:id', name: 'customers.update' },
  { method: 'DELETE', path: '/v1/customers/:id', name: 'customers.del' },
  {
    method: 'POST',
    path: '/v1/invoices',
    name: 'invoices.create',
    marked: true,
    listBy: ['customer'],
    material: ['customer', 'currency'],
  },
  { method: 'POST', path: '/v1/invoices/:id', name: 'invoices.update' },
  { method: 'DELETE', path: '/v1/invoices/:id', name: 'invoices.del' },
  { method: 'POST', path: '/v1/invoices/:id/finalize', name: 'invoices.finalizeInvoice' },
  { method: 'POST', path: '/v1/invoices/:id/pay', name: 'invoices.pay' },
  { method: 'POST', path: '/v1/invoices/:id/send', name: 'invoices.sendInvoice' },
  { method: 'POST', path: '/v1/invoices/:id/void', name: 'invoices.voidInvoice' },
];

/** Texts that people read; a change of them alone does not make another effect. `expand` only shapes the answer. */
const wording = ['description', 'expand'] as const;

/** POSTs that only read. */
const readingPosts: ReadonlySet<string> = new Set(['/v1/invoices/create_preview']);

/** Whether a request changes something at Stripe. Anything that is not known to read is a write. */
export function isWrite(method: string, path: string): boolean {
  return method !== 'GET' && !readingPosts.has(withoutQuery(path));
}

/** The operation of a write, from its method and path. */
export function operationOf(method: string, path: string, landingBoundMs: number): StripeOperation {
  const plain = withoutQuery(path);
  const found = known.find((each) => each.method === method && matches(each.path, plain));
  const v2 = plain.startsWith('/v2/');
  const name = found?.name ?? `${method.toLowerCase()}${plain.split('/').map(withoutId).join('.')}`;
  return {
    ...defineOperation({
      name: `stripe.${name}`,
      // A v1 DELETE carries no key; deleting twice leaves the same state.
      safety: method === 'DELETE' && !v2 ? { kind: 'natural' } : v2 ? keyedV2 : keyedV1,
      landingBoundMs,
      material: found?.material ?? [],
      wording,
    }),
    ...(found === undefined ? {} : { collection: collectionOf(found.path) }),
    ...(found?.marked === true ? { marked: true } : {}),
    ...(found?.listBy === undefined ? {} : { listBy: found.listBy }),
  };
}

/** Where the object of a recorded operation is read, by the operation's name alone. */
export function knownByName(
  name: string,
): { collection: string; marked: boolean; listBy: readonly string[] } | undefined {
  const found = known.find((each) => `stripe.${each.name}` === name);
  return found && { collection: collectionOf(found.path), marked: found.marked === true, listBy: found.listBy ?? [] };
}

function collectionOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, index) => part === ':id' || part === given[index]);
}

/** An id is told by its digits or capitals, which no resource of Stripe has but `v1` and `v2`. */
function withoutId(segment: string): string {
  return /[A-Z0-9]/.test(segment) && !/^v\d$/.test(segment) ? ':id' : segment;
}

function withoutQuery(path: string): string {
  return path.split('?')[0] ?? path;
}
