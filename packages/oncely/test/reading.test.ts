import { describe, expect, it } from 'vitest';

import { ended, parsed, secretNote, startProject, steady } from './project.ts';

describe('on a ledger with a fault and a question in it', async () => {
  const project = await startProject();
  const app = project.app();
  await project.refund(app, 'invoice_1');
  await project.refund(app, 'invoice_2', { approval: 'required' }).catch(() => undefined);
  project.fake.fail({ kind: 'reset_before_effect' });
  await project.refund(app, 'invoice_3');

  it('status counts, and says by its exit code that a person is needed', async () => {
    expect(steady(ended(await project.run('status'), 3).out).replace(project.path, '.')).toBe(
      `sqlite ./effects.db  ledger <id>, epoch 1
       1  awaiting_approval
       2  succeeded
needs a person: oncely list --state awaiting_approval`,
    );
    const { states, needsPerson, suspectSince } = parsed(ended(await project.run('status', '--json'), 3));
    expect({ states, needsPerson, suspectSince }).toEqual({
      states: {
        awaiting_approval: 1,
        ready: 0,
        executing: 0,
        succeeded: 2,
        rejected: 0,
        in_doubt: 0,
        stopped: 0,
        declined: 0,
        cancelled: 0,
        compensating: 0,
        compensated: 0,
      },
      needsPerson: true,
      suspectSince: null,
    });
  });

  it('list shows a line each', async () => {
    expect(steady(ended(await project.run('list'), 0).out)).toBe(
      `8feb22ed  succeeded          <age>  stripe.refunds.create  invoice_1:refund-desk:refund:v1
cfac2b7e  awaiting_approval  <age>  stripe.refunds.create  invoice_2:refund-desk:refund:v1
0ce62a3a  succeeded          <age>  stripe.refunds.create  invoice_3:refund-desk:refund:v1`,
    );
  });

  it('list goes on behind a page, in JSON with what the next page needs', async () => {
    interface Page {
      readonly effects: readonly { readonly slot: string }[];
      readonly next: string | null;
    }
    const first = parsed<Page>(ended(await project.run('list', '--limit', '2', '--json'), 0));
    const rest = parsed<Page>(
      ended(await project.run('list', '--limit', '2', '--json', '--after', String(first.next)), 0),
    );
    expect([first.effects.map(({ slot }) => slot), rest.effects.map(({ slot }) => slot), rest.next]).toEqual([
      ['invoice_1:refund-desk:refund', 'invoice_2:refund-desk:refund'],
      ['invoice_3:refund-desk:refund'],
      null,
    ]);
    const exact = parsed<Page>(ended(await project.run('list', '--limit', '3', '--json'), 0));
    expect(exact.next).toBeNull();
  });

  it('list takes a state, a workflow and an age', async () => {
    const slots = async (...args: string[]): Promise<string[]> =>
      parsed<{ effects: { slot: string }[] }>(ended(await project.run('list', '--json', ...args), 0)).effects.map(
        ({ slot }) => slot,
      );
    expect(await slots('--state', 'awaiting_approval')).toEqual(['invoice_2:refund-desk:refund']);
    expect(await slots('--workflow', 'invoice_3:refund-desk')).toEqual(['invoice_3:refund-desk:refund']);
    expect(await slots('--older-than', '1d')).toEqual([]);
    expect(await slots('--older-than', '0s', '--state', 'succeeded')).toHaveLength(2);
  });

  it('show tells the attempts and the history, by the beginning of a short id', async () => {
    const shown = steady(ended(await project.run('show', '0ce6'), 0).out);
    expect(shown.replace(/made .*/, 'made <time>')).toBe(
      `0ce62a3a  succeeded  stripe.refunds.create
  key         invoice_3:refund-desk:refund:v1
  workflow    invoice_3:refund-desk
  client      stripe
  made <time>
  vendor id   <vendor id>
  attempts    1. <time>, unknown (by answer), <duration>, held by <holder>, ECONNRESET
              2. <time>, accepted (by answer), <duration>, held by <holder>, <vendor id>

history
  <time>  settled         attempt 1, holder <holder>, evidence unknown, reason ECONNRESET
  <time>  settled         attempt 2, holder <holder>, evidence accepted, vendor id <vendor id>`,
    );
  });

  it('show in JSON has the whole history, and never the input', async () => {
    const ran = ended(await project.run('show', 'invoice_2:refund-desk:refund:v1', '--json'), 0);
    expect(parsed(ran)).toMatchObject({
      id: 'cfac2b7e',
      slot: 'invoice_2:refund-desk:refund',
      state: 'awaiting_approval',
      approval: { state: 'pending', approvers: 1 },
      history: [{ sequence: 1, type: 'approval_asked' }],
    });
    expect(ran.out).not.toContain('1000');
    expect(ran.out).not.toContain(secretNote);
  });

  it('report measures what went wrong and came to its end', async () => {
    expect(steady(ended(await project.run('report', '--cost', '0.25'), 0).out)).toBe(
      `effects                      3
  under fault                1
completion under fault       100.0 %
mean time to consistency     <duration>
duplicate external writes    0
cost of a recovered run      0.25
unscoped writes observed     0
  of them repeated           0`,
    );
    expect(parsed(ended(await project.run('report', '--json'), 0))).toMatchObject({
      effects: 3,
      underFault: 1,
      recovered: 1,
      extraAttempts: 1,
      completionUnderFault: 1,
      costPerRecoveredRun: null,
    });
  });
});

it('report shows what observe saw outside of any scope', async () => {
  const project = await startProject();
  const app = project.app({ unscoped: 'observe' });
  const refund = (amount: number): Promise<unknown> =>
    app.clients.stripe.refunds.create({ charge: 'ch_1', amount }, { idempotencyKey: `other ${Math.random()}` });
  for (const amount of [100, 100, 100, 250]) await refund(amount);
  expect(ended(await project.run('report'), 0).out).toContain(
    `unscoped writes observed     4
  of them repeated           2
    stripe.refunds.create, 3 times with one input`,
  );
});
