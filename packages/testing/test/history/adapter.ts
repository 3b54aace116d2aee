import {
  defineAdapter,
  defineOperation,
  type Adapter,
  type Permit,
  type Verdict,
  type WireResponse,
} from '@oncely/core';
import { exchange } from '@oncely/core/transport';

import type { AttemptTokens } from '../../src/history/attempt-token.ts';
import type { Journal } from '../../src/history/journal.ts';
import type { VendorRequest } from './vendor.ts';

const landingBoundMs = 400;

const operations = {
  'hammer.pay': defineOperation({
    name: 'hammer.pay',
    safety: { kind: 'keyed', windowMs: 3_600_000 },
    landingBoundMs,
  }),
  'hammer.post': defineOperation({ name: 'hammer.post', safety: { kind: 'probed' }, landingBoundMs }),
  'hammer.book': defineOperation({ name: 'hammer.book', safety: { kind: 'constrained' }, landingBoundMs }),
} as const;

export type HammerOperation = keyof typeof operations;

export interface HammerClient {
  write(operation: HammerOperation, parameters: { readonly slot: string; readonly amount: number }): Promise<string>;
}

/** The vendor said no, or not now. */
export class HammerVendorError extends Error {
  override readonly name = 'HammerVendorError';
}

/** An adapter that writes down when it begins to send and what it makes of the answer. */
export function hammerAdapter(url: string, journal: Journal, tokens: AttemptTokens): Adapter<HammerClient, 'one'> {
  const send = async (stored: string, permit: Permit): Promise<Verdict> => {
    const token = tokens.current();
    const prepared = JSON.parse(stored) as Omit<VendorRequest, 'token' | 'deadline'>;
    const { slot, operation } = prepared;
    const time = journal.now();
    // Checked here first, so that what is sent can carry the time until which the vendor may take it.
    const watched: Permit = {
      check: () => {
        const began = journal.now();
        permit.check();
        journal.append({ kind: 'sending', slot, token, time: began, until: journal.now() });
      },
      remainingMs: () => permit.remainingMs(),
    };
    const request: VendorRequest = { ...prepared, token, deadline: time + landingBoundMs * 1e6 };
    const end = await exchange({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      timeoutMs: Math.min(250, permit.remainingMs()),
      permit: watched,
    });
    const verdict: Verdict =
      end.kind === 'answered'
        ? classify(end.response, operation)
        : { evidence: end.kind === 'lost' ? 'unknown' : 'not_applied', reason: end.reason };
    journal.append({
      kind: 'verdict',
      slot,
      token,
      evidence: verdict.evidence,
      ...(verdict.evidence === 'rejected' && verdict.speaksForKey === true ? { speaksForKey: true } : {}),
    });
    return verdict;
  };

  return defineAdapter<HammerClient, 'one'>({
    vendor: 'hammer',
    accounts: 'one',
    connect: (runtime) => ({
      client: {
        write: async (name, parameters) => {
          const { status, body } = await runtime.perform({
            operation: operations[name],
            parameters,
            prepare: ({ key, marker }) => {
              journal.append({ kind: 'marked', slot: parameters.slot, marker });
              return JSON.stringify({ operation: name, slot: parameters.slot, key, marker });
            },
            send,
            passThrough: () => Promise.reject(new Error('not in the hammer')),
          });
          if (status !== 200) throw new HammerVendorError(`${status} ${body}`);
          return (JSON.parse(body) as { id: string }).id;
        },
      },
      resend: (target, permit) => send(target.request, permit),
      rekey: (request, { key }) => JSON.stringify({ ...(JSON.parse(request) as object), key }),
      probe: async ({ marker }) => {
        const begun = journal.now();
        let ids: string[];
        try {
          const response = await fetch(`${url}/?marker=${marker}`, { signal: AbortSignal.timeout(1_000) });
          ({ ids } = (await response.json()) as { ids: string[] });
        } catch {
          return { kind: 'unreachable', reason: 'no answer', retryAfterMs: 20 };
        }
        journal.append({ kind: 'probed', marker, begun, found: ids });
        if (ids.length === 0) return { kind: 'absent' };
        return { kind: 'found', matches: ids.map((id) => ({ vendorId: id, response: ok(id) })) };
      },
      restore: async ({ vendorId }) => ok(vendorId ?? ''),
    }),
  });
}

function classify(response: WireResponse, operation: HammerOperation): Verdict {
  const { status, body } = response;
  const { id } = JSON.parse(body) as { id?: string };
  const replayed = response.headers['replayed'] === 'true';
  if (status === 200 || (status === 409 && operation === 'hammer.book')) {
    return { evidence: 'accepted', vendorId: id ?? '', response: ok(id ?? '') };
  }
  if (status === 402) return { evidence: 'rejected', reason: 'declined', response, speaksForKey: replayed };
  if (status === 429) return { evidence: 'not_applied', reason: 'rate_limited', retryAfterMs: 20, response };
  if (status === 409) return { evidence: 'unknown', reason: 'key_in_use', retryAfterMs: 20 };
  const keyBurned = replayed && operation === 'hammer.pay';
  return { evidence: 'unknown', reason: `http_${status}`, ...(keyBurned ? { keyBurned } : {}) };
}

function ok(id: string): WireResponse {
  return { status: 200, headers: {}, body: JSON.stringify({ id }) };
}
