/** An adapter of a vendor that answers at once, so that only what Oncely does itself is measured. */
import { createOncely, defineAdapter, defineOperation, type Adapter, type Ledger, type Verdict } from '@oncely/core';

interface LocalClient {
  create(parameters: Readonly<Record<string, unknown>>): Promise<unknown>;
}

const operation = defineOperation({
  name: 'local.things.create',
  safety: { kind: 'keyed', windowMs: 86_400_000 },
  landingBoundMs: 60_000,
});

// About as long as a vendor's object.
const body = JSON.stringify({
  id: 'thing_1',
  metadata: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`field_${n}`, `${n} `.repeat(8)])),
});

const accepted: Verdict = {
  evidence: 'accepted',
  response: { status: 200, headers: { 'content-type': 'application/json' }, body },
  vendorId: 'thing_1',
};

const localAdapter: Adapter<LocalClient, 'one'> = defineAdapter({
  vendor: 'local',
  accounts: 'one',
  connect: (runtime) => ({
    client: {
      create: async (parameters) => {
        const response = await runtime.perform({
          operation,
          parameters,
          prepare: ({ key, marker }) => JSON.stringify({ ...parameters, key, marker }),
          send: async (_request, permit) => {
            permit.check();
            return accepted;
          },
          passThrough: () => Promise.reject(new Error('nothing is sent outside of a scope here')),
        });
        return JSON.parse(response.body) as unknown;
      },
    },
    resend: async (_target, permit) => {
      permit.check();
      return accepted;
    },
    probe: async () => ({ kind: 'absent' }),
    restore: () => Promise.reject(new Error('nothing is left out here')),
  }),
});

/** Effects through the whole runner. A number that was performed before is replayed. */
export function localEffects(
  ledger: Ledger,
  of: (number: number) => { readonly businessId?: string; readonly effect?: string } = () => ({}),
): {
  readonly perform: (number: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
} {
  const oncely = createOncely({ ledger, clients: { local: localAdapter }, drainOnSigterm: false });
  const { local } = oncely.clients;
  return {
    perform: (number) => {
      const { businessId = `case_${number}`, effect = 'thing' } = of(number);
      return oncely.scope({ businessId, workflowId: 'bench' }, () =>
        oncely.effect(effect, () => local.create({ name: `thing ${number}`, amount: number })),
      );
    },
    close: () => oncely.close(),
  };
}
