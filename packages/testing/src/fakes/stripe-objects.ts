import type { FormRecord } from './stripe-form.ts';

export type Metadata = Record<string, string>;

interface StripeObject<Kind extends string> {
  readonly id: string;
  readonly object: Kind;
  /** Whole seconds. */
  readonly created: number;
  readonly livemode: boolean;
  metadata: Metadata;
}

export interface Charge extends StripeObject<'charge'> {
  readonly amount: number;
  amount_captured: number;
  amount_refunded: number;
  readonly currency: string;
  readonly customer: string | null;
  description: string | null;
  captured: boolean;
  /** How the balance moved, once it was captured. */
  balance_transaction: string | null;
  readonly paid: boolean;
  readonly payment_intent: string | null;
  refunded: boolean;
  readonly status: 'succeeded';
}

export interface Refund extends Omit<StripeObject<'refund'>, 'livemode'> {
  readonly amount: number;
  readonly charge: string;
  readonly currency: string;
  readonly payment_intent: string | null;
  readonly reason: string | null;
  status: RefundStatus;
}

export type RefundStatus = 'succeeded' | 'pending' | 'requires_action' | 'canceled';

export interface PaymentIntent extends StripeObject<'payment_intent'> {
  amount: number;
  amount_capturable: number;
  amount_received: number;
  readonly capture_method: 'automatic' | 'manual';
  canceled_at: number | null;
  cancellation_reason: string | null;
  /** A secret: who holds it can pay and read the intent. */
  readonly client_secret: string;
  currency: string;
  customer: string | null;
  description: string | null;
  last_payment_error: object | null;
  latest_charge: string | null;
  payment_method: string | null;
  status: 'requires_payment_method' | 'requires_confirmation' | 'requires_capture' | 'succeeded' | 'canceled';
}

export interface Customer extends StripeObject<'customer'> {
  name: string | null;
  email: string | null;
  description: string | null;
  /** The clock whose time it lives by. */
  readonly test_clock: string | null;
  deleted?: true;
}

export interface Invoice extends StripeObject<'invoice'> {
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  attempted: boolean;
  attempt_count: number;
  subtotal: number;
  total: number;
  readonly status_transitions: Record<
    'finalized_at' | 'marked_uncollectible_at' | 'paid_at' | 'voided_at',
    number | null
  >;
  readonly currency: string;
  readonly customer: string;
  readonly collection_method: string;
  description: string | null;
  number: string | null;
  status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
}

/** An object of any other resource, as the API shows it. */
export interface StripeRecord {
  readonly id: string;
  readonly object: string;
  /** Whole seconds; v2 has a text. A few objects have none. */
  readonly created?: number | string;
  metadata?: Metadata | null;
  [field: string]: unknown;
}

export type AnyObject = Charge | Refund | PaymentIntent | Customer | Invoice | StripeRecord;

/** Everything of one account in one mode, oldest first. */
export interface StripeState {
  readonly charges: Map<string, Charge>;
  readonly refunds: Map<string, Refund>;
  readonly paymentIntents: Map<string, PaymentIntent>;
  readonly customers: Map<string, Customer>;
  readonly invoices: Map<string, Invoice>;
  /** Those of other resources, by their paths. */
  readonly more: Map<string, Map<string, StripeRecord>>;
}

export function createStripeState(): StripeState {
  return {
    charges: new Map(),
    refunds: new Map(),
    paymentIntents: new Map(),
    customers: new Map(),
    invoices: new Map(),
    more: new Map(),
  };
}

/** One authenticated request on its way through an operation. */
export interface StripeCall {
  readonly state: StripeState;
  readonly params: FormRecord;
  /** The id in the path, or empty. */
  readonly id: string;
  readonly livemode: boolean;
  /** Whole seconds. */
  readonly created: number;
  /** Where an answer's own address begins. */
  readonly url: string;
  readonly autoCharges: boolean;
  readonly refundStatus: RefundStatus;
  newId(prefix: string): string;
}

/** What an operation answers; the object is read when the answer is written. */
export type StripeResult = AnyObject | DeletedObject | StripeList | Readonly<Record<string, unknown>>;

export interface DeletedObject {
  readonly id: string;
  readonly object: string;
  readonly deleted?: true;
}

export type StripeList =
  | {
      readonly object: 'list';
      readonly url: string;
      readonly has_more: boolean;
      readonly data: readonly AnyObject[];
    }
  | {
      readonly data: readonly AnyObject[];
      readonly next_page_url: string | null;
      readonly previous_page_url: string | null;
    };

/**
 * One operation: `prepare` checks parameters and may refuse without a trace, the function that it returns executes.
 * The two are apart in time when an execution is slow, so state is checked in the second.
 */
export interface StripeRoute {
  readonly operation: string;
  readonly verb: 'GET' | 'POST' | 'DELETE';
  /** Below /v1/, or with `v2/` in front; `:id` for the id. */
  readonly path: string;
  /** Writes that do not list `metadata` refuse it as an unknown parameter, as the API does. */
  readonly metadata?: true;
  prepare(call: StripeCall): () => StripeResult;
}
