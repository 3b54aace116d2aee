import { observable, type RequestContextLike } from './context.ts';
import type { HubSpotLike } from './vendor.ts';

type Middleware = { pre(context: unknown): unknown };

/** A part of the SDK, as far as it is used here; private by its types, and alike since version 13. */
interface Api {
  readonly api: { readonly configuration: { httpApi: unknown; readonly middleware: readonly Middleware[] } };
  getPage(limit: number): Promise<unknown>;
}

/**
 * How the client sends now: a read, led through its middleware up to the transport and no further. `undefined` where the
 * client has no such read.
 * @throws what a middleware throws
 */
export async function previewOf(client: HubSpotLike): Promise<RequestContextLike | undefined> {
  const api = apiOf(client);
  if (api === undefined) return undefined;
  let seen: RequestContextLike | undefined;
  const stop = new Error('only a preview of a request');
  api.api.configuration.httpApi = {
    send: (context: RequestContextLike) => {
      seen = context;
      return observable(Promise.reject(stop));
    },
  };
  const read = Reflect.get(Object.getPrototypeOf(api) as object, 'getPage') as Api['getPage'];
  await read.call(api, 1).catch((error: unknown) => {
    if (error !== stop) throw error;
  });
  return seen;
}

/** What the SDK calls itself, which it says nowhere else than in a request. */
export function userAgentOf(client: HubSpotLike): string | undefined {
  let agent: string | undefined;
  const context = {
    setHeaderParam: (name: string, value: string) => {
      if (name.toLowerCase() === 'user-agent') agent = value;
    },
  };
  try {
    apiOf(client)?.api.configuration.middleware[0]?.pre(context);
  } catch {
    // Not the SDK's own first middleware, so it does not say it.
  }
  return agent;
}

/** Whether this version of the SDK sends by fetch: since 14 it does, unless it is given an agent or a form. */
export function sendsByFetch(userAgent: string | undefined): boolean {
  const major = /; v?(\d{1,4})\./.exec(userAgent ?? '')?.[1];
  return major !== undefined && Number(major) >= 14;
}

/** An API of the client's class and configuration that nobody else has: nothing of it is kept in the client. */
function apiOf(client: HubSpotLike): Api | undefined {
  const shadow = Object.create(Object.getPrototypeOf(client) as object, {
    config: { value: client.config },
  }) as { readonly crm?: { readonly contacts?: { readonly basicApi?: Api } } };
  const { basicApi } = shadow.crm?.contacts ?? {};
  return basicApi?.api?.configuration === undefined ? undefined : basicApi;
}
