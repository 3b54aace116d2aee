import {
  createOncely,
  defineAdapter,
  defineOperation,
  type Ledger,
  type Oncely,
  type Permit,
  type SafetyClass,
  type Verdict,
} from '@oncely/core';

export type Kind = SafetyClass['kind'];

interface Client {
  write(kind: Kind, parameters: { readonly to: string }): Promise<{ readonly id: string }>;
}

/** The truth at the vendor: what happened, by operation and key. */
export interface TrueVendor {
  readonly effects: { readonly kind: Kind; readonly key: string; readonly to: string }[];
  requests: number;
}

const safeties: Readonly<Record<Kind, SafetyClass>> = {
  keyed: { kind: 'keyed', windowMs: 3_600_000 },
  constrained: { kind: 'constrained' },
  natural: { kind: 'natural' },
  probed: { kind: 'probed' },
  unverifiable: { kind: 'unverifiable' },
};
export const kinds = Object.keys(safeties) as Kind[];

function adapterOf(vendor: TrueVendor): ReturnType<typeof defineAdapter<Client, 'one'>> {
  const found = (kind: string, key: string) => {
    const at = vendor.effects.findIndex((effect) => effect.kind === kind && effect.key === key);
    return at < 0 ? undefined : `${kind}_${at}`;
  };
  const answer = (id: string) => ({ status: 200, headers: {}, body: JSON.stringify({ id }) });
  const send = async (stored: string, permit: Permit): Promise<Verdict> => {
    permit.check();
    vendor.requests += 1;
    const request = JSON.parse(stored) as { kind: Kind; key: string; to: string };
    const { kind, key } = request;
    // Keys and unique constraints are the vendor's own memory; the others do again what they are asked.
    const before = kind === 'keyed' || kind === 'constrained' ? found(kind, key) : undefined;
    if (before === undefined) vendor.effects.push(request);
    const id = before ?? `${kind}_${vendor.effects.length - 1}`;
    return { evidence: 'accepted', vendorId: id, response: answer(id) };
  };
  return defineAdapter<Client, 'one'>({
    vendor: 'truth',
    accounts: 'one',
    connect: (runtime) => ({
      client: {
        write: async (kind, parameters) => {
          const operation = defineOperation({ name: `truth.${kind}`, safety: safeties[kind], landingBoundMs: 100 });
          const { body } = await runtime.perform({
            operation,
            parameters,
            prepare: ({ key, marker }) => JSON.stringify({ kind, key, marker, ...parameters }),
            send,
            passThrough: () => Promise.reject(new Error('not in these tests')),
          });
          return JSON.parse(body) as { id: string };
        },
      },
      resend: (target, permit) => send(target.request, permit),
      probe: async ({ operation, key }) => {
        const kind = operation.slice('truth.'.length);
        if (kind === 'unverifiable') return { kind: 'cannot_know', reason: 'nobody can look' };
        const id = found(kind, key);
        return id === undefined
          ? { kind: 'absent' }
          : { kind: 'found', matches: [{ vendorId: id, response: answer(id) }] };
      },
      restore: ({ vendorId }) => Promise.resolve(answer(vendorId ?? '')),
    }),
  });
}

type TrueOncely = Oncely<{ readonly truth: ReturnType<typeof adapterOf> }>;

/** One process of an agent: does one effect of a kind for a case, and says how it ended. */
export function startAgent(
  vendor: TrueVendor,
  ledger: Ledger,
  leaseMs = 1_500,
  options: { readonly fingerprintKey?: Uint8Array } = {},
): { oncely: TrueOncely; act: (kind: Kind, businessId: string) => Promise<string> } {
  const oncely = createOncely({
    drainOnSigterm: false,
    ...options,
    leaseMs,
    waitMs: 20_000,
    ledger,
    clients: { truth: adapterOf(vendor) },
  });
  return {
    oncely,
    act: async (kind, businessId) => {
      try {
        const { id } = await oncely.scope({ businessId, workflowId: kind }, () =>
          oncely.effect('write', () => oncely.clients.truth.write(kind, { to: businessId })),
        );
        return id;
      } catch (error) {
        return (error as { code?: string }).code ?? String(error);
      }
    },
  };
}
