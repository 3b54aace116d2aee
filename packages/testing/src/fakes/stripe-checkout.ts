import { customerParam } from './stripe-charges.ts';
import { invalidParam, missingParam } from './stripe-failure.ts';
import { isList, type FormRecord } from './stripe-form.ts';
import type { StripeCall, StripeRoute } from './stripe-objects.ts';
import { flag, metadata, requiredText, text } from './stripe-params.ts';
import { priceOf } from './stripe-catalog.ts';
import { resourceRoutes } from './stripe-resource.ts';
import { paymentLinkShape, sessionShape } from './stripe-shapes.ts';

/** Payment links, checkout, files, pages that Stripe hosts, and v2's event destinations. */
export const checkoutRoutes: readonly StripeRoute[] = [
  ...resourceRoutes({
    path: 'payment_links',
    called: 'payment link',
    filters: ['active'],
    sets: { flags: ['active'] },
    create(call) {
      const currency = currencyOfLines(call);
      const kept = metadata(call.params);
      return () => {
        const id = call.newId('plink');
        return {
          ...paymentLinkShape,
          id,
          object: 'payment_link',
          active: true,
          currency,
          livemode: call.livemode,
          metadata: kept,
          url: `https://buy.stripe.com/test_${id}`,
        };
      };
    },
  }),
  ...resourceRoutes({
    path: 'checkout/sessions',
    called: 'checkout session',
    filters: ['customer', 'status', 'payment_link', 'subscription', 'payment_intent'],
    actions: {
      expire: {
        from: ['open'],
        run(session) {
          Object.assign(session, { status: 'expired', url: null });
        },
      },
    },
    create(call) {
      const { params } = call;
      const customer = customerParam(call);
      const mode = text(params, 'mode') ?? 'payment';
      if (!['payment', 'setup', 'subscription'].includes(mode)) throw invalidParam('mode', `Invalid mode: ${mode}`);
      const currency = mode === 'setup' ? null : currencyOfLines(call);
      const kept = metadata(params);
      return () => {
        const id = call.newId('cs_test');
        return {
          ...sessionShape,
          id,
          object: 'checkout.session',
          cancel_url: text(params, 'cancel_url') ?? null,
          client_reference_id: text(params, 'client_reference_id') ?? null,
          created: call.created,
          currency,
          customer,
          customer_email: text(params, 'customer_email') ?? null,
          expires_at: call.created + 86_400,
          livemode: call.livemode,
          metadata: kept,
          mode,
          status: 'open',
          success_url: text(params, 'success_url') ?? null,
          url: `https://checkout.stripe.com/c/pay/${id}`,
        };
      };
    },
  }),
  ...resourceRoutes({
    path: 'files',
    called: 'file upload',
    filters: ['purpose'],
    create(call) {
      const file = call.params['file'] as FormRecord | undefined;
      if (typeof file?.['data'] !== 'string') throw missingParam('file');
      const purpose = requiredText(call.params, 'purpose');
      const { data } = file;
      const name = typeof file['name'] === 'string' ? file['name'] : null;
      return () => {
        const id = call.newId('file');
        return {
          id,
          object: 'file',
          created: call.created,
          expires_at: null,
          filename: name,
          purpose,
          size: data.length,
          title: null,
          type: name?.split('.').at(-1) ?? null,
          url: `${call.url}/v1/files/${id}/contents`,
        };
      };
    },
  }).map((route) => withoutMetadata(route)),
  page('account_links', 'account', (call) => ({
    object: 'account_link',
    created: call.created,
    expires_at: call.created + 300,
    url: `https://connect.stripe.com/setup/c/${call.newId('link')}`,
  })),
  page('billing_portal/sessions', 'customer', (call) => ({
    id: call.newId('bps'),
    object: 'billing_portal.session',
    configuration: 'bpc_1',
    created: call.created,
    customer: customerParam(call),
    customer_account: null,
    flow: null,
    livemode: call.livemode,
    locale: null,
    on_behalf_of: null,
    return_url: text(call.params, 'return_url') ?? null,
    url: `https://billing.stripe.com/p/session/${call.newId('shown')}`,
  })),
  ...resourceRoutes({
    path: 'v2/core/event_destinations',
    called: 'event destination',
    sets: { texts: ['name', 'description'] },
    removes: 'deleted',
    actions: {
      disable: {
        from: ['enabled', 'disabled'],
        run(destination) {
          destination['status'] = 'disabled';
        },
      },
      enable: {
        from: ['enabled', 'disabled'],
        run(destination) {
          destination['status'] = 'enabled';
        },
      },
    },
    create(call) {
      const { params } = call;
      const name = requiredText(params, 'name');
      const events = params['enabled_events'];
      if (events === undefined || !isList(events)) throw missingParam('enabled_events');
      const kept = metadata(params);
      const at = new Date(call.created * 1_000).toISOString();
      return () => ({
        id: call.newId('ed_test'),
        object: 'v2.core.event_destination',
        created: at,
        description: text(params, 'description') ?? '',
        enabled_events: [...events],
        event_payload: requiredText(params, 'event_payload'),
        livemode: call.livemode,
        metadata: kept,
        name,
        status: 'enabled',
        type: requiredText(params, 'type'),
        updated: at,
      });
    },
  }),
];

/** An address that Stripe answers once: nothing of it can be read or listed later. */
function page(path: string, needs: string, make: (call: StripeCall) => Record<string, unknown>): StripeRoute {
  return {
    operation: `${path.replaceAll('/', '.')}.create`,
    verb: 'POST',
    path,
    prepare(call) {
      requiredText(call.params, needs);
      return () => make(call);
    },
  };
}

function withoutMetadata({ metadata: _metadata, ...route }: StripeRoute): StripeRoute {
  return route;
}

function currencyOfLines(call: StripeCall): string {
  const lines = call.params['line_items'];
  if (lines === undefined || !isList(lines)) throw missingParam('line_items');
  const first = (lines[0] as FormRecord | undefined)?.['price'];
  if (typeof first !== 'string') throw missingParam('line_items[0][price]');
  flag(call.params, 'allow_promotion_codes');
  return String(priceOf(call, first, 'line_items[0][price]')['currency']);
}
