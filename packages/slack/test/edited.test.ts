import { approvalMessage } from '@oncely/slack';
import { expect, it } from 'vitest';

import { scope, slot, startWorld } from './world.ts';

it.each(['by recovery', 'by the original call'])('an edit posts the edited text once, %s', async (how) => {
  const world = await startWorld();
  const editable = { text: true } as const;
  const approvals = { version: 1, operations: { 'slack.chat.postMessage': { editable, approvers: 2 } } };
  const post = () => {
    const { oncely, slack } = world.process({ approvals });
    return oncely.scope(scope, () =>
      oncely.effect('write', () => slack.chat.postMessage({ channel: 'C0CUSTOMER', text: 'Dear customer' })),
    );
  };
  await post().catch(() => undefined);
  const { effects } = world.process({ approvals }).oncely;
  const fingerprint = (await effects.get(slot))?.approval?.fingerprint ?? '';
  const edit = { by: 'eve', reason: 'say her name', fingerprint };
  expect(await effects.approve(slot, { ...edit, set: { channel: 'C0OTHER' } }).catch(String)).toMatch(/concerns/);
  const edited = await effects.approve(slot, { ...edit, set: { text: 'Dear Ann' } });
  // Whoever approves it with them sees what was changed, by whom and why.
  const asked = JSON.stringify(approvalMessage(edited, { secret: 'x'.repeat(32) } as never));
  for (const part of ['Dear Ann', 'Dear customer', 'text, by eve: say her name']) expect(asked).toContain(part);
  await effects.approve(slot, { by: 'bob', fingerprint: edited.approval?.fingerprint ?? '' });
  if (how === 'by recovery') await world.process({ approvals }).oncely.recover();
  await post();
  const posts = world.fake.effects().filter(({ operation }) => operation === 'chat.postMessage');
  expect(JSON.stringify(posts)).toContain('Dear Ann');
  expect(posts).toHaveLength(1);
});
