import {
  createOncely,
  defineAdapter,
  defineOperation,
  type Ledger,
  type Oncely,
  type OncelyOptions,
  type Verdict,
} from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';

/** A vendor in this process that counts what happened; how the next calls end is scripted. */
export interface TestVendor {
  readonly happened: { readonly operation: string; readonly parameters: Readonly<Record<string, unknown>> }[];
  readonly script: ((commit: () => Verdict) => Verdict | Promise<Verdict>)[];
  sends: number;
  /** Whether it no longer shows what it was given. */
  forgets: boolean;
}

export interface TestClient {
  write(name: string, parameters: Readonly<Record<string, unknown>>, own?: string): Promise<{ readonly id: string }>;
}

export type TestOncely = Oncely<{ readonly shop: ReturnType<typeof testAdapter> }>;

export function testAdapter(vendor: TestVendor): ReturnType<typeof defineAdapter<TestClient, 'one'>> {
  const send = async (stored: string): Promise<Verdict> => {
    vendor.sends += 1;
    const request = JSON.parse(stored) as { operation: string; parameters: Record<string, unknown> };
    const commit = (): Verdict => {
      vendor.happened.push(request);
      const id = `o_${vendor.happened.length}`;
      return {
        evidence: 'accepted',
        vendorId: id,
        response: { status: 200, headers: {}, body: JSON.stringify({ id }) },
      };
    };
    return (vendor.script.shift() ?? ((ok) => ok()))(commit);
  };
  return defineAdapter<TestClient, 'one'>({
    vendor: 'shop',
    accounts: 'one',
    connect: (runtime) => {
      const client: TestClient = {
        write: async (name, parameters, own) => {
          const operation = defineOperation({
            name: `shop.${name}`,
            safety: { kind: 'keyed', windowMs: 1_000_000 },
            landingBoundMs: 50,
            wording: ['text'],
          });
          const response = await runtime.perform({
            operation,
            parameters,
            ...(own === undefined ? {} : { name: own }),
            prepare: (keys) => JSON.stringify({ operation: operation.name, parameters, key: keys.key }),
            send: async (request, permit) => {
              permit.check();
              return send(request);
            },
            passThrough: async () => {
              const verdict = await send(JSON.stringify({ operation: operation.name, parameters }));
              return verdict.evidence === 'accepted' ? verdict.response : { status: 500, headers: {}, body: '{}' };
            },
          });
          if (response.status >= 400) throw Object.assign(new Error('declined'), { status: response.status });
          return JSON.parse(response.body) as { id: string };
        },
      };
      return {
        client,
        resend: async (target, permit) => {
          permit.check();
          return send(target.request);
        },
        probe: async () => ({ kind: 'cannot_know', reason: 'the shop tells nothing' }),
        restore: async (target) => {
          if (vendor.forgets) throw new Error('the shop shows it no more');
          return { status: 200, headers: {}, body: JSON.stringify({ id: target.vendorId, restored: true }) };
        },
        compensate: async ({ operation, vendorId }) =>
          operation === 'shop.shout'
            ? { kind: 'impossible', why: 'what was said stays said' }
            : { kind: 'write', operation: 'shop.undo', run: () => client.write('undo', { of: vendorId }) },
      };
    },
  });
}

function createVendor(): TestVendor {
  return { happened: [], script: [], sends: 0, forgets: false };
}

export interface Shop {
  readonly vendor: TestVendor;
  readonly ledger: Ledger;
  /** A fresh runtime on the same ledger and vendor, as after a restart. */
  start(options?: Partial<Omit<OncelyOptions<Record<never, never>>, 'ledger' | 'clients'>>): TestOncely;
}

export function openShop(ledger: Ledger = memoryLedger()): Shop {
  const vendor = createVendor();
  return {
    vendor,
    ledger,
    start: (options = {}) =>
      createOncely({
        waitMs: 2_000,
        drainOnSigterm: false,
        ...options,
        ledger,
        clients: { shop: testAdapter(vendor) },
      }),
  };
}

export const desk = { businessId: 'invoice_1', workflowId: 'desk' } as const;

export const lost = (commit: () => Verdict): Verdict => {
  commit();
  return { evidence: 'unknown', reason: 'ECONNRESET' };
};

export const declined = (): Verdict => ({
  evidence: 'rejected',
  reason: 'declined',
  response: { status: 402, headers: {}, body: '{}' },
});
