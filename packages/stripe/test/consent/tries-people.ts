import { createOncely } from '@oncely/core';
import { setTimeout as sleep } from 'node:timers/promises';

import { always, clients, code, fake, mallory, policy, type Desk, type House } from './house.ts';

/** Each aims at one thing: a refund without the consent that its house asks for. */
export const tries: Readonly<Record<string, (house: House) => Promise<unknown>>> = {
  'break the glass where nobody is asked': async (h) => {
    const o = h.start({ approvals: policy });
    await code(() =>
      o.scope({ ...h.scope, requestedBy: 'x' }, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
    return code(async () =>
      o.effects.approve(h.slot, {
        ...mallory,
        breakGlass: true,
        reason: 'fire',
        fingerprint: await h.fingerprint(o),
        perform: true,
      }),
    );
  },
  'version 2 under the approval of version 1': async (h) => {
    const o = h.start();
    const go = (version: number) =>
      code(() =>
        o.scope(h.scope, () =>
          o.effect('refund', { version }, () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
        ),
      );
    await go(1);
    await o.effects.approve(h.slot, { by: 'ann', fingerprint: await h.fingerprint(o) });
    return go(2);
  },
  'key of version 2 approves version 1': async (h) => {
    const o = h.start();
    const go = (version: number) =>
      code(() =>
        o.scope(h.scope, () =>
          o.effect('refund', { version }, () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
        ),
      );
    await go(1);
    const f = await h.fingerprint(o);
    await go(2);
    return code(() => o.effects.approve(`${h.slot}@1`, { by: 'ann', fingerprint: f, perform: true }));
  },
  'late approve of expired': async (h) => {
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { ttlMs: 20 } } } });
    await code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
    const f = await h.fingerprint(o);
    await sleep(40);
    return code(() => o.effects.approve(h.slot, { ...mallory, fingerprint: f, perform: true }));
  },
  'ttl infinite': async (h) => {
    const o = h.start();
    await code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
    const f = await h.fingerprint(o);
    return (
      await Promise.all(
        [Infinity, NaN, 1e15, -1, '5' as never].map((ttlMs) =>
          code(() => o.effects.approve(h.slot, { ...mallory, fingerprint: f, ttlMs, perform: true })),
        ),
      )
    ).join();
  },
  'option that asks for less than the policy': async (h) => {
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } });
    await code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', { approval: { approvers: 1 } }, () =>
          o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 }),
        ),
      ),
    );
    return code(async () =>
      o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }),
    );
  },
  'a question asked by option before, for one': async (h) => {
    const o = h.start({});
    const go = (x: Desk, options: object = {}) =>
      code(() =>
        x.scope(h.scope, () =>
          x.effect('refund', options, () => x.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
        ),
      );
    await go(o, { approval: 'required' });
    const f = await h.fingerprint(o);
    await go(o, { approval: { approvers: 2 } });
    await o.effects.approve(h.slot, { ...mallory, fingerprint: f });
    return go(o, { approval: { approvers: 2 } });
  },
  'approved for one, then two are asked for': async (h) => {
    const o = h.start({});
    const go = (x: Desk, options: object = {}) =>
      code(() =>
        x.scope(h.scope, () =>
          x.effect('refund', options, () => x.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
        ),
      );
    await go(o, { approval: 'required' });
    await o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o) });
    return go(o, { approval: { approvers: 2 } });
  },
  'a policy changed after the start': async (h) => {
    const mine = { version: 1, operations: { 'stripe.refunds.create': true } as Record<string, true> };
    const o = h.start({ approvals: mine });
    delete mine.operations['stripe.refunds.create'];
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
  },
  'a predicate that answers later': async (h) => {
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { when: async () => false } } },
    } as never);
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 900_00 })),
      ),
    );
  },
  'observe, an unscoped write': async (h) => {
    const o = h.start({ approvals: always, unscoped: 'observe' });
    return code(() => o.clients.stripe.refunds.create({ charge: h.charge }));
  },
  'another client without a policy of its name': async (h) => {
    const o = createOncely({
      ledger: h.ledger,
      drainOnSigterm: false,
      approvals: always,
      clients: { pay: clients().stripe },
    });
    return code(() =>
      o.scope(h.scope, () => o.effect('refund', () => o.clients.pay.refunds.create({ charge: h.charge }))),
    );
  },
  'undo of a charge': async (h) => {
    const o = h.start({});
    fake.seedCharge({ id: 'x', amount: 1, currency: 'usd' });
    await code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', { approval: 'required' }, () => o.clients.stripe.refunds.create({ charge: h.charge })),
      ),
    );
    await code(() => o.effects.compensate(h.slot, mallory));
    await code(() => o.workflows.abort(h.scope, mallory));
    await o.recover();
    return 'ok';
  },
  'a worker thread': async (h) => {
    const o = h.start({ approvals: always });
    const { MessageChannel } = await import('node:worker_threads');
    const { port1, port2 } = new MessageChannel();
    const r = new Promise<string>((resolve) => {
      port2.on('message', () => {
        resolve(code(() => o.clients.stripe.refunds.create({ charge: h.charge })));
      });
    });
    await code(() =>
      o.scope(h.scope, () => {
        port1.postMessage(1);
      }),
    );
    const v = await r;
    port1.close();
    return v;
  },
  'withResponse / lastResponse / autopaging methods': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () =>
          (o.clients.stripe.refunds as never as { _makeRequest: Function })._makeRequest?.('POST', '/v1/refunds', {
            charge: h.charge,
          }),
        ),
      ),
    );
  },
};
