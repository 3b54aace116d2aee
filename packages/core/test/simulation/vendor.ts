import type { WireResponse } from '@oncely/core';

import type { Scheduler } from './scheduler.ts';

/** One request as it arrives at the simulated vendor. */
export interface VendorRequest {
  readonly operation: string;
  readonly key: string;
  readonly marker: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The attempt that it was sent under, to see that each sends once. */
  readonly attempt: number;
}

export interface VendorEffect extends VendorRequest {
  readonly id: string;
  readonly at: number;
}

/** How one exchange goes. */
export type Fate =
  | 'ok'
  | 'refused'
  | 'lost_before'
  | 'lost_after'
  | 'lands_late'
  | 'rate_limited'
  | 'stored_500'
  | 'rejected'
  | 'wrong_gateway';

/** A vendor with an idempotency layer (for operations that use it) and a look-up by marker. It counts the truth. */
export interface Vendor {
  readonly effects: VendorEffect[];
  readonly requests: VendorRequest[];
  /** The next fates; `ok` when none is left. */
  readonly script: Fate[];
  /** Where the script is empty. */
  fate: () => Fate;
  /** A request arrives. */
  arrive(request: VendorRequest, options: { keyed: boolean; fate: Fate }): WireResponse;
  find(marker: string): readonly VendorEffect[];
}

export function createVendor(scheduler: Scheduler): Vendor {
  const effects: VendorEffect[] = [];
  const requests: VendorRequest[] = [];
  const stored = new Map<string, { response: WireResponse; said: string }>();

  return {
    effects,
    requests,
    script: [],
    fate: () => 'ok',
    arrive: (request, { keyed, fate }) => {
      requests.push(request);
      const said = JSON.stringify([request.operation, request.parameters]);
      const before = keyed ? stored.get(request.key) : undefined;
      if (before) {
        if (before.said !== said) return answer(400, { error: 'idempotency' });
        return { ...before.response, headers: { replayed: 'true' } };
      }
      const response = execute(request, fate);
      if (keyed) stored.set(request.key, { response, said });
      return response;
    },
    find: (marker) => effects.filter((effect) => effect.marker === marker),
  };

  function execute(request: VendorRequest, fate: Fate): WireResponse {
    if (fate === 'rejected') return answer(402, { error: 'declined' });
    if (fate === 'stored_500') return answer(500, { error: 'internal' });
    const effect: VendorEffect = { ...request, id: `v_${effects.length + 1}`, at: scheduler.now() };
    effects.push(effect);
    return answer(200, { id: effect.id });
  }
}

function answer(status: number, body: unknown): WireResponse {
  return { status, headers: {}, body: JSON.stringify(body) };
}
