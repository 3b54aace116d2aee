import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/**
 * The attempt tokens of a process: given to `createOncely` as `token`, and known again wherever an adapter is called
 * for an attempt. Tokens are permissions, so adapters are not told of them; a history has to be.
 */
export interface AttemptTokens {
  readonly next: () => string;
  /** The token under which the calling code runs. To be asked before anything is awaited. */
  readonly current: () => string;
}

export function attemptTokens(process: string): AttemptTokens {
  const running = new AsyncLocalStorage<string>();
  return {
    next: () => {
      const token = `${process}/${randomUUID()}`;
      // The runner asks for a token in the context in which it later sends.
      running.enterWith(token);
      return token;
    },
    current: () => running.getStore() ?? 'none',
  };
}
