import { AsyncLocalStorage } from 'node:async_hooks';

import { OncelyError } from '@oncely/core';
import { takeCall, type Call } from '@oncely/core/adapter';

import { heard } from './heard.ts';
import { observable, type ObservableLike, type RequestContextLike, type ResponseContextLike } from './context.ts';
import type { HubSpotLike } from './vendor.ts';

/** A request at the very place where the SDK hands it to its transport: whatever was to change it has. */
export interface Caught {
  readonly context: RequestContextLike;
  /** The path that the SDK's method asked for, before a middleware led it elsewhere; absent where nobody noted it. */
  readonly endpoint?: string;
  /** Whose it is: taken where the method was called; absent where nobody noted it. */
  readonly call?: Call;
  /** Runs in the context in which the method was called, whatever queue it waited in. */
  inside<T>(fn: () => T): T;
  /** Lets the SDK send it, as it does without us. */
  bySdk(): Promise<ResponseContextLike>;
}

export interface Handlers {
  /** Whether the request is for `catch`; every other one is the SDK's alone. */
  takes(context: RequestContextLike, endpoint: string | undefined): boolean;
  catch(caught: Caught): Promise<ResponseContextLike>;
  /** Who hears what a read of this call is answered; `undefined` where nobody does. */
  reads(call: Call | undefined): ((answer: unknown) => void) | undefined;
  /** `raw` is the client's own. */
  apiRequest(given: unknown, raw: (given: unknown) => Promise<unknown>): Promise<unknown>;
  /** The client was given credentials, at its construction or since. */
  renewed(): void;
}

/** What a client that was hooked is led by; another connection of the same account may take its place. */
interface Hook {
  readonly account: string;
  handlers: Handlers;
}

interface Noted extends Made {
  readonly endpoint: string;
}

/** Where a method was called, and for whom. */
interface Made {
  readonly call: Call;
  readonly inside: <T>(fn: () => T) => T;
}

/** The SDK's own parts, as far as they are changed here. Private by their types, and alike since version 13. */
interface Server {
  makeRequestContext(endpoint: string, method: string): RequestContextLike;
}
interface Configuration {
  baseServer: Server;
  httpApi: { send(context: RequestContextLike): ObservableLike<ResponseContextLike> };
  middleware: { pre(context: RequestContextLike): unknown; post(context: ResponseContextLike): unknown }[];
}
type Method = (...given: unknown[]) => unknown;

const hooks = new WeakMap<object, Hook>();
const noted = new WeakMap<object, Noted>();
const parts = new WeakSet<object>();
const configurations = new WeakSet<object>();

/** Whether the request comes from a client that is hooked, so that its writes are caught behind every middleware. */
export function isOfHooked(context: object): boolean {
  return noted.has(context);
}

/**
 * Catches what a client sends, where it is sent. The client stays the SDK's own object: its parts, methods and whatever
 * a test puts in their place are untouched.
 * @throws OncelyError `invalid_config` where it is no client of the SDK, or one of a version that sends otherwise.
 */
export function hookClient(client: HubSpotLike, account: string, handlers: Handlers): void {
  const before = hooks.get(client);
  if (before) {
    if (before.account !== account) {
      throw wrongClient(
        `the builder gave the client of account "${before.account}" for "${account}" as well`,
        'build a client for each account',
      );
    }
    before.handlers = handlers;
    return;
  }
  const hook: Hook = { account, handlers };
  hooks.set(client, hook);
  hookPart(client, hook);
  const raw = client.apiRequest.bind(client) as (given: unknown) => Promise<unknown>;
  const own = { apiRequest: (given: unknown = {}) => hook.handlers.apiRequest(given, raw) };
  Object.defineProperty(client, 'apiRequest', { value: own.apiRequest, writable: true, configurable: true });
}

/** Getters make a part when it is first asked for; each is looked at as it is handed out. */
function hookPart(part: object, hook: Hook): void {
  if (parts.has(part)) return;
  parts.add(part);
  for (const [name, value] of Object.entries(part)) {
    if (name.startsWith('_') || name === 'config') continue;
    if (name.endsWith('Api') && isPart(value)) hookApi(name, value, hook);
    else if (isPart(value)) hookPart(value, hook);
  }
  for (
    let at = Object.getPrototypeOf(part) as object;
    at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (property.get === undefined || Object.hasOwn(part, name)) continue;
      Object.defineProperty(part, name, {
        configurable: true,
        get(this: object) {
          const made: unknown = property.get?.call(this);
          if (isPart(made)) {
            if (!parts.has(made)) hook.handlers.renewed();
            hookPart(made, hook);
          }
          return made;
        },
      });
    }
  }
}

function hookApi(name: string, api: object, hook: Hook): void {
  const inner = (api as { readonly api?: { readonly configuration?: Partial<Configuration> } }).api?.configuration;
  if (typeof inner?.httpApi?.send !== 'function' || typeof inner.baseServer?.makeRequestContext !== 'function') {
    throw wrongClient(
      `the client's ${name} sends in a way that @oncely/hubspot does not know`,
      'use @hubspot/api-client 13.5 to 14, and mock HubSpot by a server or by basePath',
    );
  }
  const configuration = inner as Configuration;
  if (!configurations.has(configuration)) hookConfiguration(configuration, hook);
  hookQueued(api, configuration);
}

function hookConfiguration(configuration: Configuration, hook: Hook): void {
  configurations.add(configuration);
  const transport = configuration.httpApi;
  configuration.baseServer = noting(configuration.baseServer);
  // First of all, so that our guard sees a request also where a call brings a server of its own.
  configuration.middleware.unshift({
    pre: (context) => {
      if (!noted.has(context)) noted.set(context, notedNow(undefined));
      return observable(Promise.resolve(context));
    },
    post: (context) => observable(Promise.resolve(context)),
  });
  configuration.httpApi = Object.create(transport, {
    send: {
      value: (context: RequestContextLike): ObservableLike<ResponseContextLike> => {
        const known = noted.get(context);
        const endpoint = known === undefined || known.endpoint === '' ? undefined : known.endpoint;
        if (!hook.handlers.takes(context, endpoint)) {
          const hears = hook.handlers.reads(known?.call);
          const answering = transport.send(context);
          return hears ? observable(answering.toPromise().then((answer) => heard(answer, hears))) : answering;
        }
        const caught: Caught = {
          context,
          ...(endpoint === undefined ? {} : { endpoint }),
          ...(known === undefined ? {} : { call: known.call }),
          inside: known?.inside ?? ((fn) => fn()),
          bySdk: () => transport.send(context).toPromise(),
        };
        return observable(hook.handlers.catch(caught));
      },
    },
  }) as Configuration['httpApi'];
}

/** A server that notes for each request which call it is of: the SDK makes it before anything is awaited. */
function noting(server: Server, made?: Made): Server {
  return Object.create(server, {
    makeRequestContext: {
      value: (endpoint: string, method: string): RequestContextLike => {
        const context = server.makeRequestContext(endpoint, method);
        noted.set(context, notedNow(endpoint, made));
        return context;
      },
    },
  }) as Server;
}

function notedNow(endpoint: string | undefined, made: Made = madeHere()): Noted {
  return { endpoint: endpoint ?? '', ...made };
}

function madeHere(): Made {
  return { call: takeCall(), inside: AsyncLocalStorage.snapshot() };
}

/**
 * Methods that the SDK put behind its limiter and its retries are run wherever the queue comes to them; so where they
 * were called goes with them, by the server that the call is given.
 */
function hookQueued(api: object, configuration: Configuration): void {
  for (const [name, value] of Object.entries(api)) {
    if (typeof value !== 'function') continue;
    const declared = Reflect.get(Object.getPrototypeOf(api) as object, name) as Method | undefined;
    if (declared === undefined || declared.length === 0) continue;
    const place = declared.length - 1;
    const queued = value as Method;
    const method: Method = (...given) => {
      const own = (given[place] ?? {}) as { readonly baseServer?: Server };
      const all = Array.from({ length: Math.max(given.length, place + 1) }, (_, index) => given[index]);
      all[place] = {
        ...own,
        baseServer: noting(own.baseServer ?? configuration.baseServer, madeHere()),
      };
      return queued(...all);
    };
    Object.defineProperty(method, 'name', { value: queued.name, configurable: true });
    (api as Record<string, unknown>)[name] = method;
  }
}

/** Parts of the SDK are instances of its own classes. */
function isPart(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}

export function wrongClient(what: string, fix: string): OncelyError {
  return new OncelyError('invalid_config', { message: `HubSpot: ${what}. Nothing was sent.`, fix });
}
