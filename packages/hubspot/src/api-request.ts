import { headerOf } from './request.ts';
import type { HubSpotLike } from './vendor.ts';

/** The options of `client.apiRequest`, as the SDK has them. */
export interface ApiRequestOptions {
  readonly method?: string;
  readonly path?: string;
  readonly overlapUrl?: string;
  readonly qs?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly authType?: string;
  readonly defaultJson?: boolean;
}

export interface RawCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the SDK would send for an `apiRequest`, from its options and the client's public configuration. */
export function rawCallOf(options: ApiRequestOptions, config: HubSpotLike['config']): RawCall {
  const url = new URL(options.overlapUrl ?? `${config.basePath ?? 'https://api.hubapi.com'}${options.path ?? ''}`);
  for (const [name, value] of Object.entries(options.qs ?? {})) url.searchParams.append(name, String(value));
  const json = options.defaultJson ?? true;
  const headers: Record<string, string> = {
    ...(json ? { 'Content-Type': 'application/json' } : {}),
    ...config.defaultHeaders,
    Accept: 'application/json, */*;q=0.8',
    ...options.headers,
  };
  const auth =
    options.authType ?? (config.accessToken ? 'accessToken' : config.developerApiKey ? 'developerApiKey' : '');
  if (auth === 'developerApiKey' && config.developerApiKey) url.searchParams.set('hapikey', config.developerApiKey);
  if (auth === 'accessToken' && config.accessToken && headerOf(headers, 'authorization') === undefined) {
    headers['Authorization'] = `Bearer ${config.accessToken}`;
  }
  return {
    url: url.toString(),
    method: (options.method ?? 'GET').toUpperCase(),
    headers,
    body: options.body === undefined ? undefined : json ? JSON.stringify(options.body) : options.body,
  };
}
