import { canonicalForm } from './stripe-form.ts';
import type { FormRecord } from './stripe-form.ts';

/** What was answered first under a key. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

/** What the key layer says to a request. */
export type KeyVerdict =
  | { readonly kind: 'new' }
  | { readonly kind: 'in_use' }
  | { readonly kind: 'other_params' }
  | { readonly kind: 'other_endpoint'; readonly endpoint: string }
  | ({ readonly kind: 'replay' } & StoredAnswer);

export interface KeyRequest {
  readonly account: string;
  readonly key: string;
  readonly endpoint: string;
  readonly params: FormRecord;
}

/**
 * Stripe's v1 idempotency keys, one namespace an account: the first answer is kept from the beginning of the execution,
 * 500s included, and replayed until the key is pruned. https://docs.stripe.com/api/idempotent_requests
 */
export interface KeyStore {
  /** Takes the key for a new request, or says why not. */
  begin(request: KeyRequest): KeyVerdict;
  /** Keeps the answer of the request that took the key. */
  store(request: KeyRequest, answer: StoredAnswer): void;
  /** Gives the key back as if it had never been used: the request failed validation. */
  release(request: KeyRequest): void;
}

export function createKeyStore(options: { now: () => number; windowMs: number; pruning: boolean }): KeyStore {
  interface Entry {
    readonly endpoint: string;
    readonly params: string;
    readonly at: number;
    answer: StoredAnswer | undefined;
  }
  const entries = new Map<string, Entry>();
  const nameOf = ({ account, key }: KeyRequest): string => JSON.stringify([account, key]);

  return {
    begin(request) {
      const name = nameOf(request);
      const params = canonicalForm(request.params);
      const entry = entries.get(name);
      const isPruned = options.pruning && entry?.answer && options.now() - entry.at >= options.windowMs;
      if (!entry || isPruned) {
        entries.set(name, { endpoint: request.endpoint, params, at: options.now(), answer: undefined });
        return { kind: 'new' };
      }
      if (entry.endpoint !== request.endpoint) return { kind: 'other_endpoint', endpoint: entry.endpoint };
      if (entry.params !== params) return { kind: 'other_params' };
      return entry.answer ? { kind: 'replay', ...entry.answer } : { kind: 'in_use' };
    },
    store(request, answer) {
      const entry = entries.get(nameOf(request));
      if (entry) entry.answer = answer;
    },
    release(request) {
      entries.delete(nameOf(request));
    },
  };
}
