import { between, randomOf } from './random.ts';

/** One customer's case: refund one article of a larger order, tell the team, send the receipt. */
export interface RefundCase {
  readonly id: string;
  readonly charge: string;
  /** In cents, and different in each case. */
  readonly amount: number;
  readonly customer: string;
}

export const channel = 'C0REFUNDS';

/** What each order had cost, in cents: a refund of one article leaves room for the same refund again. */
export const orderTotal = 250_000;

export function makeCases(seed: number, count: number): readonly RefundCase[] {
  const random = randomOf(seed, 'cases');
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(4, '0');
    return {
      id: `case_${number}`,
      charge: `ch_order_${number}`,
      amount: 900 + index * 37 + between(random, 0, 36),
      customer: `customer-${number}@example.com`,
    };
  });
}

/** The case that a text is about; how effects are counted at the vendors. */
export function caseIn(text: string): string | undefined {
  return /case_\d{4}/.exec(text)?.[0];
}

export function dollars(cents: number): string {
  return (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}

/** Stands in for a model: asked again, it says the same thing in other words. */
export function draft(refund: RefundCase): {
  readonly announcement: string;
  readonly subject: string;
  readonly text: string;
} {
  const greeting = pick('Hello', 'Good news', 'Hi there', 'Dear customer');
  const verb = pick('Refunded', 'Sent back', 'Returned', 'Paid back');
  const amount = dollars(refund.amount);
  return {
    announcement: `${verb} ${amount} to ${refund.customer} (${refund.id})`,
    subject: `Your refund of ${amount}, ${refund.id}`,
    text: `${greeting},\n\nwe have refunded ${amount}. It reaches your account within five days.\n\nYour refund desk`,
  };
}

function pick(...texts: readonly [string, ...string[]]): string {
  return texts[Math.floor(Math.random() * texts.length)] ?? texts[0];
}
