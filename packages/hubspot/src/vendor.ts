import type { Permit } from '@oncely/core';
import type { ExchangeEnd } from '@oncely/core/transport';

import type { RequestContextLike } from './context.ts';
import { createCredentials, digestOf } from './credentials.ts';
import { lowered, readBy, sendable, sendBy, type Route } from './route.ts';
import { CredentialsGone, NotAllowed, Unreachable, type Read, type ReadAnswer } from './reading.ts';
import { addressOf, headerOf, type HubSpotRequest, type Said, type SdkCall } from './request.ts';

/** What of the user's client is needed: its public configuration, read at each use since tokens are renewed in it. */
export interface HubSpotLike {
  config: {
    accessToken?: string;
    apiKey?: string;
    developerApiKey?: string;
    basePath?: string;
    defaultHeaders?: Record<string, string>;
    httpAgent?: unknown;
    middleware?: readonly object[];
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- the SDK's own signature
  apiRequest(options?: any): Promise<any>;
}

/** What of a stored request says where it goes and whose it is. */
export type Whose = Pick<HubSpotRequest, 'auth' | 'base' | 'ownKey' | 'portal'>;

/** HubSpot, as a client reaches it now, or as the SDK was about to for one call. */
export interface Vendor {
  base(): string;
  /** @throws CredentialsGone, Unreachable */
  send(request: HubSpotRequest, permit: Permit): Promise<ExchangeEnd>;
  /** Reads as the request was made, each in the time that is left. @throws Unreachable, NotAllowed, CredentialsGone */
  reader(request: Whose, leftMs?: () => number): Read;
  /** The same for a call that the SDK is about to send: with its own address, headers, credentials and agent. */
  of(call: SdkCall): Vendor;
  /** Whose credentials a call brings that are not the client's own, by portal where HubSpot says it; of others nothing. */
  whose(call: SdkCall): Promise<Pick<Said, 'portal' | 'ownKey'>>;
  /** Takes the client's credentials of now for its own, also once it is given others. */
  renewed(): void;
}

const usualBase = 'https://api.hubapi.com';
const readTimeoutMs = 20_000;

export function createVendor(
  client: () => HubSpotLike,
  preview: (client: HubSpotLike) => Promise<RequestContextLike | undefined> = async () => undefined,
  byFetch: () => boolean = () => false,
): Vendor {
  const credentials = createCredentials(client);

  const portalOf = (route: Route): Promise<string | undefined> => {
    const credential = route.headers['authorization'] ?? route.hapikey ?? '';
    return credentials.portalOf(credential, async () => {
      const { status, body } = await readBy(async () => route, readTimeoutMs, 'GET', '/account-info/v3/details').catch(
        (error: unknown) => {
          if (error instanceof NotAllowed || (error instanceof Unreachable && error.refused)) return notTold;
          throw error;
        },
      );
      return status === 200 && body?.portalId !== undefined ? String(body.portalId) : undefined;
    });
  };

  /** As the client would send now, by its configuration and, where others have a say in it, by its middleware. */
  const routeOf = async (request: Whose): Promise<Route> => {
    const { config } = client();
    const shown = (config.middleware?.length ?? 0) > 1 ? await previewed() : undefined;
    const address = request.base ?? addressOf(config.basePath ?? usualBase);
    const headers = { ...lowered(config.defaultHeaders ?? {}), ...(shown ? sendable(shown.getHeaders()) : {}) };
    const agent = shown?.getAgent() ?? config.httpAgent;
    const route: Route = { address, headers, byFetch: byFetch(), ...(agent === undefined ? {} : { agent }) };
    const own = `Bearer ${config.accessToken ?? ''}`;
    const usual = headerOf(config.defaultHeaders ?? {}, 'authorization') ?? own;
    if (request.portal === undefined && request.ownKey === undefined) {
      if (request.auth === 'bearer') return authorized(route, usual);
      const key = config.developerApiKey ?? config.apiKey ?? '';
      return request.auth === 'hapikey'
        ? { ...authorized(route, undefined), hapikey: key }
        : authorized(route, undefined);
    }
    const held = credentials.held(request.portal ?? request.ownKey ?? '');
    if (request.auth === 'hapikey') {
      if (held === undefined) throw new CredentialsGone();
      return { ...authorized(route, undefined), hapikey: held };
    }
    // Whoever renews tokens gives the latest; what this process has seen may be over by now.
    for (const each of [headers['authorization'], usual, held]) {
      if (each === undefined || request.portal === undefined) continue;
      const candidate = authorized(route, each);
      if ((await portalOf(candidate)) === request.portal) return candidate;
    }
    if (held === undefined) throw new CredentialsGone();
    return authorized(route, held);
  };

  const previewed = async (): Promise<RequestContextLike | undefined> => {
    try {
      return await preview(client());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Unreachable(`a middleware of the client refuses to send here: ${reason}`, { cause: error });
    }
  };

  const vendorBy = (route: (request: Whose) => Promise<Route>): Vendor => ({
    base: () => client().config.basePath ?? usualBase,
    send: async (request, permit) => sendBy(await route(request), request, permit),
    reader:
      (request, leftMs = () => readTimeoutMs) =>
      (method, path, body) =>
        readBy(() => route(request), Math.min(readTimeoutMs, leftMs()), method, path, body),
    of: (call) => vendorBy(async () => routeOfCall(call, byFetch())),
    whose: async (call) => {
      const { credential } = call;
      if (credential === undefined || credentials.isClients(credential)) return {};
      const portal = await portalOf(routeOfCall(call, byFetch()));
      const ownKey = digestOf(credential);
      credentials.hold(portal ?? ownKey, credential);
      return portal === undefined ? { ownKey } : { portal };
    },
    renewed: () => credentials.renewed(),
  });

  credentials.renewed();
  return vendorBy(routeOf);
}

const notTold: ReadAnswer = { status: 403, body: undefined };

function routeOfCall({ address, headers, auth, credential, agent }: SdkCall, byFetch: boolean): Route {
  return {
    address,
    byFetch,
    headers: sendable(headers),
    ...(auth === 'hapikey' && credential !== undefined ? { hapikey: credential } : {}),
    ...(agent === undefined ? {} : { agent }),
  };
}

function authorized({ headers, ...route }: Route, authorization: string | undefined): Route {
  const { authorization: _other, ...rest } = headers as Record<string, string>;
  return { ...route, headers: authorization === undefined ? rest : { ...rest, authorization } };
}
