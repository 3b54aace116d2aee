import { defaultSlackIdentity } from '@oncely/testing/fakes/slack';
import { describe, expect, it } from 'vitest';

import { subjects, titleOf } from './subjects.ts';
import { slot, startWorld, token } from './world.ts';

// Every kind of write of which the answer is lost, or which is itself.

const after = { kind: 'reset_after_effect' } as const;
const before = { kind: 'reset_before_effect' } as const;
const oneOf = (method: string) => ({ match: ({ path }: { path: string }) => path === `/api/${method}` });

describe.concurrent.each(subjects.map((subject) => [titleOf(subject), subject] as const))('%s', (_title, subject) => {
  const { method, kind, found, write } = subject;

  it('is one effect where the answer is lost, and a fresh process replays it', async () => {
    const { calls, fake, process, raw } = await startWorld();
    const ids = (await subject.before?.(raw)) ?? {};
    const earlier = fake.effects(method).length;
    const sent = calls(method).length;
    fake.fail(after, oneOf(method));
    const first = process();
    const outcome = await first.effect((slack) => write(slack, ids)).catch((error: unknown) => error);
    const record = await first.oncely.effects.get(slot);
    expect(record).toMatchObject({ operation: `slack.${method}`, state: found === 'person' ? 'stopped' : 'succeeded' });
    if (found === 'person') {
      expect(outcome).toMatchObject({ code: 'stopped' });
      expect(fake.effects(method).length - earlier).toBe(1);
      return;
    }
    expect(outcome).toMatchObject({ ok: true });
    expect(await process().effect((slack) => write(slack, ids))).toEqual(outcome);
    // What sets the same state may be done again, where nothing shows it; all else happens once.
    const again = found === 'repeat' && method === 'views.publish' ? 2 : 1;
    expect(fake.effects(method).length - earlier).toBe(again);
    expect(calls(method).length - sent).toBe(found === 'repeat' ? 2 : 1);
    expect((await first.oncely.effects.get(slot))?.divergence).toBeUndefined();
  });

  it.runIf(found !== 'person')('is done once where the request was lost', async () => {
    const { fake, process, raw } = await startWorld();
    const ids = (await subject.before?.(raw)) ?? {};
    const earlier = fake.effects(method).length;
    fake.fail(before, oneOf(method));
    expect(await process().effect((slack) => write(slack, ids))).toMatchObject({ ok: true });
    expect(fake.effects(method).length - earlier).toBe(1);
  });

  it('is recovered without its caller', async () => {
    const { fake, later, process, raw } = await startWorld();
    const ids = (await subject.before?.(raw)) ?? {};
    const earlier = fake.effects(method).length;
    fake.fail(after, oneOf(method));
    const hasty = process({ maxAttempts: 1, waitMs: 1_000, landingBoundMs: 5_000 });
    await hasty.effect((slack) => write(slack, ids)).catch(() => undefined);
    later(20_000);
    const { oncely } = process();
    await oncely.recover();
    later(20_000);
    await oncely.recover();
    expect((await oncely.effects.get(slot))?.state).toBe(found === 'person' ? 'stopped' : 'succeeded');
    expect(fake.effects(method).length - earlier).toBe(found === 'repeat' && method === 'views.publish' ? 2 : 1);
  });

  it.runIf(subject.scope !== undefined)(`stops without the scope ${subject.scope}, which it names`, async () => {
    const scopes = defaultSlackIdentity.scopes.filter((scope) => scope !== subject.scope);
    const blind = 'xoxb-blind';
    const { fake, process, raw } = await startWorld({
      tokens: { [token]: defaultSlackIdentity, [blind]: { ...defaultSlackIdentity, scopes } },
    });
    const ids = (await subject.before?.(raw)) ?? {};
    const earlier = fake.effects(method).length;
    fake.fail(after, oneOf(method));
    const { effect, oncely } = process({ token: blind });
    await expect(effect((slack) => write(slack, ids))).rejects.toMatchObject({ code: 'stopped' });
    expect((await oncely.effects.get(slot))?.stopped).toContain(subject.scope);
    expect(fake.effects(method).length - earlier).toBe(1);
    await oncely.effects.probeAgain(slot, { by: 'ann' });
    expect(await process().effect((slack) => write(slack, ids))).toMatchObject({ ok: true });
    expect(fake.effects(method).length - earlier).toBe(1);
  });

  it.runIf(kind === 'constrained' && subject.scope === undefined && found === 'look')(
    'without the scope to read, Slack itself says that it is done',
    async () => {
      const scopes = defaultSlackIdentity.scopes.filter((scope) => !/:(read|history)$/.test(scope));
      const blind = 'xoxb-blind';
      const { calls, fake, process, raw } = await startWorld({
        tokens: { [token]: defaultSlackIdentity, [blind]: { ...defaultSlackIdentity, scopes } },
      });
      const ids = (await subject.before?.(raw)) ?? {};
      const earlier = fake.effects(method).length;
      const sent = calls(method).length;
      fake.fail(after, oneOf(method));
      expect(await process({ token: blind }).effect((slack) => write(slack, ids))).toMatchObject({ ok: true });
      expect([fake.effects(method).length - earlier, calls(method).length - sent]).toEqual([1, 2]);
    },
  );
});
