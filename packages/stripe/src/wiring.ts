import type { Agent } from 'node:http';

import { OncelyError } from '@oncely/core';

import { usualCarrier, type StripeHttpClient } from './reads.ts';
import { apiBases } from './request.ts';

/** What a client of the SDK, of any version since 18, says of its own configuration. */
interface Configured {
  getApiField?(name: string): unknown;
}

/**
 * Refuses a client whose requests do not come to ours, for its writes would be made twice without a word. A client
 * around ours is good where it hands a request on at once; nothing is sent to find out.
 *
 * @throws OncelyError `invalid_config`
 */
export function mustCarry(client: object, ours: StripeHttpClient, reaches: (ask: () => void) => boolean): void {
  const used = fieldOf(client, 'httpClient') as Partial<StripeHttpClient> | undefined;
  if (used === ours) return;
  if (typeof used?.makeRequest !== 'function') {
    throw refused(
      'returned no client of `new Stripe(key, config)`, so that its writes would not come here',
      "give it a real client, over a fake of the vendor in tests (startStripeFake of '@oncely/testing/fakes/stripe', or a tool that patches HTTP)",
    );
  }
  const { makeRequest } = used;
  const reached = reaches(() => {
    // An address that neither a URL nor a socket takes: what does not come to us goes nowhere.
    void Promise.resolve(
      makeRequest.call(used, 'oncely asks', 'oncely', '/v1/account', 'GET', {}, '', 'http', 1) as unknown,
    ).catch(() => undefined);
  });
  if (reached) return;
  throw refused(
    'returned a client that does not carry its requests by the `httpClient` of the config it was given, so that its writes would be made twice',
    'build it as oncelyStripe((config) => new Stripe(key, { ...yours, ...config })), with ours last; give an HTTP client of yours as oncelyStripe(build, { httpClient }), or hand each request on to config.httpClient at once',
  );
}

/** What the user's own options would carry their requests by. */
export interface UsersCarrier {
  readonly httpClient?: StripeHttpClient;
  /** The agent of a client of the SDK's own for Node. */
  readonly agent?: Agent;
}

/**
 * An `httpClient` that stands before ours among the user's options, where ours overrides it without a word: learned from
 * a client that is built without ours. Where theirs stands around ours it hands on to us, and there is nothing to learn.
 */
export function usersCarrier(client: object, ours: StripeHttpClient, build: () => object): UsersCarrier {
  if (fieldOf(client, 'httpClient') !== ours) return {};
  const usual = usualCarrier(client);
  let used: Partial<StripeHttpClient> | undefined;
  try {
    used = fieldOf(build(), 'httpClient') as typeof used;
  } catch {
    // A builder that cannot do without ours has no other.
    return {};
  }
  if (usual === undefined || typeof used?.makeRequest !== 'function') return {};
  if (used.constructor !== usual.constructor || Object.hasOwn(used, 'makeRequest')) {
    return { httpClient: used as StripeHttpClient };
  }
  const { _agent: agent } = used as { _agent?: Agent };
  return agent === undefined || agent === null ? {} : { agent };
}

/** What authorizes the calls of a client that bring no credential of their own, in every version of the SDK. */
interface Authorizing {
  _authenticator?: unknown;
}

/**
 * Tells by the headers of a call whether the client authorized it by itself, however often its credentials are renewed.
 * Where that cannot be told nobody is taken for it.
 */
export function ownCalls(client: object): (headers: object) => boolean {
  const own = new WeakSet<object>();
  const { _authenticator: theirs } = client as Authorizing;
  if (typeof theirs !== 'function') return () => false;
  const marking = (request: { readonly headers: object }): Promise<unknown> =>
    (theirs as (given: object) => Promise<unknown>)(request).then((done) => {
      own.add(request.headers);
      return done;
    });
  (client as Authorizing)._authenticator = Object.assign(marking, theirs);
  return (headers) => own.has(headers);
}

/** How `rawRequest` is told of a host: by its name since stripe 22, and by the host itself before. */
export function baseOf(client: object, apiBase: string | undefined): { apiBase?: string; host?: string } {
  if (apiBase === undefined) return {};
  const { VERSION: version } = client as { VERSION?: unknown };
  if (!(Number.parseInt(String(version), 10) < 22)) return { apiBase };
  const [host] = Object.entries(apiBases).find(([, name]) => name === apiBase) ?? [];
  return host === undefined ? {} : { host };
}

/** The SDK's `httpAgent`, which it uses only in a client of its own. */
export function agentOf(client: object): Agent | undefined {
  return (fieldOf(client, 'agent') ?? undefined) as Agent | undefined;
}

function fieldOf(client: object, name: string): unknown {
  return (client as Configured).getApiField?.(name);
}

function refused(what: string, fix: string): OncelyError {
  return new OncelyError('invalid_config', { message: `oncelyStripe: the builder ${what}. Nothing was sent.`, fix });
}
