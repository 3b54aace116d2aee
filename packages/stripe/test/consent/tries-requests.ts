import { code, type House } from './house.ts';

/** Each aims at one thing: a refund without the consent that its house asks for. */
export const tries: Readonly<Record<string, (house: House) => Promise<unknown>>> = {
  rawRequest: async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', '/v1/refunds', { charge: h.charge, amount: 1 })),
      ),
    );
  },
  'rawRequest lower-case': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('post', '/v1/refunds', { charge: h.charge, amount: 1 })),
      ),
    );
  },
  'rawRequest trailing slash': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', '/v1/refunds/', { charge: h.charge, amount: 1 })),
      ),
    );
  },
  'rawRequest double slash': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', '/v1//refunds', { charge: h.charge, amount: 1 })),
      ),
    );
  },
  'rawRequest dots': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () =>
          o.clients.stripe.rawRequest('POST', '/v1/charges/../refunds', { charge: h.charge, amount: 1 }),
        ),
      ),
    );
  },
  'rawRequest escaped': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', '/v1/%72efunds', { charge: h.charge, amount: 1 })),
      ),
    );
  },
  'rawRequest query': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 500_00 } } } },
    });
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () =>
          o.clients.stripe.rawRequest('POST', '/v1/refunds?amount=90000', { charge: h.charge, amount: 1 }),
        ),
      ),
    );
  },
  'rawRequest fragment': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', '/v1/refunds#x', { charge: h.charge, amount: 1 })),
      ),
    );
  },
  'rawRequest upper case path': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', '/V1/Refunds', { charge: h.charge, amount: 1 })),
      ),
    );
  },
  'older path of a charge': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', `/v1/charges/${h.charge}/refund`, { amount: 1 })),
      ),
    );
  },
  'older path of a charge, plural': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.rawRequest('POST', `/v1/charges/${h.charge}/refunds`, { amount: 1 })),
      ),
    );
  },
  'text amount': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 500_00 } } } },
    });
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: '9e4' as never })),
      ),
    );
  },
  'hex amount': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 500_00 } } } },
    });
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: '0x15F90' as never })),
      ),
    );
  },
  'amount twice': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 500_00 } } } },
    });
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: [1, 90000] as never })),
      ),
    );
  },
  'amount undefined': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 900_00 } } } },
    });
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: undefined as never })),
      ),
    );
  },
  'amount empty': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 900_00 } } } },
    });
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: '' as never })),
      ),
    );
  },
  'changed after the call': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 500_00 } } } },
    });
    const params = { charge: h.charge, amount: 900_00 };
    const r = code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => {
          const p = o.clients.stripe.refunds.create(params);
          params.amount = 1;
          return p;
        }),
      ),
    );
    return r;
  },
  'nested effect': async (h) => {
    const o = h.start({});
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('outer', { approval: 'required' }, () =>
          o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge })),
        ),
      ),
    );
  },
  'nested scope': async (h) => {
    const o = h.start({});
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('outer', { approval: 'required' }, () =>
          o.scope({ ...h.scope, workflowId: 'x' }, () => o.clients.stripe.refunds.create({ charge: h.charge })),
        ),
      ),
    );
  },
  'nested scope effect': async (h) => {
    const o = h.start({});
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('outer', { approval: 'required' }, () =>
          o.scope({ ...h.scope, workflowId: 'x' }, () =>
            o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge })),
          ),
        ),
      ),
    );
  },
  'nested submit': async (h) => {
    const o = h.start({});
    const r = await code(() =>
      o.scope(h.scope, () =>
        o.effect('outer', { approval: 'required' }, () =>
          o.submit('refund', () => o.clients.stripe.refunds.create({ charge: h.charge })),
        ),
      ),
    );
    await o.recover();
    return r;
  },
  'a value': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () => o.value('v', () => o.clients.stripe.refunds.create({ charge: h.charge }) as never)),
    );
  },
  'a value in an effect that asks': async (h) => {
    const o = h.start({});
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('outer', { approval: 'required' }, () =>
          o.value('v', () => o.clients.stripe.refunds.create({ charge: h.charge }) as never),
        ),
      ),
    );
  },
};
