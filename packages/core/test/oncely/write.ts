import {
  createOncely,
  defineAdapter,
  defineOperation,
  type Oncely,
  type Adapter,
  type Permit,
  type ProbeAnswer,
  type SafetyClass,
  type Target,
  type Verdict,
  type WireResponse,
} from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';

import { desk } from './vendor.ts';

export interface WriteClient {
  write(parameters?: Readonly<Record<string, unknown>>): Promise<void>;
}

/** How the vendor of one operation behaves; what is left out goes well. */
export interface Writes {
  readonly safety: SafetyClass;
  readonly landingBoundMs?: number;
  connect?: (account: string) => void;
  send?: (account: string, permit: Permit) => Verdict | Promise<Verdict>;
  probe?: (target?: Target) => Promise<ProbeAnswer>;
  restore?: () => Promise<WireResponse>;
  sends: number;
}

export const keyed = { kind: 'keyed', windowMs: 100_000_000 } as const;

export const accepted: Verdict = { evidence: 'accepted', response: { status: 200, headers: {}, body: '{}' } };
export const unknown: Verdict = { evidence: 'unknown', reason: 'ECONNRESET' };

/** An adapter of one operation with any safety class and any number of accounts. */
export function writeAdapter(vendor: Writes): Adapter<WriteClient, 'many'> {
  const operation = defineOperation({
    name: 'desk.write',
    safety: vendor.safety,
    landingBoundMs: vendor.landingBoundMs ?? 0,
  });
  return defineAdapter<WriteClient, 'many'>({
    vendor: 'desk',
    accounts: 'many',
    connect: (runtime, account) => {
      vendor.connect?.(account);
      const send = async (permit: Permit): Promise<Verdict> => {
        permit.check();
        vendor.sends += 1;
        return vendor.send?.(account, permit) ?? accepted;
      };
      return {
        client: {
          write: async (parameters = {}) => {
            const { status } = await runtime.perform({
              operation,
              parameters,
              prepare: ({ key, marker }) => JSON.stringify({ ...parameters, key, marker }),
              send: (_request, permit) => send(permit),
              passThrough: () => Promise.reject(new Error('not in these tests')),
            });
            if (status >= 400) throw new Error(`vendor ${status}`);
          },
        },
        resend: (_target, permit) => send(permit),
        probe: (target) =>
          vendor.probe?.(target) ?? Promise.resolve({ kind: 'cannot_know', reason: 'nobody can look' }),
        restore: () => vendor.restore?.() ?? Promise.reject(new Error('nothing to read')),
      };
    },
  });
}

type WritesOncely = Oncely<{ readonly vendor: ReturnType<typeof writeAdapter> }>;
type Act = (fn: (client: WriteClient) => Promise<void>, options?: object) => Promise<unknown>;

export function startWrites(
  vendor: Writes,
  options: Partial<Parameters<typeof createOncely>[0]> = {},
): { oncely: WritesOncely; act: Act } {
  const oncely = createOncely({
    drainOnSigterm: false,
    waitMs: 2_000,
    ledger: memoryLedger(),
    ...options,
    clients: { vendor: writeAdapter(vendor) },
  });
  return {
    oncely,
    act: (fn, effect = {}) =>
      oncely
        .scope(desk, () => oncely.effect('refund', effect, () => fn(oncely.clients.vendor('a'))))
        .catch((error: unknown) => error),
  };
}
