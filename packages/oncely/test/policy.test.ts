import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ended, parsed, startProject } from './project.ts';

describe('the policy of a project, before anybody is asked', async () => {
  const project = await startProject({
    options: `approvals: { version: 1, operations: {
      'stripe.refunds.create': { above: { amount: 500_00 }, approvers: 2, ttlMs: 3_600_000 },
      'stripe.*': { touches: ['transfer_data'] },
    } },`,
  });

  it('explain says who would be asked, by which rule, and what they would be shown', async () => {
    const input = '{"charge":"ch_1","amount":"50001","currency":"usd"}';
    const ran = ended(await project.run('policy', 'explain', 'stripe.refunds.create', '--with', input), 0);
    expect(ran.out).toBe(
      [
        'stripe.refunds.create',
        '  asks 2 people, within 60 minutes',
        "  rule 'stripe.refunds.create': asks",
        "  rule 'stripe.*': does not ask",
        '  shown: Refund 500.01 USD of ch_1',
      ].join('\n'),
    );
  });

  it('explain asks where the amount is left out, and knows an older path', async () => {
    const answer = parsed(
      ended(await project.run('policy', 'explain', 'stripe.post.v1.charges.:id.refund', '--json'), 0),
    );
    expect(answer).toMatchObject({ operation: 'stripe.refunds.create', asks: true, approval: { approvers: 2 } });
  });

  it('explain fails for what no client has', async () => {
    expect(ended(await project.run('policy', 'explain', 'stripe.refunds.make'), 1).out).toContain('no client has it');
  });

  it('test checks a table, and says which rows are not as wanted', async () => {
    const rows = [
      { operation: 'stripe.refunds.create', with: { amount: 1 }, asks: false },
      { operation: 'stripe.refunds.create', asks: true, approvers: 2 },
      { operation: 'stripe.transfers.create', with: { transfer_data: { destination: 'acct_1' } }, asks: true },
    ];
    writeFileSync(join(project.path, 'policy.json'), JSON.stringify(rows));
    expect(ended(await project.run('policy', 'test', 'policy.json'), 0).out).toBe('3 of 3 as wanted');
    writeFileSync(join(project.path, 'policy.json'), JSON.stringify([{ ...rows[0], asks: true }, ...rows.slice(1)]));
    expect(ended(await project.run('policy', 'test', 'policy.json'), 1).out).toBe(
      'row 1  stripe.refunds.create: nobody is asked, wanted: asks\n2 of 3 as wanted',
    );
  });

  it('observe says what a new policy would have asked of what the ledger remembers, and announces nothing', async () => {
    const path = join(project.path, 'new-policy.mjs');
    writeFileSync(path, "export default { version: 9, operations: { 'stripe.*': true } };");
    const { out } = ended(await project.run('policy', 'observe', 'new-policy.mjs', '--last', '12h'), 0);
    expect(out).toBe('of 0 effects in 12h: 0 would have been asked for, 0 not, 0 cannot be judged');
    const document = parsed(ended(await project.run('policy', 'observe', 'new-policy.mjs', '--json'), 0));
    expect(document).toMatchObject({ effects: 0, asked: 0, notJudged: 0, operations: [] });
    ended(await project.run('policy', 'observe', 'new-policy.mjs', '--last', 'soon'), 2);
    writeFileSync(join(project.path, 'stray.mjs'), "export default { version: 9, operations: { 'strip.*': true } };");
    expect(ended(await project.run('policy', 'observe', 'stray.mjs'), 2).err).toContain('fits no operation');
  });

  it.each(['[]', '{', '[{"operation":"a"}]'])('test takes no table that says nothing: %s', async (text) => {
    writeFileSync(join(project.path, 'none.json'), text);
    ended(await project.run('policy', 'test', 'none.json'), 2);
  });
});

it('explain and test say how to name who asked, where a rule is by that', async () => {
  const project = await startProject({
    options: "approvals: { version: 1, operations: { 'stripe.refunds.create': { notBy: 'requester' } } },",
  });
  const row = { operation: 'stripe.refunds.create', with: {}, asks: true };
  writeFileSync(join(project.path, 'policy.json'), JSON.stringify([{ ...row, by: 'u1' }, row]));
  const run = async (...args: string[]) => project.run('policy', ...args);
  expect(ended(await run('explain', row.operation), 2).err).toContain('say who that is: --by <identity>.');
  expect(ended(await run('explain', row.operation, '--by', 'u1'), 0).out).toContain('but not u1');
  expect(ended(await run('test', 'policy.json'), 2).err).toContain('"by": "user_17" in row 2.');
});
