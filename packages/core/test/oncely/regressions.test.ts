import { fork } from 'node:child_process';
import { once } from 'node:events';

import { isOncelyError, type Ledger, type Oncely, type Verdict } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { desk, openShop, type TestOncely } from './vendor.ts';
import { keyed, startWrites, unknown, type WriteClient, type Writes } from './write.ts';

// What reviews proved broken, each by the guarantee that it broke; recovery and the ledgers are in the file beside.

const pay = (oncely: TestOncely, amount = 1, options = {}, scope = {}): Promise<unknown> =>
  oncely
    .scope({ ...desk, ...scope }, () =>
      oncely.effect('refund', options, () => oncely.clients.shop.write('pay', { amount })),
    )
    .catch((error: unknown) => error);
const codeOf = (outcome: unknown): string | undefined => (isOncelyError(outcome) ? outcome.code : undefined);
const slot = 'invoice_1:desk:refund';
const fingerprintKey = new Uint8Array(32);

/** A ledger that can lose all its rows, as a failover to a replica that was behind does; its key stays. */
function forgetful(): { readonly ledger: Ledger; readonly forget: () => void } {
  let inner = memoryLedger();
  const ledger: Ledger = {
    name: inner.name,
    open: () => inner.open(),
    write: (command) => inner.write(command),
    read: (key) => inner.read(key),
    list: (query) => inner.list(query),
    audited: (query) => inner.audited(query),
    markSealed: (rows) => inner.markSealed(rows),
    history: (key) => inner.history(key),
    readWorkflow: (workflow) => inner.readWorkflow(workflow),
    writeWorkflow: (command) => inner.writeWorkflow(command),
    markSuspect: (since) => inner.markSuspect(since),
    raiseEpoch: () => inner.raiseEpoch(),
    close: () => inner.close(),
  };
  return {
    ledger,
    forget: () => {
      inner = memoryLedger();
    },
  };
}

/** An answer that comes when it is released. */
function gate(): { readonly reached: Promise<void>; readonly release: () => void; readonly hold: () => Promise<void> } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    release: released.resolve,
    hold: () => {
      reached.resolve();
      return released.promise;
    },
  };
}

/** Whether a promise has ended, once all that needs no waiting has run. */
async function hasEnded(work: Promise<unknown>): Promise<boolean> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  work.then(end, end);
  await new Promise((resolve) => setTimeout(resolve, 40));
  return ended;
}

describe('approvals', () => {
  it('I5: an approval belongs to the input that was shown', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const approval = { approval: 'required' };
    expect(codeOf(await pay(oncely, 10, approval))).toBe('approval_required');
    const shown = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    // The agent plans again while the person reads.
    await pay(oncely, 1_000_000, approval);
    await expect(oncely.effects.approve(slot, { by: 'ann', fingerprint: shown })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('changed since it was shown'),
    });
    expect(codeOf(await pay(oncely, 1_000_000, approval))).toBe('approval_required');
    expect(shop.vendor.sends).toBe(0);
  });

  it('rule 8: in a ledger that may have forgotten, a record of before is in doubt as an absent one is', async () => {
    const vendor: Writes = { safety: { kind: 'unverifiable' }, sends: 0 };
    const ledger = memoryLedger();
    const first = startWrites(vendor, { ledger, fingerprintKey });
    const approval = { approval: 'required' };
    const approve = async ({ effects }: Oncely): Promise<unknown> =>
      effects.approve(slot, { by: 'ann', fingerprint: (await effects.get(slot))?.approval?.fingerprint ?? '' });
    const write = (client: WriteClient): Promise<void> => client.write();
    await first.act(write, approval);
    const backup = (await ledger.read(slot)).row;
    const since = new Date(Date.now() - 1_000);
    await approve(first.oncely);
    await first.act(write, approval);
    expect(vendor.sends).toBe(1);

    // The backup knows of no approval and of no attempt.
    const restored = memoryLedger();
    const index = { state: 'awaiting_approval' };
    await restored.write({ slot, expect: 0, doc: backup?.doc ?? '', index, events: [] });
    const second = startWrites(vendor, { ledger: restored, fingerprintKey });
    await second.oncely.suspect(since);
    await approve(second.oncely).catch(() => undefined);
    expect(codeOf(await second.act(write, approval))).toBe('in_doubt');
    expect(vendor.sends).toBe(1);
  });
});

it('unnamed writes: other wording is another write', async () => {
  const shop = openShop();
  const oncely = shop.start();
  const post = (text: string): Promise<unknown> => oncely.clients.shop.write('post', { channel: 'C', text });
  await oncely.scope(desk, () => post('A'));
  // The next run says them in another order: by number alone "A" would be sent a second time.
  const again = oncely.scope(desk, async () => {
    await post('B');
    await post('A');
  });
  await expect(again).rejects.toMatchObject({ code: 'scope_poisoned' });
  expect(shop.vendor.happened.map(({ parameters }) => parameters['text'])).toEqual(['A']);
});

describe('a settle whose slot the ledger forgot is written back', () => {
  it('so that what was accepted is not acknowledged unrecorded', async () => {
    const { ledger, forget } = forgetful();
    const shop = openShop(ledger);
    shop.vendor.script.push((commit) => {
      forget();
      return commit();
    });
    expect(await pay(shop.start({ fingerprintKey }))).toEqual({ id: 'o_1' });
    const next = shop.start({ fingerprintKey });
    expect(await next.effects.get(slot)).toMatchObject({ state: 'succeeded', vendorId: 'o_1' });
    expect(await pay(next)).toEqual({ id: 'o_1' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('so that what is in doubt is not sent again as new', async () => {
    const { ledger, forget } = forgetful();
    const vendor: Writes = {
      safety: { kind: 'unverifiable' },
      sends: 0,
      send: () => {
        forget();
        return unknown;
      },
    };
    const { oncely, act } = startWrites(vendor, { ledger, fingerprintKey });
    expect(codeOf(await act((client) => client.write()))).toBe('stopped');
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'stopped' });
    expect(vendor.sends).toBe(1);
  });
});

describe('an answer', () => {
  it('that is a late 401 does not hide that it happened', async () => {
    let later = 0;
    const shop = openShop(memoryLedger({ now: () => Date.now() + later }));
    const { reached, release, hold } = gate();
    shop.vendor.script.push(async () => {
      await hold();
      const response = { status: 401, headers: {}, body: '{}' };
      return { evidence: 'not_applied', reason: 'unauthorized', environment: true, response };
    });
    const stale = pay(shop.start());
    await reached;
    later = 61_000;
    expect(await pay(shop.start())).toEqual({ id: 'o_1' });
    release();
    expect(await stale).toEqual({ id: 'o_1' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('that rejects and could not be kept is not reported as having happened', async () => {
    let down = false;
    const codec = {
      seal: (text: string): string => {
        if (down) throw new Error('the key service is down');
        return text;
      },
      open: (text: string) => text,
    };
    const rejected: Verdict = {
      evidence: 'rejected',
      reason: 'declined',
      response: { status: 402, headers: {}, body: '{}' },
    };
    const vendor: Writes = {
      safety: keyed,
      sends: 0,
      send: () => {
        down = true;
        return rejected;
      },
    };
    const { act } = startWrites(vendor, { codec });
    await act((client) => client.write());
    down = false;
    expect(await act((client) => client.write())).toMatchObject({
      code: 'rejection_unavailable',
      message: expect.stringContaining('nothing happened there'),
    });
    expect(vendor.sends).toBe(1);
  });
});

it('coalescing: a caller that joins keeps its own deadline, and the effect goes on', async () => {
  const shop = openShop();
  const oncely = shop.start();
  const { reached, release, hold } = gate();
  shop.vendor.script.push(async (commit) => {
    await hold();
    return commit();
  });
  const first = pay(oncely);
  await reached;
  expect(await pay(oncely, 1, {}, { deadlineMs: 50 })).toMatchObject({ code: 'in_progress', next: 'wait' });
  const patient = pay(oncely);
  release();
  expect(await Promise.all([first, patient])).toEqual([{ id: 'o_1' }, { id: 'o_1' }]);
  expect(shop.vendor.sends).toBe(1);
});

describe('close', () => {
  it('waits for a job whose caller aborted', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const { reached, release, hold } = gate();
    shop.vendor.script.push(async (commit) => {
      await hold();
      return commit();
    });
    const aborter = new AbortController();
    const aborted = pay(oncely, 1, { signal: aborter.signal });
    await reached;
    aborter.abort();
    expect(codeOf(await aborted)).toBe('aborted');
    const closing = oncely.close();
    expect(await hasEnded(closing)).toBe(false);
    release();
    await closing;
    expect(await shop.start().effects.get(slot)).toMatchObject({ state: 'succeeded' });
  });

  it("does not wait for a stranger's lease", async () => {
    const shop = openShop();
    const { reached, release, hold } = gate();
    shop.vendor.script.push(async (commit) => {
      await hold();
      return commit();
    });
    const holder = pay(shop.start());
    await reached;
    const bystander = shop.start({ waitMs: 10_000 });
    const waiting = pay(bystander);
    expect(await hasEnded(waiting)).toBe(false);
    await bystander.close();
    expect(codeOf(await waiting)).toBe('closing');
    release();
    expect(await holder).toEqual({ id: 'o_1' });
  });
});

describe('SIGTERM', () => {
  it.each([
    ['busy', 'drains all instances of a process before it ends', 'settled'],
    ['listens', "leaves the end of the process to the application's own listener", 'shut down'],
  ])('%s: %s', async (kind, _what, last) => {
    const child = fork(new URL('./drain-child.ts', import.meta.url), [kind], {
      execArgv: ['--conditions', '@oncely/source'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const told: unknown[] = [];
    child.on('message', (message) => {
      told.push(message);
      if (message === 'ready') child.kill('SIGTERM');
    });
    await once(child, 'close');
    expect(told).toEqual(['ready', last]);
  });
});
