import { isOncelyError, type Codec, type OncelyError, type Verdict } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { declined, desk, lost, openShop, type TestOncely } from './vendor.ts';

const refund = { charge: 'ch_1', amount: 1_000 };
const act = (oncely: TestOncely, options = {}, parameters: Record<string, unknown> = refund): Promise<{ id: string }> =>
  oncely.scope(desk, () => oncely.effect('refund', options, () => oncely.clients.shop.write('refund', parameters)));

describe('the runtime', () => {
  it('coalesces equal calls in a process, and one caller that aborts does not stop the others', async () => {
    const shop = openShop();
    let release = (): void => undefined;
    shop.vendor.script.push(
      (commit) =>
        new Promise((resolve) => {
          release = () => resolve(commit());
        }),
    );
    const oncely = shop.start();
    const aborter = new AbortController();
    const aborted = act(oncely, { signal: aborter.signal });
    const others = [act(oncely), act(oncely)];
    aborter.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    await expect.poll(() => shop.vendor.sends).toBe(1);
    release();
    expect(await Promise.all(others)).toEqual([{ id: 'o_1' }, { id: 'o_1' }]);
    expect(shop.vendor.sends).toBe(1);
  });

  it('waits for a live lease of another process and gives its result', async () => {
    const shop = openShop();
    let release = (): void => undefined;
    shop.vendor.script.push(
      (commit) =>
        new Promise((resolve) => {
          release = () => resolve(commit());
        }),
    );
    const first = act(shop.start());
    const second = act(shop.start());
    await expect.poll(() => shop.vendor.sends).toBe(1);
    const impatient = act(shop.start({ waitMs: 300 }));
    await expect(impatient).rejects.toMatchObject({ code: 'in_progress', next: 'wait' });
    release();
    expect(await Promise.all([first, second])).toEqual([{ id: 'o_1' }, { id: 'o_1' }]);
    expect(shop.vendor.sends).toBe(1);
  });

  it('sends a bounded number of times and keeps what is in doubt in doubt', async () => {
    const shop = openShop();
    const unclear = (): Verdict => ({ evidence: 'unknown', reason: 'ETIMEDOUT' });
    shop.vendor.script.push(unclear, unclear, unclear);
    await expect(act(shop.start({ maxAttempts: 2 }))).rejects.toMatchObject({ code: 'in_doubt', next: 'wait' });
    expect(shop.vendor.sends).toBe(2);
  });

  it('hands the vendor its own error for an answer that is no decision, and stays open', async () => {
    const shop = openShop();
    const limited = (): Verdict => ({
      evidence: 'not_applied',
      reason: 'rate_limited',
      retryAfterMs: 60_000,
      response: { status: 429, headers: {}, body: '{}' },
    });
    shop.vendor.script.push(limited);
    const oncely = shop.start();
    await expect(act(oncely)).rejects.toMatchObject({ status: 429 });
    expect((await oncely.effects.get('invoice_1:desk:refund'))?.state).toBe('ready');
  });

  it('replays a rejection, and takes other input after it under a new generation', async () => {
    const shop = openShop();
    shop.vendor.script.push(declined);
    await expect(act(shop.start())).rejects.toMatchObject({ status: 402 });
    await expect(act(shop.start())).rejects.toMatchObject({ status: 402 });
    expect(shop.vendor.sends).toBe(1);
    expect(await act(shop.start(), {}, { ...refund, amount: 5 })).toEqual({ id: 'o_1' });
    expect((await shop.start().effects.get('invoice_1:desk:refund:v1'))?.generation).toBe(2);
  });

  it('value is computed once, and the first to store wins', async () => {
    const shop = openShop();
    let computed = 0;
    const run = (oncely = shop.start()): Promise<number> =>
      oncely.scope(desk, () => oncely.value('lucky', () => (computed += 1)));
    expect(await Promise.all([run(), run()])).toEqual([1, 1]);
    expect(await run()).toBe(1);
    await expect(shop.start().scope(desk, (flow) => flow.value('bad', () => ({ at: Number.NaN })))).rejects.toThrow(
      'value bad.at',
    );
  });

  it.each([
    ['bytes', () => Buffer.from('%PDF'), /value v holds bytes.*base64/],
    ['nested bytes', () => ({ page: [new Uint8Array([1])] }), /value v\.page\[0\] holds bytes/],
    ['a buffer', () => new ArrayBuffer(2), /value v holds bytes/],
    ['a Map', () => ({ by: new Map([['a', 1]]) }), /value v\.by is an instance of Map/],
    ['a Set', () => new Set(['a']), /an instance of Set/],
    ['an instance', () => new (class Money {})(), /an instance of Money/],
    ['NaN', () => [Number.NaN], /value v\[0\] is NaN/],
    ['a gap in a list', () => [undefined], /value v\[0\] is undefined/],
    ['a BigInt', () => ({ n: 1n }), /value v\.n is a BigInt/],
  ])('value refuses %s, which would come back as something else', async (_what, compute, message) => {
    const oncely = openShop().start();
    const refused = { code: 'invalid_input', message: expect.stringMatching(message) };
    await expect(oncely.scope(desk, () => oncely.value('v', compute as () => unknown))).rejects.toMatchObject(refused);
    expect(await oncely.scope(desk, () => oncely.value('v', () => 'text'))).toBe('text');
  });

  it('observe mode sends unscoped writes as they are and shows the duplicates that were made', async () => {
    const shop = openShop();
    const oncely = shop.start({ unscoped: 'observe' });
    await oncely.clients.shop.write('refund', refund);
    await oncely.clients.shop.write('refund', refund);
    await oncely.clients.shop.write('refund', { ...refund, amount: 7 });
    expect(shop.vendor.happened).toHaveLength(3);
    expect(await oncely.observed()).toMatchObject([{ operation: 'shop.refund', count: 2 }]);
    expect((await oncely.effects.list()).effects).toEqual([]);
  });

  it('when the ledger cannot be reached nothing is sent, and the error says so', async () => {
    const broken = memoryLedger();
    const shop = openShop({ ...broken, write: () => Promise.reject(new Error('gone')) });
    await expect(act(shop.start())).rejects.toMatchObject({
      code: 'ledger_unavailable',
      next: 'retry',
      effect: expect.stringContaining(':v1') as unknown,
      message: expect.stringMatching(/gone.*This call sent nothing to the vendor\.\n {2}fix: call again/s) as unknown,
    });
    expect(shop.vendor.sends).toBe(0);
    const closed = openShop({ ...broken, open: () => Promise.reject(new Error('gone')) });
    await expect(act(closed.start())).rejects.toMatchObject({
      code: 'ledger_unavailable',
      message: expect.stringContaining('This call sent nothing to the vendor.') as unknown,
    });
    expect(closed.vendor.sends).toBe(0);
  }, 15_000);

  it('when the ledger goes away after a send, the error says that it may have happened', async () => {
    const ledger = memoryLedger();
    let gone = false;
    const shop = openShop({
      ...ledger,
      write: async (command) => {
        if (gone) throw new Error('gone');
        const answer = await ledger.write(command);
        gone = command.expect === 1;
        return answer;
      },
    });
    shop.vendor.script.push(lost);
    await expect(act(shop.start())).rejects.toMatchObject({
      code: 'ledger_unavailable',
      message: expect.stringContaining('What this call sent before may have happened') as unknown,
    });
    expect(shop.vendor.sends).toBe(1);
  }, 15_000);

  it('recovery in a fresh process resends what was lost, without its caller', async () => {
    const shop = openShop();
    const times = { offset: 0 };
    const ledger = memoryLedger({ now: () => Date.now() + times.offset });
    const timed = openShop(ledger);
    timed.vendor.script.push(lost);
    await expect(act(timed.start({ maxAttempts: 1 }))).rejects.toMatchObject({ code: 'in_doubt' });
    const recovered = await timed.start().recover();
    expect(recovered).toMatchObject({ examined: 1, states: { succeeded: 1 }, open: [] });
    expect(await act(timed.start())).toBeDefined();
    expect(shop.vendor.sends).toBe(0);
    expect(timed.vendor.sends).toBe(2);
  });

  it('close drains: what was claimed and not sent is settled not_applied, what was sent is awaited', async () => {
    const shop = openShop();
    let release = (): void => undefined;
    shop.vendor.script.push(
      (commit) =>
        new Promise((resolve) => {
          release = () => resolve(commit());
        }),
    );
    const oncely = shop.start();
    const sent = act(oncely);
    await expect.poll(() => shop.vendor.sends).toBe(1);
    const closed = oncely.close();
    const late = oncely.scope({ ...desk, businessId: 'invoice_2' }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('refund', refund)),
    );
    await expect(late).rejects.toMatchObject({ code: 'closing' });
    release();
    expect(await sent).toEqual({ id: 'o_1' });
    await closed;
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('I8: with a codec neither request nor result lies open in the ledger', async () => {
    const codec: Codec = {
      seal: (plain) => Buffer.from(plain).toString('base64'),
      open: (sealed) => Buffer.from(sealed, 'base64').toString(),
    };
    const shop = openShop();
    shop.vendor.script.push(lost);
    const secret = { ...refund, note: 'planted-secret' };
    await act(shop.start({ codec, maxAttempts: 1 }), {}, secret).catch(() => undefined);
    expect((await shop.ledger.list({ limit: 9 })).rows[0]?.doc).not.toContain('planted-secret');
    expect(await act(shop.start({ codec }), {}, secret)).toBeDefined();
    expect(await act(shop.start({ codec }), {}, secret)).toBeDefined();
    expect(JSON.stringify(await shop.ledger.history('invoice_1:desk:refund'))).not.toContain('planted-secret');
  });

  it('a codec that fails stops nothing that has happened: the result is left out and read again', async () => {
    const shop = openShop();
    let down = false;
    const codec: Codec = {
      seal: (plain) => {
        if (down) throw new Error('key service down');
        return plain;
      },
      open: (sealed) => sealed,
    };
    shop.vendor.script.push((commit) => {
      down = true;
      return commit();
    });
    expect(await act(shop.start({ codec }))).toEqual({ id: 'o_1' });
    expect(await act(shop.start({ codec }))).toEqual({ id: 'o_1', restored: true });
  });

  it('a person resolves what cannot be known, either way', async () => {
    const shop = openShop();
    const times = { offset: 0 };
    const timed = openShop(memoryLedger({ now: () => Date.now() + times.offset }));
    timed.vendor.script.push(lost);
    await act(timed.start({ maxAttempts: 1 })).catch(() => undefined);
    // The key's window is over, and the shop tells nothing.
    times.offset = 2_000_000;
    const error = await act(timed.start()).catch((caught: unknown) => caught);
    expect(isOncelyError(error) && (error as OncelyError).code).toBe('stopped');
    expect(String(error)).toContain('effects.resolve');
    const { effects } = timed.start();
    const actor = { by: 'Ana', id: 'ticket-7' };
    await effects.resolve('invoice_1:desk:refund', { happened: { vendorId: 'o_1' } }, actor);
    await effects.resolve('invoice_1:desk:refund', { happened: { vendorId: 'o_1' } }, actor);
    expect(await act(timed.start())).toMatchObject({ id: 'o_1' });
    expect(timed.vendor.happened).toHaveLength(1);
    expect(shop.vendor.sends).toBe(0);
    const history = await effects.history('invoice_1:desk:refund');
    expect(history.filter(({ event }) => event['type'] === 'decided')).toHaveLength(1);
  });

  it('attempt tokens are permissions and are shown to nobody', async () => {
    const shop = openShop();
    const oncely = shop.start({ token: () => 'planted-token' });
    await act(oncely);
    expect(JSON.stringify(await oncely.effects.get('invoice_1:desk:refund'))).not.toContain('planted-token');
    expect(JSON.stringify(await oncely.effects.history('invoice_1:desk:refund'))).not.toContain('planted-token');
  });

  it('a deadline bounds waiting and sending', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const outcome = oncely.scope({ ...desk, deadlineMs: -1 }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('refund', refund)),
    );
    await expect(outcome).rejects.toMatchObject({ code: 'not_sent' });
    expect(shop.vendor.sends).toBe(0);
  });
});
