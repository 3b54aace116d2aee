import { deserialize, serialize } from 'node:v8';

import { decideApproval, type ApprovalAnswer } from '@oncely/agents/approvals';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openApprovalDesk, refund, slot, type ApprovalDesk, type Program } from './approval-desk.ts';
import { frameworkNamed } from './frameworks/by-name.ts';

let desk: ApprovalDesk;
beforeEach(async () => {
  desk = await openApprovalDesk();
});
afterEach(() => desk.close());

/** What the person is shown of the refund, and their yes to it. */
async function shown({ oncely }: Program, where = slot): Promise<ApprovalAnswer> {
  const effect = await oncely.effects.get(where);
  return { approved: true, effect: effect?.key ?? '', fingerprint: effect?.approval?.fingerprint ?? '' };
}

const inTheRun = ['LangGraph with ToolNode', 'Mastra', 'Genkit'];

describe.each(['AI SDK', 'OpenAI Agents SDK', ...inTheRun])('%s', (name) => {
  /** Runs the agent until it waits, and gives what a file would hold of it. */
  const begun = async (): Promise<Buffer> => {
    const { saved } = await frameworkNamed(name);
    const { at, tool, oncely } = desk.program();
    const state = await at(async () => saved?.begin({ tool, effects: oncely.effects }, [[refund]]));
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'awaiting_approval' });
    return serialize(state);
  };

  /** Goes on in a program that was just started. */
  const goOn = async (file: Buffer, answer?: ApprovalAnswer, scope?: Parameters<Program['at']>[1]): Promise<void> => {
    const { saved } = await frameworkNamed(name);
    const { at, tool, oncely } = desk.program();
    await at(async () => saved?.resume({ tool, effects: oncely.effects }, deserialize(file), answer), scope);
  };

  it('a yes there is an approval in the ledger, by name and of what was shown', async () => {
    const file = await begun();
    const { oncely } = desk.program();
    const yes = await shown(desk.program());
    expect(desk.refunds()).toBe(0);
    await goOn(file, yes);
    expect(desk.refunds()).toBe(1);
    const { state, approval } = (await oncely.effects.get(slot)) ?? {};
    expect([state, approval?.by, approval?.fingerprint]).toEqual(['succeeded', 'ann', yes.fingerprint]);
  });

  it('a yes in another place lets the run go on, and it is made once', async () => {
    const file = await begun();
    const elsewhere = desk.program();
    const { effect, fingerprint } = await shown(elsewhere);
    await elsewhere.oncely.effects.approve(effect, { by: 'paula', fingerprint });
    await goOn(file);
    await goOn(file);
    expect(desk.refunds()).toBe(1);
    expect((await elsewhere.oncely.effects.get(slot))?.approval?.by).toBe('paula');
  });

  it('a yes in another place that was performed at once leaves nothing to send', async () => {
    const file = await begun();
    const elsewhere = desk.program();
    const { effect, fingerprint } = await shown(elsewhere);
    await elsewhere.oncely.effects.approve(effect, { by: 'paula', fingerprint, perform: true });
    expect(desk.refunds()).toBe(1);
    await goOn(file);
    expect(desk.refunds()).toBe(1);
  });

  it('a no there is a no in the ledger', async () => {
    const file = await begun();
    await goOn(file, { ...(await shown(desk.program())), approved: false });
    expect(desk.refunds()).toBe(0);
    const { oncely, at, tool } = desk.program();
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'declined', approval: { by: 'ann' } });
    expect(await at(() => tool.execute(refund.input))).toMatchObject({ status: 'rejected', reason: 'declined' });
  });

  it('a run that goes on in another tenant sends nothing, whatever was approved', async () => {
    const file = await begun();
    await goOn(file, await shown(desk.program()), { tenant: 'south' });
    expect(desk.refunds()).toBe(0);
    const { oncely } = desk.program();
    const { effects } = await oncely.effects.list();
    const ofSouth = effects.filter(({ contract }) => contract.tenant === 'south');
    expect(ofSouth.filter(({ state }) => state !== 'awaiting_approval')).toEqual([]);
    // These tell a tool what it was suspended with, so that it does not even ask there.
    if (name === 'Mastra' || name === 'Genkit') expect(ofSouth).toEqual([]);
  });

  it.runIf(inTheRun.includes(name))('a value to go on with that names another effect approves nothing', async () => {
    const file = await begun();
    const { at, tool, oncely } = desk.program();
    const other = await at(() => tool.execute(refund.input), { businessId: 'invoice_7' });
    await goOn(file, { approved: true, effect: other.effect ?? '', fingerprint: other.approval ?? '' });
    expect(await oncely.effects.get(other.effect ?? '')).toMatchObject({ state: 'awaiting_approval' });
    await goOn(file, { approved: true } as ApprovalAnswer);
    await goOn(file, { ...(await shown(desk.program())), fingerprint: 'of-something-else' });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'awaiting_approval' });
    expect(desk.refunds()).toBe(0);
  });
});

describe('decideApproval', () => {
  it('takes the same answer of the same person twice for one, and two people for two', async () => {
    const { oncely, at, tool } = desk.program();
    await at(() => tool.execute(refund.input));
    const yes = await shown(desk.program());
    await decideApproval(oncely.effects, yes, { by: 'ann' });
    await decideApproval(oncely.effects, yes, { by: 'ann' });
    await expect(decideApproval(oncely.effects, yes, { by: 'bob' })).rejects.toThrow(/nothing waits for approval/);
  });

  it.each([true, false])('refuses an answer (approved: %s) to what no longer stands there', async (approved) => {
    const { oncely, at, tool } = desk.program();
    await at(() => tool.execute(refund.input));
    const old = { ...(await shown(desk.program())), approved };
    await at(() => tool.execute({ ...refund.input, amount: 700 }));
    await expect(decideApproval(oncely.effects, old, { by: 'ann' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'awaiting_approval' });
  });
});
