import {
  createOncely,
  defineAdapter,
  defineOperation,
  isOncelyError,
  type Adapter,
  type Ledger,
  type Oncely,
  type Target,
  type Verdict,
} from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { accepted, unknown } from './write.ts';

// What only the vendor can say of a write, and must be kept with its request before the first send.

interface Vendor {
  /** What stands there, and how often it was asked for. */
  standing: string;
  asked: number;
  failing: boolean;
  /** Never answers to what stands there. */
  silent?: boolean;
  readonly sent: { readonly request: string; readonly attempts: number | undefined }[];
  answer: Verdict;
}

interface ShelfClient {
  put(value: string): Promise<void>;
}

const operation = defineOperation({ name: 'shelf.put', safety: { kind: 'natural' }, landingBoundMs: 0 });

function shelf(vendor: Vendor): Adapter<ShelfClient, 'one'> {
  const send = async (request: string, target: Target): Promise<Verdict> => {
    vendor.sent.push({ request, attempts: target.attempts });
    return vendor.answer;
  };
  return defineAdapter<ShelfClient, 'one'>({
    vendor: 'shelf',
    accounts: 'one',
    connect: (runtime) => ({
      client: {
        put: async (value) => {
          await runtime.perform({
            operation,
            parameters: { value },
            prepare: () => value,
            complete: async (request) => {
              vendor.asked += 1;
              if (vendor.silent === true) await new Promise(() => undefined);
              if (vendor.failing) throw new Error('nobody answered');
              return `${request} over ${vendor.standing}`;
            },
            send: (request, permit, target) => {
              permit.check();
              return send(request, target);
            },
            passThrough: () => Promise.reject(new Error('not in these tests')),
          });
        },
      },
      resend: (target, permit) => {
        permit.check();
        return send(target.request, target);
      },
      probe: async () => ({ kind: 'absent' }),
      restore: () => Promise.reject(new Error('nothing to read')),
    }),
  });
}

function start(
  vendor: Vendor,
  ledger: Ledger = memoryLedger(),
  maxAttempts = 5,
): { oncely: Oncely; put: (to: string) => Promise<unknown> } {
  const oncely = createOncely({
    ledger,
    clients: { shelf: shelf(vendor) },
    drainOnSigterm: false,
    waitMs: 2_000,
    maxAttempts,
  });
  const put = (value: string): Promise<unknown> =>
    oncely
      .scope({ businessId: 'b', workflowId: 'w' }, () => oncely.effect('put', () => oncely.clients.shelf.put(value)))
      .catch((error: unknown) => error);
  return { oncely, put };
}

const fresh = (): Vendor => ({ standing: 'old', asked: 0, failing: false, sent: [], answer: accepted });

describe('a write that must know what stands there', () => {
  it('asks once, before the first send, and not for a replay in a fresh process', async () => {
    const vendor = fresh();
    const ledger = memoryLedger();
    await start(vendor, ledger).put('new');
    await start(vendor, ledger).put('new');
    expect(vendor.asked).toBe(1);
    expect(vendor.sent).toEqual([{ request: 'new over old', attempts: 1 }]);
  });

  it('is sent again with what stood there the first time, and told that it is not the first', async () => {
    const vendor = fresh();
    const ledger = memoryLedger();
    vendor.answer = unknown;
    await start(vendor, ledger, 1).put('new');
    vendor.answer = accepted;
    vendor.standing = 'another';
    await start(vendor, ledger).oncely.recover();
    expect(vendor.sent).toEqual([
      { request: 'new over old', attempts: 1 },
      { request: 'new over old', attempts: 2 },
    ]);
    expect(vendor.asked).toBe(1);
  });

  it('is not sent where the vendor does not say, leaves nothing behind, and can be tried again', async () => {
    const vendor = fresh();
    vendor.failing = true;
    const { oncely, put } = start(vendor);
    const error = await put('new');
    expect(isOncelyError(error) && [error.code, error.next]).toEqual(['not_sent', 'retry']);
    expect((error as Error).cause).toMatchObject({ message: 'nobody answered' });
    expect(vendor.sent).toEqual([]);
    expect(await oncely.effects.get('b:w:put')).toBeUndefined();
    vendor.failing = false;
    await put('new');
    expect(vendor.sent).toHaveLength(1);
  });
});

it('a vendor that never says what stands there is waited for no longer than the caller has', async () => {
  const vendor = { ...fresh(), silent: true };
  const { oncely } = start(vendor);
  const put = oncely.scope({ businessId: 'b', workflowId: 'w', deadlineMs: 200 }, () =>
    oncely.effect('put', () => (oncely.clients as { shelf: ShelfClient }).shelf.put('new')),
  );
  await expect(put).rejects.toMatchObject({ code: 'not_sent', next: 'retry' });
  expect(vendor.sent).toEqual([]);
});

it('what has to be done before it can be sent is said by the error', async () => {
  const vendor = fresh();
  vendor.answer = { evidence: 'not_applied', reason: 'no_shelf', environment: true, fix: 'npx shelf build' };
  const error = await start(vendor).put('new');
  expect(error).toMatchObject({ code: 'not_sent', next: 'fix-code' });
  expect((error as Error).message).toContain('npx shelf build');
});
