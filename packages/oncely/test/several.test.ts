import { describe, expect, it } from 'vitest';

import { ended, parsed, startProject, type Project } from './project.ts';

/** A project in which three refunds of one run, and one of another, wait for approval. */
async function asking(options: Parameters<typeof startProject>[0] = {}): Promise<Project & { words: string[] }> {
  const project = await startProject(options);
  const app = project.app();
  for (const id of ['a', 'b', 'c']) {
    await project.refund(app, 'invoice_1', { id, approval: 'required' }).catch(() => undefined);
  }
  await project.refund(app, 'invoice_2', { approval: 'required' }).catch(() => undefined);
  const listed = await project.run('approvals', '--workflow', 'invoice_1:refund-desk', '--json');
  const { approvals } = parsed<{ approvals: { word: string }[] }>(ended(listed, 3));
  return { ...project, words: approvals.map(({ word }) => word) };
}

const slotOf = (id: string): string => `invoice_1:refund-desk:${id}`;

describe('several approvals of one run', () => {
  it('are shown together with what `approve` takes, and approved with one reason', async () => {
    const { run, fake, words } = await asking();
    expect(words).toHaveLength(3);
    const { out } = ended(await run('approvals', '--workflow', 'invoice_1:refund-desk', '--reveal'), 3);
    for (const word of words) expect(out).toContain(word);
    expect(out.match(/^ {2}Refund .*ch_1/gm)).toHaveLength(3);
    expect(out).not.toContain('invoice_2');
    expect((await run('approve', ...words)).err).toContain('add --yes. Nothing was changed.');
    const ran = await run('approve', ...words, '--yes', '--perform', '--by', 'ada', '--reason', 'as agreed');
    expect(ended(ran, 0).out.match(/ succeeded /g)).toHaveLength(3);
    expect(fake.effects('refunds.create')).toHaveLength(3);
    const { history } = parsed<{ history: object[] }>(await run('show', slotOf('b'), '--json'));
    expect(history).toContainEqual(
      expect.objectContaining({ type: 'decided', decision: 'approve', by: 'ada', reason: 'as agreed' }),
    );
    expect(ended(await run('approvals', '--workflow', 'invoice_1:refund-desk'), 0).out).toBe(
      'nothing waits for approval',
    );
  });

  it.each(['approve', 'decline'])('%s says what each came to, and ends with 1 where one failed', async (verb) => {
    const { run, app, fake, words } = await asking({
      options: `approvals: { version: 1, operations: {}, mayDecide: (_by, { contract }) => contract.stepId !== 'c' },`,
    });
    const [a = '', b = '', c = ''] = words;
    const moved = b.replace(/@.*/, `@${'f'.repeat(20)}`);
    const ran = await run(verb, moved, `00000000@${'f'.repeat(20)}`, c, a, '--yes', '--json');
    expect(ran.code).toBe(1);
    const { decided } = parsed<{ decided: { effect: { state: string } | null; error: { code: string } | null }[] }>(
      ran,
    );
    expect(decided.map(({ effect, error }) => effect?.state ?? error?.code)).toEqual([
      'invalid_input',
      'not_found',
      'not_allowed',
      verb === 'approve' ? 'ready' : 'declined',
    ]);
    const states = await Promise.all(['b', 'c'].map((id) => app().effects.get(slotOf(id))));
    expect(states.map((effect) => effect?.approval?.state)).toEqual(['pending', 'pending']);
    await run('recover');
    expect(fake.effects('refunds.create')).toHaveLength(verb === 'approve' ? 1 : 0);
  });

  it('need the fingerprint of each, and take no change', async () => {
    const { run, words } = await asking();
    const unseen = await run('approve', words[0] ?? '', slotOf('b'), '--yes');
    expect([unseen.code, unseen.err]).toEqual([2, expect.stringContaining('each needs what was shown')]);
    const changed = await run('approve', ...words, '--yes', '--set', 'amount=1', '--reason', 'x');
    expect([changed.code, changed.err]).toEqual([2, expect.stringContaining('for one alone')]);
    const one = await run('approve', words[0] ?? '', '--yes');
    expect(ended(one, 0).out).toContain('ready');
  });
});
