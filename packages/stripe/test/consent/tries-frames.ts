// oxlint-disable unicorn/no-thenable -- what a limit does then is a word, and nobody awaits it
import { setTimeout as sleep } from 'node:timers/promises';

import { code, fake, mallory, policy, type House } from './house.ts';

/** Each aims at one thing: a refund without the consent that its house asks for. */
export const tries: Readonly<Record<string, (house: House) => Promise<unknown>>> = {
  'second write in an effect': async (h) => {
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': true } } });
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', async () => {
          await o.clients.stripe.customers.create({ name: 'x' });
          return o.clients.stripe.refunds.create({ charge: h.charge });
        }),
      ),
    );
  },
  unnamed: async (h) => {
    const o = h.start();
    return code(() => o.scope(h.scope, () => o.clients.stripe.refunds.create({ charge: h.charge })));
  },
  'late, after its scope': async (h) => {
    const o = h.start();
    let p: Promise<string> | undefined;
    await code(() =>
      o.scope(h.scope, () => {
        setTimeout(() => {
          p = code(() => o.clients.stripe.refunds.create({ charge: h.charge }));
        }, 5);
      }),
    );
    await sleep(30);
    return p;
  },
  'another API key in the call': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge }, { apiKey: 'sk_test_other' })),
      ),
    );
  },
  'another account in the call, approved for none': async (h) => {
    const o = h.start();
    await code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge }, { stripeAccount: 'acct_1' })),
      ),
    );
    await o.effects.approve(h.slot, { by: 'ann', fingerprint: await h.fingerprint(o) });
    return code(() =>
      o.scope(h.scope, () => o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge }))),
    );
  },
  'a key of the caller': async (h) => {
    const o = h.start();
    return code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge }, { idempotencyKey: 'mine' })),
      ),
    );
  },
  'same version, other rules': async (h) => {
    const one = h.start();
    await one.effects.list();
    const two = h.start({ approvals: { version: 1, operations: { 'stripe.customers.del': true } } });
    return code(() =>
      two.scope(h.scope, () => two.effect('refund', () => two.clients.stripe.refunds.create({ charge: h.charge }))),
    );
  },
  'no policy beside one': async (h) => {
    const one = h.start();
    await one.effects.list();
    const two = h.start({});
    return code(() =>
      two.scope(h.scope, () => two.effect('refund', () => two.clients.stripe.refunds.create({ charge: h.charge }))),
    );
  },
  'no policy beside one that begins later': async (h) => {
    const two = h.start({});
    await two.effects.list();
    const one = h.start();
    await one.effects.list();
    return code(() =>
      two.scope(h.scope, () => two.effect('refund', () => two.clients.stripe.refunds.create({ charge: h.charge }))),
    );
  },
  'the question of recovery is for one person': async (h) => {
    const old = h.start({});
    await old.scope(h.scope, () => old.submit('refund', () => old.clients.stripe.refunds.create({ charge: h.charge })));
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } });
    await o.recover();
    return code(async () =>
      o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }),
    );
  },
  'the question of completing is for one person': async (h) => {
    const old = h.start({});
    await old.scope(h.scope, () => old.submit('refund', () => old.clients.stripe.refunds.create({ charge: h.charge })));
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } });
    await code(() => o.effects.complete(h.slot));
    await code(async () => o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o) }));
    return code(() =>
      o.scope(h.scope, () => o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge }))),
    );
  },
  'the question of recovery knows no requester': async (h) => {
    const old = h.start({});
    await old.scope({ ...h.scope, requestedBy: 'mallory' }, () =>
      old.submit('refund', () => old.clients.stripe.refunds.create({ charge: h.charge })),
    );
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { notBy: 'requester' } } } });
    await o.recover();
    return code(async () =>
      o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }),
    );
  },
  'the question of a twin knows no requester': async (h) => {
    const o = h.start({ twins: { withinMs: 1e8, onTwin: 'approve' } });
    fake.seedCharge({ id: h.charge + 'b', amount: 900_00, currency: 'usd' });
    const go = (workflowId: string) =>
      code(() =>
        o.scope({ ...h.scope, workflowId, requestedBy: 'mallory' }, () =>
          o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
        ),
      );
    await go('first');
    const r = await go('desk');
    return `${r} ${await code(async () => o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }))} one-is-right`;
  },
  'the question of a limit knows no requester': async (h) => {
    const o = h.start({
      limits: [{ operations: 'stripe.refunds.create', sum: 'amount', max: 1, per: 'case', then: 'approve' }],
    });
    const r = await code(() =>
      o.scope({ ...h.scope, requestedBy: 'mallory' }, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
    return `${r} ${await code(async () => o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }))}`;
  },
  'the requester by the option': async (h) => {
    const o = h.start({});
    await code(() =>
      o.scope({ ...h.scope, requestedBy: 'mallory' }, () =>
        o.effect('refund', { approval: 'required' }, () =>
          o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 }),
        ),
      ),
    );
    return code(async () =>
      o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }),
    );
  },
  'the requester in another writing': async (h) => {
    const o = h.start({ approvals: policy });
    await code(() =>
      o.scope({ ...h.scope, requestedBy: 'mallory' }, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
    return [
      await code(async () =>
        o.effects.approve(h.slot, { by: 'MALLORY ', fingerprint: await h.fingerprint(o), perform: true }),
      ),
      await code(async () =>
        o.effects.approve(h.slot, { by: 'm\u200ballory', fingerprint: await h.fingerprint(o), perform: true }),
      ),
      await code(async () =>
        o.effects.approve(h.slot, { by: 'm\u200dallory', fingerprint: await h.fingerprint(o), perform: true }),
      ),
      await code(async () =>
        o.effects.approve(h.slot, { by: 'm\u0430llory', fingerprint: await h.fingerprint(o), perform: true }),
      ),
    ].join();
  },
  'the requester in a run that asks anew': async (h) => {
    // asks as mallory, lets it expire, asks anew as the service account, approves as mallory
    const o = h.start({
      approvals: { version: 1, operations: { 'stripe.refunds.create': { ttlMs: 20, notBy: 'requester' } } },
    });
    const go = (requestedBy: string) =>
      code(() =>
        o.scope({ ...h.scope, requestedBy }, () =>
          o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
        ),
      );
    await go('mallory');
    await sleep(30);
    await go('service');
    return code(async () =>
      o.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }),
    );
  },
  'two at once by one person': async (h) => {
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } });
    await code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
    const f = await h.fingerprint(o);
    const p = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } });
    return (
      await Promise.all(
        [o, p, o, p].map((x) => code(() => x.effects.approve(h.slot, { ...mallory, fingerprint: f, perform: true }))),
      )
    ).join();
  },
  'one approval, an effect that was approved for one of two, by a process without policy': async (h) => {
    const o = h.start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } });
    await code(() =>
      o.scope(h.scope, () =>
        o.effect('refund', () => o.clients.stripe.refunds.create({ charge: h.charge, amount: 5 })),
      ),
    );
    const p = h.start({});
    return code(async () =>
      p.effects.approve(h.slot, { ...mallory, fingerprint: await h.fingerprint(o), perform: true }),
    );
  },
};
