import { customerParam } from './stripe-charges.ts';
import { missingParam, refused, resourceMissing } from './stripe-failure.ts';
import { readRoutes } from './stripe-lists.ts';
import type { Customer, Invoice, StripeCall, StripeRecord, StripeRoute } from './stripe-objects.ts';
import { metadata, text } from './stripe-params.ts';
import { clockOf, clockParam, createdBy } from './stripe-clocks.ts';
import { customerShape, emptyList, invoiceShape } from './stripe-shapes.ts';

export const customerRoutes: readonly StripeRoute[] = [
  {
    operation: 'customers.create',
    verb: 'POST',
    path: 'customers',
    metadata: true,
    prepare(call) {
      const clock = clockParam(call);
      const customer: Customer = {
        ...customerShape,
        id: call.newId('cus'),
        object: 'customer',
        created: createdBy(call, clock),
        description: text(call.params, 'description') ?? null,
        email: text(call.params, 'email') ?? null,
        livemode: call.livemode,
        metadata: metadata(call.params),
        name: text(call.params, 'name') ?? null,
        test_clock: clock,
      };
      return () => {
        call.state.customers.set(customer.id, customer);
        return customer;
      };
    },
  },
  {
    operation: 'customers.update',
    verb: 'POST',
    path: 'customers/:id',
    metadata: true,
    prepare(call) {
      const customer = findCustomer(call);
      metadata(call.params, customer.metadata);
      return () => {
        customer.metadata = metadata(call.params, customer.metadata);
        for (const field of ['name', 'email', 'description'] as const) {
          if (call.params[field] !== undefined) customer[field] = text(call.params, field) ?? null;
        }
        return customer;
      };
    },
  },
  {
    operation: 'customers.delete',
    verb: 'DELETE',
    path: 'customers/:id',
    prepare(call) {
      const customer = findCustomer(call);
      return () => {
        if (customer.deleted) throw resourceMissing('customer', customer.id);
        customer.deleted = true;
        return { id: customer.id, object: 'customer', deleted: true };
      };
    },
  },
  ...readRoutes(
    'customers',
    (state) => state.customers,
    ['email', 'test_clock'],
    (call) => {
      // A deleted customer can still be read, and only by its id.
      const customer = call.state.customers.get(call.id);
      return customer?.deleted ? { id: customer.id, object: 'customer', deleted: true } : findCustomer(call);
    },
    // Those on a clock are listed only for it.
    (customer: Customer, { params }) => params['test_clock'] === undefined && customer.test_clock !== null,
  ),
];

/** Invoices without lines: what matters here are their states. */
export const invoiceRoutes: readonly StripeRoute[] = [
  {
    operation: 'invoices.create',
    verb: 'POST',
    path: 'invoices',
    metadata: true,
    prepare(call) {
      const customer = customerParam(call);
      if (customer === null) throw missingParam('customer');
      const clock = clockOf(call, customer);
      const at = createdBy(call, clock);
      const id = call.newId('in');
      const invoice: Invoice & StripeRecord = {
        ...invoiceShape,
        id,
        object: 'invoice',
        amount_due: 0,
        amount_paid: 0,
        amount_remaining: 0,
        attempt_count: 0,
        attempted: false,
        collection_method: text(call.params, 'collection_method') ?? 'charge_automatically',
        created: at,
        currency: text(call.params, 'currency') ?? 'usd',
        customer,
        description: text(call.params, 'description') ?? null,
        lines: emptyList(`/v1/invoices/${id}/lines`),
        livemode: call.livemode,
        metadata: metadata(call.params),
        number: null,
        period_end: at,
        period_start: at,
        status: 'draft',
        status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
        subtotal: 0,
        test_clock: clock,
        total: 0,
      };
      return () => {
        call.state.invoices.set(invoice.id, invoice);
        return invoice;
      };
    },
  },
  {
    operation: 'invoices.update',
    verb: 'POST',
    path: 'invoices/:id',
    metadata: true,
    prepare(call) {
      const invoice = findInvoice(call);
      metadata(call.params, invoice.metadata);
      return () => {
        invoice.metadata = metadata(call.params, invoice.metadata);
        invoice.description = text(call.params, 'description') ?? invoice.description;
        return invoice;
      };
    },
  },
  transition('finalize', ['draft'], 'open', 'invoice_not_editable'),
  transition('pay', ['draft', 'open', 'uncollectible'], 'paid', 'invoice_not_payable'),
  transition('mark_uncollectible', ['open'], 'uncollectible', 'invoice_not_editable'),
  transition('void', ['open', 'uncollectible'], 'void', 'invoice_not_voidable'),
  {
    operation: 'invoices.send',
    verb: 'POST',
    path: 'invoices/:id/send',
    prepare(call) {
      const invoice = findInvoice(call);
      return () => {
        if (invoice.status !== 'open') throw refused('Only an open invoice is sent.', { code: 'invoice_not_editable' });
        return invoice;
      };
    },
  },
  {
    operation: 'invoices.delete',
    verb: 'DELETE',
    path: 'invoices/:id',
    prepare(call) {
      const invoice = findInvoice(call);
      return () => {
        if (invoice.status !== 'draft') throw refused('Only a draft can be deleted.', { code: 'invoice_not_editable' });
        call.state.invoices.delete(invoice.id);
        return { id: invoice.id, object: 'invoice', deleted: true };
      };
    },
  },
  ...readRoutes('invoices', (state) => state.invoices, invoiceFilters(), findInvoice),
];

const reached = {
  finalize: 'finalized_at',
  mark_uncollectible: 'marked_uncollectible_at',
  pay: 'paid_at',
  void: 'voided_at',
} as const;

function transition(
  verb: 'finalize' | 'mark_uncollectible' | 'pay' | 'void',
  from: readonly Invoice['status'][],
  to: Invoice['status'],
  code: string,
): StripeRoute {
  return {
    operation: `invoices.${verb}`,
    verb: 'POST',
    path: `invoices/:id/${verb}`,
    prepare(call) {
      const invoice = findInvoice(call);
      return () => {
        if (!from.includes(invoice.status)) {
          throw refused(`You cannot ${verb} this invoice: its status is ${invoice.status}.`, { code });
        }
        invoice.status = to;
        invoice.number ??= call.newId('FAKE');
        invoice.status_transitions[reached[verb]] = createdBy(call, clockOf(call, invoice.customer));
        if (verb === 'pay') {
          invoice.amount_paid = invoice.amount_due;
          invoice.amount_remaining = 0;
          invoice.attempted = true;
          invoice.attempt_count += 1;
        }
        return invoice;
      };
    },
  };
}

function invoiceFilters(): readonly string[] {
  return ['collection_method', 'customer', 'due_date', 'status', 'subscription'];
}

function findCustomer(call: StripeCall): Customer {
  const customer = call.state.customers.get(call.id);
  if (!customer || customer.deleted) throw resourceMissing('customer', call.id);
  return customer;
}

function findInvoice(call: StripeCall): Invoice {
  const invoice = call.state.invoices.get(call.id);
  if (!invoice) throw resourceMissing('invoice', call.id);
  return invoice;
}
