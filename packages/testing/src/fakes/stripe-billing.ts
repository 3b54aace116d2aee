import { customerParam } from './stripe-charges.ts';
import { missingParam, refused, resourceMissing } from './stripe-failure.ts';
import { readRoutes } from './stripe-lists.ts';
import type { Customer, Invoice, StripeCall, StripeRoute } from './stripe-objects.ts';
import { metadata, text } from './stripe-params.ts';

export const customerRoutes: readonly StripeRoute[] = [
  {
    operation: 'customers.create',
    verb: 'POST',
    path: 'customers',
    metadata: true,
    prepare(call) {
      const customer: Customer = {
        id: call.newId('cus'),
        object: 'customer',
        created: call.created,
        description: text(call.params, 'description') ?? null,
        email: text(call.params, 'email') ?? null,
        livemode: call.livemode,
        metadata: metadata(call.params),
        name: text(call.params, 'name') ?? null,
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
      const invoice: Invoice = {
        id: call.newId('in'),
        object: 'invoice',
        amount_due: 0,
        amount_paid: 0,
        collection_method: text(call.params, 'collection_method') ?? 'charge_automatically',
        created: call.created,
        currency: text(call.params, 'currency') ?? 'usd',
        customer,
        description: text(call.params, 'description') ?? null,
        livemode: call.livemode,
        metadata: metadata(call.params),
        number: null,
        status: 'draft',
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
  transition('pay', ['draft', 'open'], 'paid', 'invoice_not_payable'),
  transition('void', ['open'], 'void', 'invoice_not_voidable'),
  ...readRoutes('invoices', (state) => state.invoices, invoiceFilters(), findInvoice),
];

function transition(
  verb: 'finalize' | 'pay' | 'void',
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
