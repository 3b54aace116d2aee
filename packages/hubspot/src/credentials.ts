import { createHash } from 'node:crypto';

import { headerOf } from './request.ts';
import type { HubSpotLike } from './vendor.ts';

/**
 * Which credentials are the client's own, and what is known of others: in this process only, and as digests where that
 * is enough.
 */
export interface Credentials {
  renewed(): void;
  isClients(credential: string): boolean;
  /** The portal of a credential, asked for once by `ask`; what rejects is asked for again. */
  portalOf(credential: string, ask: () => Promise<string | undefined>): Promise<string | undefined>;
  hold(whose: string, credential: string): void;
  held(whose: string): string | undefined;
}

/** Tokens are renewed some times an hour, and a call begun with one may still be on its way. */
const most = 1_000;

export function createCredentials(client: () => HubSpotLike): Credentials {
  const clients = new Map<string, true>();
  const portals = new Map<string, Promise<string | undefined>>();
  const own = new Map<string, string>();

  const renewed = (): void => {
    const { accessToken, apiKey, developerApiKey, defaultHeaders } = client().config;
    const usual = headerOf(defaultHeaders ?? {}, 'authorization');
    for (const each of [accessToken && `Bearer ${accessToken}`, apiKey, developerApiKey, usual]) {
      if (each !== undefined && each !== '') put(clients, digestOf(each), true);
    }
  };

  return {
    renewed,
    isClients: (credential) => {
      renewed();
      return clients.has(digestOf(credential));
    },
    portalOf: (credential, ask) => {
      const digest = digestOf(credential);
      const known = portals.get(digest);
      if (known) return known;
      const asked = ask();
      put(portals, digest, asked);
      asked.catch(() => portals.delete(digest));
      return asked;
    },
    hold: (whose, credential) => put(own, whose, credential),
    held: (whose) => own.get(whose),
  };
}

/** A token is long and random, so its digest tells nothing. */
export function digestOf(credential: string): string {
  return createHash('sha256').update(credential).digest('hex').slice(0, 16);
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
