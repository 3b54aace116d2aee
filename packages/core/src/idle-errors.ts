import type { EventEmitter } from 'node:events';

const ignore = (): void => undefined;

/**
 * Keeps a store's client from ending the process. The end of a line on which nothing is asked, as by a restart or
 * failover of the server, is an `error` event of it, which Node throws where nobody listens. Here the next command tells.
 * Who listens already is left alone.
 */
export function outliveIdleErrors(client: unknown): void {
  const { on, listenerCount } = client as Partial<EventEmitter>;
  if (typeof on !== 'function' || typeof listenerCount !== 'function') return;
  if (Number(listenerCount.call(client, 'error')) === 0) on.call(client, 'error', ignore);
}
