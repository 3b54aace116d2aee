import type Stripe from 'stripe';

/** How an operation's effects are found again behind its key's window. */
export type Found = 'list' | 'state' | 'compare' | 'deletion' | 'none';

/** One write of the SDK, with what must be there before it. */
export interface Subject {
  /** `refunds.create`, as the adapter calls it behind `stripe.`. */
  readonly name: string;
  /** What the fake calls its effect. */
  readonly effect: string;
  readonly found: Found;
  /** What is known where it did not happen: it is sent again, or a person decides. */
  readonly absent: 'sent' | 'stopped';
  /** Makes what it needs, with a client of its own; gives the ids that the write takes. */
  readonly before: (raw: Stripe) => Promise<readonly string[]>;
  readonly write: (stripe: Stripe, ids: readonly string[]) => Promise<unknown>;
}
