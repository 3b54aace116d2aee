import { describe, expect, it } from 'vitest';

import { ended, effectsOf, parsed, startProject } from './project.ts';

const slot = 'invoice_1:refund-desk:refund';

describe('recover', () => {
  it('settles what a lost answer left in doubt: one refund', async () => {
    const project = await startProject();
    project.fake.fail({ kind: 'reset_after_effect' }, { times: 20 });
    const app = project.app({ maxAttempts: 1 });
    await project.refund(app, 'invoice_1').catch(() => undefined);
    expect(await effectsOf(app)).toEqual({ [slot]: 'in_doubt' });
    project.fake.heal();
    expect(ended(await project.run('recover'), 0).out).toBe('1 looked at: 1 succeeded');
    expect(project.fake.effects('refunds.create')).toHaveLength(1);
    expect(ended(await project.run('recover'), 0).out).toBe('nothing is due');
  });

  it('says that it is not finished while the vendor does not answer, and why', async () => {
    const project = await startProject();
    const app = project.app({ maxAttempts: 1 });
    project.fake.fail({ kind: 'reset_after_effect' }, { times: 50, match: () => true });
    await project.refund(app, 'invoice_1').catch(() => undefined);
    const ran = ended(await project.run('recover', '--deadline', '1s'), 4);
    expect(ran.out).toMatch(/^1 looked at: 1 in_doubt\n\w{8} {2}still open: /);
  });

  it('says so for programs too', async () => {
    const project = await startProject();
    const app = project.app({ maxAttempts: 1 });
    project.fake.fail({ kind: 'reset_after_effect' }, { times: 50, match: () => true });
    await project.refund(app, 'invoice_1').catch(() => undefined);
    expect(parsed(ended(await project.run('recover', '--deadline', '1s', '--json'), 4))).toMatchObject({
      open: [{ slot, reason: expect.any(String) }],
    });
  });

  it('needs the clients', async () => {
    const project = await startProject();
    await project.run('migrate');
    for (const verb of ['recover', 'reconcile']) {
      const ran = await project.run(verb, '--ledger', 'sqlite:effects.db');
      expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(`${verb} needs the clients`)]);
    }
  });
});

describe('taking back', () => {
  it('compensate takes one effect back by one of its own', async () => {
    const project = await startProject();
    const app = project.app();
    await app.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
      app.effect('refund', () => app.clients.stripe.paymentIntents.create({ amount: 500, currency: 'usd' })),
    );
    const ran = ended(await project.run('compensate', slot, '--yes', '--by', 'ada'), 0);
    expect(ran.out).toContain('compensated');
    expect(project.fake.effects('payment_intents.cancel')).toHaveLength(1);
    ended(await project.run('compensate', slot, '--yes'), 0);
    expect(project.fake.effects('payment_intents.cancel')).toHaveLength(1);
  });

  it('compensate says what no program can take back, and takes the word of a person', async () => {
    const project = await startProject();
    await project.refund(project.app(), 'invoice_1');
    const ran = ended(await project.run('compensate', slot, '--yes'), 3);
    expect(ran.out).toContain('UNDO BY HAND');
    expect(ended(await project.run('list', '--state', 'compensating'), 0).out).toContain('UNDO BY HAND');
    expect(ended(await project.run('status'), 3).out).toContain('1 to undo by hand: oncely list --state compensating');
    expect(ended(await project.run('compensate', slot, '--by-hand', '--yes'), 0).out).toContain('compensated');
    ended(await project.run('status'), 0);
  });

  it('abort takes a workflow back, the last first', async () => {
    const project = await startProject();
    const app = project.app();
    for (const amount of [500, 600]) {
      await app.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
        app.effect(`pay-${amount}`, () => app.clients.stripe.paymentIntents.create({ amount, currency: 'usd' })),
      );
    }
    const done = parsed(ended(await project.run('abort', 'invoice_1:refund-desk', '--yes', '--json'), 0));
    expect(done).toMatchObject({ state: 'aborting', byHand: [], open: [] });
    const [first, second] = project.fake.effects('payment_intents.create').map(({ id }) => id);
    expect(project.fake.effects('payment_intents.cancel').map(({ id }) => id)).toEqual([second, first]);
  });
});
