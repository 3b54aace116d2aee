import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { ended, parsed, startProject, type Project } from './project.ts';

/** A project in which a refund of `invoice_1` waits for approval. */
async function asking(options: Parameters<typeof startProject>[0] = {}): Promise<Project & { fingerprint: string }> {
  const project = await startProject(options);
  const app = project.app();
  await project.refund(app, 'invoice_1', { approval: 'required' }).catch(() => undefined);
  const effect = await app.effects.get(slot);
  return { ...project, fingerprint: effect?.approval?.fingerprint ?? '' };
}

const slot = 'invoice_1:refund-desk:refund';

describe('approve', () => {
  it('takes the fingerprint that was shown, and performs at once where it is told to: one refund', async () => {
    const { run, fake, fingerprint } = await asking();
    const unseen = await run('approve', slot, '--yes');
    expect([unseen.code, unseen.err]).toEqual([
      2,
      'Say what you approve: --fingerprint, as `oncely show ID --reveal` prints it with the input. Nothing was changed.',
    ]);
    const other = await run('approve', slot, '--yes', '--fingerprint', 'A'.repeat(20));
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('look at it again. Nothing was changed.')]);
    expect(fake.effects('refunds.create')).toHaveLength(0);

    const approved = ended(
      await run(
        'approve',
        slot,
        '--fingerprint',
        fingerprint.slice(0, 16),
        '--yes',
        '--perform',
        '--by',
        'ada',
        '--reason',
        'as agreed',
      ),
      0,
    );
    expect(approved.out).toMatch(/^\w{8} {2}succeeded .* stripe\.refunds\.create {2}invoice_1:refund-desk:refund:v1$/);
    expect(fake.effects('refunds.create')).toHaveLength(1);
    const { history } = parsed<{ history: object[] }>(await run('show', slot, '--json'));
    expect(history).toContainEqual(
      expect.objectContaining({ type: 'decided', decision: 'approve', by: 'ada', reason: 'as agreed' }),
    );
  });

  it('changes what the policy lets be changed, with a reason, and sends that once', async () => {
    const approvals = {
      version: 1,
      operations: { 'stripe.refunds.create': { editable: { amount: { max: 'asked' } } } },
    };
    const project = await startProject({ options: `approvals: ${JSON.stringify(approvals)},` });
    const { run, fake } = project;
    const app = project.app({ approvals: approvals as never });
    await project.refund(app, 'invoice_1', { amount: 10_00 }).catch(() => undefined);
    const fingerprint = (await app.effects.get(slot))?.approval?.fingerprint ?? '';
    const approve = (...more: string[]) =>
      run('approve', slot, '--fingerprint', fingerprint, '--yes', '--perform', ...more);
    const silent = await approve('--set', 'amount=500');
    expect([silent.code, silent.err]).toEqual([2, expect.stringContaining('--set needs --reason')]);
    const more = await approve('--set', 'amount=1001', '--reason', 'x');
    expect([more.code, more.err]).toEqual([expect.any(Number), expect.stringContaining('at most what was asked for')]);
    const bad = await approve('--set', 'amount', '--reason', 'x');
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('--set amount=500')]);
    expect(fake.effects('refunds.create')).toHaveLength(0);
    ended(await approve('--set', 'amount=500', '--reason', 'half of it', '--by', 'ada'), 0);
    expect(fake.effects('refunds.create').map(({ params }) => params['amount'])).toEqual(['500']);
    expect(parsed(await run('show', slot, '--json'))).toMatchObject({ edited: [{ by: 'ada', paths: ['amount'] }] });
    expect((await run('show', slot)).out).toMatch(/edited +amount by ada/);
  });

  it('is refused where the application says that this person may not', async () => {
    const { run, fingerprint } = await asking({
      options: `approvals: { version: 1, operations: {}, mayDecide: ({ by }) => by === 'ada' },`,
    });
    const ran = await run('approve', slot, '--fingerprint', fingerprint, '--yes', '--by', 'bob');
    expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('bob may not approve')]);
    ended(await run('approve', slot, '--fingerprint', fingerprint, '--yes', '--by', 'ada'), 0);
  });

  it('needs the config, which knows who may', async () => {
    const { run, fingerprint } = await asking();
    const ran = await run('approve', slot, '--fingerprint', fingerprint, '--yes', '--ledger', 'sqlite:effects.db');
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('run it with its oncely.config')]);
  });

  it('is helped by what the vendor says now, on request, with the time of reading', async () => {
    const { run, fake } = await asking();
    expect(ended(await run('show', slot), 0).out).not.toContain('what the vendor says');
    const { out } = ended(await run('show', slot, '--facts'), 0);
    expect(out).toMatch(/what the vendor says, read \d{4}-\d\d-\d\dT[\d:.]+Z; it decides nothing\n {2}\S/);
    const { facts } = parsed<{ facts: { at: string; facts: object[] } }>(await run('show', slot, '--facts', '--json'));
    expect(facts.facts.length).toBeGreaterThan(0);
    const alone = await run('show', slot, '--facts', '--ledger', 'sqlite:effects.db');
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('run it with its oncely.config')]);
    expect(fake.effects('refunds.create')).toHaveLength(0);
  });

  it('can be revoked before anything was sent', async () => {
    const { run, fake, fingerprint } = await asking();
    ended(await run('approve', slot, '--fingerprint', fingerprint, '--yes'), 0);
    expect(ended(await run('revoke', slot, '--yes'), 0).out).toContain('declined');
    await run('recover');
    expect(fake.effects('refunds.create')).toHaveLength(0);
  });
});

describe('what asks', () => {
  it('refuses without a terminal and without --yes, and changes nothing', async () => {
    const { run, app } = await asking();
    for (const args of [
      ['decline', slot],
      ['revoke', slot],
      ['cancel', slot],
      ['cancel', '--workflow', 'invoice_1:refund-desk'],
      ['resolve', slot, '--did-not-happen'],
      ['resume', 'invoice_1:refund-desk'],
      ['compensate', slot],
      ['abort', 'invoice_1:refund-desk'],
      ['suspect', '--since', '1h'],
    ]) {
      const { code, out, err } = await run(...args);
      expect({ args, code, out, err }).toEqual({
        args,
        code: 1,
        out: '',
        err: expect.stringContaining('add --yes. Nothing was changed.'),
      });
    }
    expect((await app().effects.get(slot))?.state).toBe('awaiting_approval');
    expect(await app().inspect.ledger()).not.toHaveProperty('suspectSince');
  });

  it('gives errors as JSON with --json', async () => {
    const { run } = await asking();
    const { code, out, err } = await run('decline', slot, '--json');
    expect([code, out]).toEqual([1, '']);
    expect(JSON.parse(err)).toEqual({ error: { code: 'refused', message: expect.stringContaining('add --yes') } });
    const missing = await run('show', 'invoice_9:none:none', '--json');
    expect([missing.code, JSON.parse(missing.err)]).toEqual([
      1,
      { error: { code: 'not_found', message: 'There is no effect invoice_9:none:none in this ledger.' } },
    ]);
  });
});

it('decline ends it, cancel too, and resolve --reopen opens it again under a new key', async () => {
  const { run } = await asking();
  expect(ended(await run('decline', slot, '--yes'), 0).out).toContain('declined');
  const reopened = parsed(ended(await run('resolve', slot, '--reopen', '--yes', '--json'), 0));
  expect(reopened).toMatchObject({ generation: 2, key: `${slot}:v1:g2` });
  expect(ended(await run('cancel', slot, '--yes'), 0).out).toContain('cancelled');
});

it('pause holds a workflow, status says why, resume with a grant lets it go on; cancel is for good', async () => {
  const { run, app, refund, fake } = await startProject();
  const workflow = 'invoice_1:refund-desk';
  expect(ended(await run('pause', workflow, '--wait', '--by', 'ada', '--reason', 'looks odd'), 0).out).toBe(
    `${workflow}  paused, by ada, "looks odd"`,
  );
  await expect(refund(app(), 'invoice_1')).rejects.toMatchObject({ code: 'workflow_held' });
  expect(ended(await run('status', '--workflow', workflow), 3).out).toContain(
    `${workflow}  paused, by ada, "looks odd"`,
  );
  const resumed = parsed(ended(await run('resume', workflow, '--re-executions', '3', '--yes', '--json'), 0));
  expect(resumed).toMatchObject({ workflow: { state: 'running', granted: { reExecutions: 3 } } });
  await refund(app(), 'invoice_1');
  expect(fake.effects('refunds.create')).toHaveLength(1);
  expect(ended(await run('cancel', '--workflow', workflow, '--yes'), 0).out).toContain(`${workflow}  cancelled`);
  const again = await run('resume', workflow, '--yes');
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('is cancelled and stays so')]);
});

it('suspect marks the ledger, and lifts the mark', async () => {
  const { run } = await startProject();
  await run('migrate');
  expect(ended(await run('suspect', '--since', '2h', '--yes'), 0).out).toMatch(/suspect since \d{4}-\d\d-\d\d /);
  expect(ended(await run('status'), 0).out).toContain('suspect: it may have forgotten what happened since');
  expect(ended(await run('suspect', '--lift', '--yes'), 0).out).toContain('the mark is lifted');
  expect(parsed(ended(await run('status', '--json'), 0))['suspectSince']).toBeNull();
  for (const args of [[], ['--since', '1h', '--lift'], ['--since', 'yesterday'], ['--since', '2999-01-01T00:00:00Z']]) {
    expect((await run('suspect', ...args, '--yes')).code).toBe(2);
  }
});

describe('an effect whose slot is the key of another', () => {
  it('is decided on by its short id, and by that text nothing is', async () => {
    const { app, run } = await startProject();
    const oncely = app();
    const refund = (): Promise<unknown> => oncely.clients.stripe.refunds.create({ charge: 'ch_1', amount: 100 });
    await oncely.scope({ tenant: 'acme', businessId: 'invoice', workflowId: 'desk' }, () =>
      oncely.submit('v2', refund),
    );
    await oncely.scope({ businessId: 'acme', workflowId: 'invoice' }, () =>
      oncely.submit('desk', { version: 2 }, refund),
    );
    const neither = await run('cancel', 'acme:invoice:desk:v2', '--yes');
    expect([neither.code, neither.err]).toEqual([expect.any(Number), expect.stringContaining('names two effects')]);
    expect(neither.code).not.toBe(0);
    const short = createHash('sha256').update('acme:invoice:desk').digest('hex').slice(0, 8);
    expect(ended(await run('cancel', short, '--yes'), 0).out).toContain('cancelled');
    expect((await oncely.effects.list()).effects.map(({ slot: each, state }) => [each, state])).toEqual([
      ['acme:invoice:desk', 'cancelled'],
      ['acme:invoice:desk:v2', 'ready'],
    ]);
  });
});
