import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/**
 * The attempt tokens of a process: given to `createOncely` as `token`, and known again wherever an adapter is called
 * for an attempt. Tokens are permissions, so adapters are told neither them nor the slot; a history has to be.
 */
export interface AttemptTokens {
  readonly next: () => string;
  /** The token and slot for which the calling code runs. To be asked before anything is awaited. */
  readonly current: () => { readonly token: string; readonly slot: string };
  /** Notes which slot the calling code is about; `recordLedger` does, at each read and write. */
  readonly about: (slot: string) => void;
}

export function attemptTokens(process: string): AttemptTokens {
  const running = new AsyncLocalStorage<{ readonly token: string; slot: string }>();
  return {
    next: () => {
      const token = `${process}/${randomUUID()}`;
      // The runner asks for a token in the context in which it later reads, writes and sends.
      running.enterWith({ token, slot: running.getStore()?.slot ?? '' });
      return token;
    },
    current: () => running.getStore() ?? { token: 'none', slot: '' },
    about: (slot) => {
      const store = running.getStore();
      if (store) store.slot = slot;
    },
  };
}
