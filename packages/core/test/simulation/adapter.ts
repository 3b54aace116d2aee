import {
  defineAdapter,
  defineOperation,
  type Adapter,
  type Operation,
  type Permit,
  type Verdict,
  type WireResponse,
} from '@oncely/core';
import { markersIn } from '@oncely/core/adapter';

import type { Process, Scheduler } from './scheduler.ts';
import type { Fate, Vendor, VendorRequest } from './vendor.ts';

export const landingBoundMs = 400;
/** How long a client waits for an answer before it gives the request up. */
const patienceMs = 200;

const operations = {
  pay: operation('sim.pay', { kind: 'keyed', windowMs: 3_600_000 }),
  post: operation('sim.post', { kind: 'probed' }),
  mail: operation('sim.mail', { kind: 'unverifiable' }),
} as const;

export type SimOperation = keyof typeof operations;

export interface SimClient {
  write(operation: SimOperation, parameters: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
}

/** An adapter over the simulated vendor and network, in one process. */
export function simAdapter(scheduler: Scheduler, vendor: Vendor, process: Process): Adapter<SimClient, 'one'> {
  let attempts = 0;

  const exchange = async (stored: string, permit: Permit): Promise<Verdict> => {
    const request = { ...(JSON.parse(stored) as Omit<VendorRequest, 'attempt'>), attempt: (attempts += 1) };
    const fate: Fate = vendor.script.shift() ?? vendor.fate();
    await scheduler.after(latency(scheduler), process);
    if (fate === 'refused') return { evidence: 'not_applied', reason: 'ECONNREFUSED', neverSent: true };
    permit.check();
    // Beyond this line the request is on its way whatever becomes of the process.
    const keyed = request.operation === 'sim.pay';
    const arriving = transit(request, fate, keyed);
    const response = await Promise.race([
      arriving.then((reply) => reply ?? scheduler.after(patienceMs, process).then(() => undefined)),
      scheduler.after(Math.min(patienceMs, permit.remainingMs()), process).then(() => undefined),
    ]);
    if (!response) return { evidence: 'unknown', reason: 'timeout' };
    return classify(response, keyed);
  };

  /** The network and the vendor, outside of any process. */
  const transit = (request: VendorRequest, fate: Fate, keyed: boolean): Promise<WireResponse | undefined> =>
    new Promise((resolve) => {
      const reply = (response: WireResponse | undefined): void => {
        void scheduler.after(latency(scheduler), process).then(() => resolve(response));
      };
      const lands = fate === 'lands_late' ? patienceMs + scheduler.random() * landingBoundMs * 0.9 : latency(scheduler);
      scheduler.later(lands, () => {
        switch (fate) {
          case 'lost_before':
          case 'refused':
            reply(undefined);
            return;
          case 'rate_limited':
            reply({ status: 429, headers: {}, body: '{"error":"rate_limited"}' });
            return;
          case 'lost_after':
          case 'lands_late':
            vendor.arrive(request, { keyed, fate });
            reply(undefined);
            return;
          case 'wrong_gateway':
            vendor.arrive(request, { keyed, fate });
            reply({ status: 502, headers: {}, body: '<html>' });
            return;
          case 'ok':
          case 'rejected':
          case 'stored_500':
            reply(vendor.arrive(request, { keyed, fate }));
        }
      });
    });

  return defineAdapter<SimClient, 'one'>({
    vendor: 'sim',
    accounts: 'one',
    connect: (runtime) => ({
      client: {
        write: async (name, parameters) => {
          const of = operations[name];
          const response = await runtime.perform({
            operation: of,
            parameters,
            prepare: (keys) => JSON.stringify({ operation: of.name, key: keys.key, marker: keys.marker, parameters }),
            send: exchange,
            passThrough: () => Promise.reject(new Error('not in the simulation')),
          });
          if (response.status !== 200)
            throw Object.assign(new Error(`vendor ${response.status}`), { status: response.status });
          return JSON.parse(response.body) as Record<string, unknown>;
        },
      },
      resend: (target, permit) => exchange(target.request, permit),
      rekey: (request, { key }) => JSON.stringify({ ...(JSON.parse(request) as object), key }),
      probe: async (target) => {
        await scheduler.after(latency(scheduler), process);
        if (target.operation === 'sim.mail') return { kind: 'cannot_know', reason: 'mail' };
        const matches = markersIn(target).flatMap((marker) => vendor.find(marker));
        await scheduler.after(latency(scheduler), process);
        if (matches.length === 0) return { kind: 'absent' };
        return {
          kind: 'found',
          matches: matches.map((each) => ({
            vendorId: each.id,
            response: { status: 200, headers: {}, body: JSON.stringify({ id: each.id }) },
          })),
        };
      },
      restore: (target) => Promise.resolve({ status: 200, headers: {}, body: JSON.stringify({ id: target.vendorId }) }),
    }),
  });
}

function classify(response: WireResponse, keyed: boolean): Verdict {
  const replayed = response.headers['replayed'] === 'true';
  switch (response.status) {
    case 200:
      return { evidence: 'accepted', response, vendorId: (JSON.parse(response.body) as { id: string }).id };
    case 402:
      return { evidence: 'rejected', response, reason: 'declined', speaksForKey: replayed };
    case 429:
      return { evidence: 'not_applied', reason: 'rate_limited', retryAfterMs: 50, response };
    case 500:
      return { evidence: 'unknown', reason: 'internal', ...(replayed && keyed ? { keyBurned: true } : {}) };
    default:
      return { evidence: 'unknown', reason: `http_${response.status}` };
  }
}

function operation(name: string, safety: Operation['safety']): Operation {
  return defineOperation({ name, safety, landingBoundMs, wording: ['text'] });
}

function latency(scheduler: Scheduler): number {
  return 1 + scheduler.random() * 20;
}
