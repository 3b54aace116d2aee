import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { aesCodec } from '@oncely/core';
import { startChild } from '@oncely/testing/crash/child';
import { describe, expect, it, vi } from 'vitest';

import { shortIdOf } from '../src/short-id.ts';
import { mailProject } from './mail-project.ts';
import { apiKey, effectsOf, secretNote, startProject, type Approval } from './project.ts';
import { follow, followed, headingsOf, linkedFrom, runbooks } from './runbook.ts';

const slot = 'invoice_1:refund-desk:refund';
const id = shortIdOf(slot);
const workflow = 'invoice_1:refund-desk';

/** How the last command of a page ended where it ends well. */
const wellEnded = { code: 0, out: expect.stringContaining('nothing needs a person') as string };

it('restart sequence: a worker killed after the vendor had refunded; one refund', async () => {
  const leaseMs = 5_000;
  const project = await startProject({ leaseMs });
  const { host, port } = project.fake;
  const worker = startChild({
    module: new URL('./killed-worker.ts', import.meta.url),
    exports: ['refundInvoice'],
    argument: { ledger: join(project.path, 'effects.db'), host, port, apiKey, leaseMs },
    at: { point: 'answer_received', signal: 'SIGKILL' },
    timeoutMs: 120_000,
  });
  expect((await worker.ended).how).toBe('killed');
  const app = project.app();
  // The page says to wait until the leases of the dead are over.
  await vi.waitFor(async () => expect((await app.effects.get(slot))?.state).toBe('in_doubt'), {
    timeout: 60_000,
    interval: 200,
  });

  const ran = await follow(project, 'restart-sequence', '');
  expect(ran.at(-1)).toMatchObject(wellEnded);
  expect(await effectsOf(app)).toEqual({ [slot]: 'succeeded' });
  await project.refund(app, 'invoice_1').catch(() => undefined);
  expect(project.fake.effects('refunds.create')).toHaveLength(1);
});

describe('in doubt', () => {
  it('safe to replay: the answer was lost, the vendor dedupes; one refund', async () => {
    const project = await startProject();
    const app = project.app({ maxAttempts: 1 });
    project.fake.fail({ kind: 'reset_after_effect' });
    await project.refund(app, 'invoice_1').catch(() => undefined);
    const [listed] = await follow(project, 'in-doubt', 'Safe to replay');
    expect(listed?.out).toContain(id);
    expect(await effectsOf(app)).toEqual({ [slot]: 'succeeded' });
    expect(project.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('pause and inspect: a mail that nobody can look up was found by a person; one mail', async () => {
    const { project, smtp, desk, notify } = await mailProject();
    smtp.fail({ kind: 'drop', at: 'after_dot' });
    await expect(notify()).rejects.toMatchObject({ code: 'stopped' });
    const mail = 'invoice_1:refund-desk:notify';
    const values = { id: shortIdOf(mail), workflow };
    const ran = await follow(project, 'in-doubt', 'Pause and inspect', values);
    expect(ran.at(-1)?.out).toContain('stopped');
    await expect(notify('another')).rejects.toMatchObject({ code: 'workflow_held' });
    const [{ messageId } = { messageId: '' }] = smtp.effects();
    const ended = await follow(project, 'in-doubt', 'It happened', { ...values, 'vendor id': messageId });
    expect(ended.at(-1)).toMatchObject(wellEnded);
    await notify();
    expect(await effectsOf(desk)).toEqual({ [mail]: 'succeeded' });
    expect(smtp.effects()).toHaveLength(1);
  });

  it('it did not happen: a person looked, and it is sent; one refund', async () => {
    const project = await startProject();
    const app = project.app({ maxAttempts: 1 });
    project.fake.fail({ kind: 'reset_before_effect' });
    await project.refund(app, 'invoice_1').catch(() => undefined);
    await project.run('pause', workflow);
    const ended = await follow(project, 'in-doubt', 'It did not happen', { id, workflow });
    expect(ended.at(-1)).toMatchObject(wellEnded);
    await project.refund(app, 'invoice_1');
    expect(project.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('abort and compensate: what happened is taken back, and so is what was in doubt', async () => {
    const project = await startProject();
    const app = project.app({ maxAttempts: 1 });
    const pay = (amount: number): Promise<unknown> =>
      app.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
        app.effect(`pay-${amount}`, () => app.clients.stripe.paymentIntents.create({ amount, currency: 'usd' })),
      );
    await pay(500);
    project.fake.fail({ kind: 'reset_after_effect' });
    await pay(600).catch(() => undefined);
    const ended = await follow(project, 'in-doubt', 'Abort and compensate', { workflow });
    expect(ended.at(-1)).toMatchObject(wellEnded);
    const made = project.fake.effects('payment_intents.create').map((effect) => effect.id);
    const takenBack = project.fake.effects('payment_intents.cancel').map((effect) => effect.id);
    expect(made).toHaveLength(2);
    expect(takenBack.toSorted()).toEqual(made.toSorted());
    await expect(pay(700)).rejects.toMatchObject({ code: 'workflow_held' });
  });
});

describe('approvals stuck', () => {
  it('it waits: what was shown is approved and performed, other input is not; one refund', async () => {
    const project = await startProject();
    const app = project.app();
    await project.refund(app, 'invoice_1', { approval: 'required' }).catch(() => undefined);
    const looked = await follow(project, 'approvals-stuck', '', { id });
    expect(looked.at(-1)?.out).toContain(secretNote);
    const [, fingerprint = ''] = /fingerprint (\S+?),/.exec(looked.at(-1)?.out ?? '') ?? [];
    const ended = await follow(project, 'approvals-stuck', 'It waits', { id, fingerprint });
    expect(ended.at(-1)).toMatchObject(wellEnded);
    await project.refund(app, 'invoice_1', { approval: 'required' });
    expect(project.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('it has expired: refused, asked anew by the agent, approved then; one refund', async () => {
    const project = await startProject();
    const app = project.app();
    const agent = (approval: Approval): Promise<unknown> =>
      project.refund(app, 'invoice_1', { approval }).catch(() => undefined);
    await agent({ ttlMs: 1 });
    const fingerprint = async (): Promise<string> => (await app.effects.get(slot))?.approval?.fingerprint ?? '';
    const late = await project.run('approve', id, '--fingerprint', await fingerprint(), '--yes');
    expect(late).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has expired: .*; run the agent again to ask anew/),
    });
    await agent('required');
    await follow(project, 'approvals-stuck', 'It waits', { id, fingerprint: await fingerprint() });
    expect(project.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('it should not happen: declined; no refund', async () => {
    const project = await startProject();
    const app = project.app();
    await project.refund(app, 'invoice_1', { approval: 'required' }).catch(() => undefined);
    const ended = await follow(project, 'approvals-stuck', 'It should not happen', { id });
    expect(ended.at(-1)).toMatchObject(wellEnded);
    await expect(project.refund(app, 'invoice_1', { approval: 'required' })).rejects.toMatchObject({
      code: 'declined',
    });
    expect(project.fake.effects('refunds.create')).toHaveLength(0);
  });
});

it('budget exhausted: paused before the next write, granted more, finished; one refund', async () => {
  const project = await startProject({ options: 'budgets: { reExecutions: 1 },' });
  const app = project.app({ budgets: { reExecutions: 1 }, maxAttempts: 1 });
  project.fake.fail({ kind: 'reset_before_effect' }, { times: 10 });
  for (let run = 0; run < 6 && (await app.workflows.state(parts)) === 'running'; run += 1) {
    await project.refund(app, 'invoice_1').catch(() => undefined);
  }
  expect(await app.workflows.get(parts)).toMatchObject({ state: 'paused', by: 'oncely' });
  project.fake.heal();
  const [held] = await follow(project, 'budget-exhausted', '', { workflow, id });
  expect(held).toMatchObject({ code: 3, out: expect.stringContaining('the budget of 1 re-executions is used up') });
  const ended = await follow(project, 'budget-exhausted', 'It may go on', { workflow });
  expect(ended.at(-1)).toMatchObject(wellEnded);
  expect(project.fake.effects('refunds.create')).toHaveLength(1);
});

it('budget exhausted: it must not go on; no refund', async () => {
  const project = await startProject();
  const app = project.app();
  await project.run('pause', workflow);
  await follow(project, 'budget-exhausted', 'It must not go on', { workflow });
  await expect(project.refund(app, 'invoice_1')).rejects.toMatchObject({ code: 'workflow_held' });
  expect(project.fake.effects('refunds.create')).toHaveLength(0);
});

it('ledger lost: restored from a backup of before; one refund a case', async () => {
  const project = await startProject();
  const ledger = join(project.path, 'effects.db');
  const before = project.app();
  await project.refund(before, 'invoice_0');
  await before.close();
  copyFileSync(ledger, `${ledger}.backup`);
  const time = new Date().toISOString();
  const lost = project.app();
  await project.refund(lost, 'invoice_1');
  await lost.close();
  for (const file of [ledger, `${ledger}-wal`, `${ledger}-shm`]) rmSync(file, { force: true });
  copyFileSync(`${ledger}.backup`, ledger);

  const marked = await follow(project, 'ledger-lost', 'Before any agent runs', { time });
  expect(marked.at(-1)?.out).toContain('suspect: it may have forgotten');
  // The agents run again: both cases.
  const after = project.app();
  await project.refund(after, 'invoice_0');
  await project.refund(after, 'invoice_1').catch(() => undefined);
  await follow(project, 'ledger-lost', 'After the agents ran');
  const dayBefore = new Date(Date.parse(time) - 86_400_000).toISOString();
  const [compared] = await follow(project, 'ledger-lost', 'Compare with the vendor', { time: dayBefore });
  expect(compared).toMatchObject({ code: 0, out: expect.stringMatching(/^[12] looked up: [12] as recorded$/) });
  const ended = await follow(project, 'ledger-lost', 'Lift the mark');
  expect(ended.at(-1)).toMatchObject(wellEnded);
  expect(await effectsOf(after)).toEqual({ 'invoice_0:refund-desk:refund': 'succeeded', [slot]: 'succeeded' });
  expect(project.fake.effects('refunds.create')).toHaveLength(2);
});

it('key rotation: what the old key sealed is opened by the new one alone; one refund a case', async () => {
  const [k1, k2] = [randomBytes(32), randomBytes(32)];
  const ring = (current: string, names: readonly string[]): string => {
    const keys = names.map((name) => `${name}: Buffer.from('${(name === 'k1' ? k1 : k2).toString('hex')}', 'hex')`);
    return `codec: aesCodec({ keys: { ${keys.join(', ')} }, current: '${current}' }),`;
  };
  const project = await startProject({
    imports: `import { aesCodec } from '@oncely/core';`,
    options: ring('k1', ['k1']),
  });
  const old = project.app({ codec: aesCodec({ keys: { k1 }, current: 'k1' }), maxAttempts: 1 });
  await project.refund(old, 'invoice_0');
  project.fake.fail({ kind: 'reset_after_effect' });
  await project.refund(old, 'invoice_1').catch(() => undefined);
  project.configure(ring('k2', ['k1', 'k2']));
  await follow(project, 'key-rotation', 'Give the new key to every process');
  const ran = await follow(project, 'key-rotation', 'Seal with it what the old one sealed');
  expect(ran.map(({ code }) => code)).toEqual([0, 0]);
  expect(ran[0]?.out).toContain('2 sealed anew');
  project.configure(ring('k2', ['k2']));
  const ended = await follow(project, 'key-rotation', 'Take the old key away');
  expect(ended.at(-1)).toMatchObject(wellEnded);
  const anew = project.app({ codec: aesCodec({ keys: { k2 }, current: 'k2' }) });
  for (const businessId of ['invoice_0', 'invoice_1']) {
    expect(await project.refund(anew, businessId)).toMatchObject({ amount: 1000 });
  }
  expect(project.fake.effects('refunds.create')).toHaveLength(2);
});

it('escalation: held, handed over without secrets, undone by hand', async () => {
  const project = await startProject();
  const app = project.app();
  await project.refund(app, 'invoice_1');
  expect((await project.run('compensate', id, '--yes')).code).toBe(3);
  await follow(project, 'escalation', 'Hold it first', { workflow });
  const handed = await follow(project, 'escalation', 'What to hand over', { workflow, id });
  expect(handed.map(({ out }) => JSON.parse(out) as unknown)).toHaveLength(3);
  expect(handed.map(({ out }) => out).join('\n')).not.toContain(secretNote);
  const ended = await follow(project, 'escalation', 'Done by hand', { workflow, id, name: 'ada' });
  expect(ended.at(-1)).toMatchObject(wellEnded);
  expect(await effectsOf(app)).toEqual({ [slot]: 'compensated' });
});

it('checkpoint validation: a run that crashed and came back, and a record that was edited afterwards; one refund', async () => {
  const project = await startProject();
  const run = async (correlationId: string): Promise<void> => {
    const app = project.app();
    await app.scope({ ...parts, correlationId }, async () => {
      await app.checkpoint('planned', { refund: 1000 });
      await app.effect('refund', () => app.clients.stripe.refunds.create({ charge: 'ch_1', amount: 1000 }));
      if (correlationId === 'run-1') throw new Error('crashed');
    });
    await app.close();
  };
  await expect(run('run-1')).rejects.toThrow('crashed');
  await run('run-2');
  const [told] = await follow(project, 'checkpoint-validation', 'Was it resumed correctly', { workflow });
  expect(told?.out).toContain('run run-2 went on from planned: 1 replayed, 0 sent, 1 of 1 checkpoints the same');
  expect(told?.out).toContain('nothing speaks against it');
  expect(project.fake.effects('refunds.create')).toHaveLength(1);

  const files = { 'file of seals': 'seals.jsonl', 'new file': 'audit.jsonl' };
  const validated = await follow(project, 'checkpoint-validation', 'Has anybody changed the record', files);
  expect(validated[1]).toMatchObject({ code: 0, out: expect.stringContaining('as they were sealed') });
  expect(readFileSync(join(project.path, 'audit.jsonl'), 'utf8')).toContain('"kind":"checkpoint"');

  const database = new DatabaseSync(join(project.path, 'effects.db'));
  database.exec(`update effects set doc = replace(doc, 're_1Fake', 're_9Fake') where slot = '${slot}'`);
  database.close();
  const edited = await project.run('verify', '--seals', 'seals.jsonl');
  expect(edited).toMatchObject({ code: 3, out: expect.stringContaining(id) });
  expect(await project.run('export', '--to', 'audit.jsonl')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Nothing was written'),
  });
  expect(await project.run('verify', '--seals', 'none.jsonl')).toMatchObject({ code: 2 });
});

it('every command of every page was run here', () => {
  const sections = runbooks().flatMap((page) => headingsOf(page).map((heading) => `${page}#${heading}`));
  expect(sections.filter((section) => !followed.has(section))).toEqual([]);
  expect(runbooks()).toEqual(linkedFrom('README'));
});

const parts = { businessId: 'invoice_1', workflowId: 'refund-desk' };
