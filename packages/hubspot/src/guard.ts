import { OncelyError } from '@oncely/core';

import type { RequestContextLike } from './context.ts';
import { isOfHooked, wrongClient } from './hook.ts';
import { isWrite } from './operations.ts';
import { addressOf } from './request.ts';
import type { HubSpotLike } from './vendor.ts';

export interface Guard {
  pre(context: unknown): unknown;
  post(context: unknown): unknown;
}

/**
 * The middleware by which a client is known to be ours. Writes are caught behind it, at the transport; what it stops is
 * a write of another client that was built with it, which nothing would catch.
 */
export function createGuard(): Guard {
  return {
    pre: (given) => {
      const context = given as RequestContextLike;
      const { pathname } = new URL(context.getUrl());
      if (!isOfHooked(context) && isWrite(context.getHttpMethod(), pathname)) {
        throw new OncelyError('invalid_config', {
          message:
            "HubSpot: a write of a client that was built with Oncely's config and is not the one that the builder gave. Nothing was sent.",
          fix: 'write by oncely.clients; build other clients without that config',
        });
      }
      return context;
    },
    post: (context) => context,
  };
}

/** @throws OncelyError `invalid_config` where what the builder gave is not under the ledger, so its writes would not be. */
export function refuseOtherClient(client: unknown, guard: Guard): asserts client is HubSpotLike {
  const { config, apiRequest } = (client ?? {}) as Partial<HubSpotLike>;
  if (typeof config !== 'object' || config === null || typeof apiRequest !== 'function' || !leadsToParts(client)) {
    throw wrongClient(
      'what the builder gave is no Client of @hubspot/api-client (a mock, or nothing at all), so its writes would not be remembered',
      'oncelyHubspot((config) => new Client({ accessToken, ...config })); in tests give it a basePath of a fake',
    );
  }
  const middleware: unknown = config.middleware;
  const carried =
    Array.isArray(middleware) && middleware.some((each) => (each as Partial<Guard> | undefined)?.pre === guard.pre);
  if (!carried) {
    const own = Array.isArray(middleware) && middleware.length > 0;
    throw wrongClient(
      own
        ? "the client has a `middleware` of its own in the place of Oncely's, so its writes would not be remembered"
        : 'the builder did not use the config that it is given, so the writes of its client would not be remembered',
      own
        ? 'new Client({ ...config, middleware: [yours, ...config.middleware] })'
        : 'oncelyHubspot((config) => new Client({ accessToken, ...config }))',
    );
  }
  if (config.basePath !== undefined) addressOf(config.basePath);
}

/** The SDK's class leads to its parts by getters. */
function leadsToParts(client: unknown): boolean {
  if (typeof client !== 'object' || client === null) return false;
  for (let at = Object.getPrototypeOf(client) as object | null; at !== null; at = Object.getPrototypeOf(at) as object) {
    if (typeof Object.getOwnPropertyDescriptor(at, 'crm')?.get === 'function') return true;
  }
  return Object.getOwnPropertyDescriptor(client, 'crm')?.get !== undefined;
}
