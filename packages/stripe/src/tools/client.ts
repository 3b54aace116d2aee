interface Made {
  readonly id: string;
}

interface Listed {
  readonly data: readonly Made[];
}

interface Creates {
  create(params: object): PromiseLike<Made>;
}

interface Reads {
  retrieve(id: string): PromiseLike<unknown>;
}

interface Lists {
  list(params: object): PromiseLike<Listed>;
}

/** What the tools use of a Stripe client. Every version of the SDK from 18 on has it. */
export interface StripeForTools {
  readonly refunds: Creates & Lists;
  readonly charges: Reads;
  readonly paymentIntents: Reads &
    Lists & {
      cancel(id: string, params: object): PromiseLike<Made>;
      capture(id: string, params: object): PromiseLike<Made>;
    };
  readonly customers: Creates & Lists & { update(id: string, params: object): PromiseLike<Made> };
  readonly invoices: Creates &
    Reads & {
      list(params: object): PromiseLike<Listed>;
      finalizeInvoice(id: string): PromiseLike<Made>;
      sendInvoice(id: string): PromiseLike<Made>;
      voidInvoice(id: string): PromiseLike<Made>;
    };
  readonly invoiceItems: Creates;
  readonly subscriptions: Creates &
    Lists & {
      update(id: string, params: object): PromiseLike<Made>;
      cancel(id: string): PromiseLike<Made>;
    };
  readonly prices: Reads & Lists;
  readonly paymentLinks: { create(params: object): PromiseLike<Made> };
}
