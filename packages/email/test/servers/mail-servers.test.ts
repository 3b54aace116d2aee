import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { dkimHolds } from './dkim.ts';
import { loseReplies, type LostReply } from './lost-reply.ts';
import { startAgent, startMailWorld, type MailWorld } from './mail-world.ts';

// Each case waits for a lease or a landing bound most of its time.
vi.setConfig({ maxConcurrency: 8, testTimeout: 180_000 });

let world: MailWorld;
beforeAll(async () => {
  world = await startMailWorld();
}, 600_000);
afterAll(() => world?.close());

const points = [
  'before_claim',
  'after_claim',
  'before_send',
  'after_check',
  'answer_received',
  'settled',
  'returned',
] as const;
const accepted: ReadonlySet<string> = new Set(['answer_received', 'settled', 'returned']);

async function losing(how: 'cut' | 'silent'): Promise<LostReply> {
  const line = await loseReplies(world.postfix, how);
  onTestFinished(() => line.close());
  return line;
}

describe.concurrent('Postfix and Dovecot', () => {
  it.each([false, true])('send a mail once, signed, with a copy in Sent (pool: %s)', async (pool) => {
    const id = `plain-${pool}`;
    const args = world.arguments(id, { pool });
    const first = await world.run('agent', args);
    const again = await world.run('agent', args);
    expect(first).toMatchObject({ how: 'returned', result: expect.stringMatching(/^<oncely_/) as string });
    expect(again.result).toBe(first.result);
    const [message = '', ...more] = await world.received(id);
    expect(more).toEqual([]);
    expect(message).toContain(String(first.result));
    expect(dkimHolds(message, world.publicKey)).toBe(true);
    expect(dkimHolds(message.replace('It is on its way.', 'It is not.'), world.publicKey)).toBe(false);
    const sent = await world.dovecot.messages('desk@shop.example', 'Sent');
    expect(sent.filter((copy) => copy.includes(String(first.result)))).toHaveLength(1);
  });

  for (const pool of [false, true]) {
    // In a pool the message is read by other code of nodemailer; before and behind it nothing differs.
    const theirs = pool ? (['after_check', 'answer_received'] as const) : points;
    it.each(theirs)(`killed at %s (pool: ${pool}): one mail in the mailbox`, async (point) => {
      const id = `killed-${point.replace('_', '-')}-${pool}`;
      const args = world.arguments(id, { pool });
      const dead = await world.run('agent', args, { point, signal: 'SIGKILL' });
      expect(dead.how).toBe('killed');
      expect(await world.received(id)).toHaveLength(accepted.has(point) ? 1 : 0);

      await world.run('recovery', args);
      let end = await world.run('agent', args);
      // Not found in Sent proves nothing: a person is asked, looks, and says that it did not happen.
      const asked = point !== 'before_claim' && !accepted.has(point);
      expect(end.error?.code).toBe(asked ? 'stopped' : undefined);
      if (asked) {
        await world.run('notFound', args);
        end = await world.run('agent', args);
      }
      expect(end.how).toBe('returned');
      const messages = await world.received(id);
      expect(messages).toHaveLength(1);
      expect(messages[0]).toContain(String(end.result));
      expect(await world.effect(id)).toMatchObject({ state: 'succeeded', vendorId: end.result });
      expect((await world.audit(id)).includes('probed')).toBe(asked || point === 'answer_received');
    });
  }

  it('killed while it waits for the word behind the dot: found in Sent, not sent again', async () => {
    const id = 'killed-behind-the-dot';
    const line = await losing('silent');
    const args = world.arguments(id, { smtpPort: line.port });
    const child = startAgent(args);
    await expect.poll(() => line.lost(), { timeout: 120_000 }).toBe(1);
    child.signal('SIGKILL');
    expect((await child.ended).how).toBe('killed');
    line.heal();
    expect(await world.received(id)).toHaveLength(1);
    const end = await world.run('agent', args);
    expect(end.how).toBe('returned');
    const messages = await world.received(id);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(String(end.result));
  });

  it.each(['cut', 'silent'] as const)('a line %s behind the dot: found in Sent in the same call', async (how) => {
    const id = `line-${how}`;
    const line = await losing(how);
    const end = await world.run('agent', world.arguments(id, { smtpPort: line.port }));
    expect(end).toMatchObject({ how: 'returned' });
    expect(line.lost()).toBe(1);
    expect(await world.received(id)).toHaveLength(1);
  });

  it('resend was chosen: what is in Sent is found first, and no second one is sent', async () => {
    const id = 'chosen-found';
    const line = await losing('cut');
    const end = await world.run('agent', world.arguments(id, { smtpPort: line.port, onDoubt: 'resend' }));
    expect(end.how).toBe('returned');
    expect(await world.received(id)).toHaveLength(1);
    expect(await world.audit(id)).not.toContain('resend_chosen');
  });

  it('resend was chosen: what is not in Sent is sent, and the audit says so', async () => {
    const id = 'chosen-absent';
    const args = world.arguments(id, { onDoubt: 'resend' });
    await world.run('agent', args, { point: 'after_check', signal: 'SIGKILL' });
    expect((await world.run('agent', args)).how).toBe('returned');
    expect(await world.received(id)).toHaveLength(1);
    expect(await world.audit(id)).toContain('resend_chosen');
  });
});
