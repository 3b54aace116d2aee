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

/** The kinds of credentials by rising precedence, as the SDK tries them. */
const authTypes = ['apiKey', 'developerApiKey', 'accessToken'] as const;

/**
 * What the SDK would send for an `apiRequest`: it has no hook that shows it, so this is made from its options and the
 * client's public configuration as the SDK does. A test compares the two on the wire.
 */
export function rawCallOf(
  options: ApiRequestOptions,
  config: HubSpotLike['config'],
  userAgent: string | undefined,
): RawCall {
  const asked = options.overlapUrl || `${config.basePath || 'https://api.hubapi.com'}${options.path || ''}`;
  // The SDK hands them over as they are, whatever their types.
  const query = options.qs ? `?${new URLSearchParams(options.qs as Record<string, string>).toString()}` : '';
  const url = new URL(`${asked}${query}`);
  const json = options.defaultJson ?? true;
  const headers: Record<string, string> = {
    ...(json ? { 'Content-Type': 'application/json' } : {}),
    ...config.defaultHeaders,
    Accept: 'application/json, */*;q=0.8',
    ...(userAgent === undefined ? {} : { 'User-agent': userAgent }),
    ...options.headers,
  };
  const auth = authTypeOf(options, config);
  // As the SDK: the client's own token goes last, over an Authorization of the call.
  if (auth === 'accessToken') headers['Authorization'] = `Bearer ${config.accessToken ?? ''}`;
  else if (auth !== undefined) url.searchParams.set('hapikey', config[auth] ?? '');
  return {
    url: url.toString(),
    // As fetch writes them.
    method: upper(options.method || 'GET'),
    headers: combined(headers),
    body: options.body ? (json ? JSON.stringify(options.body) : options.body) : undefined,
  };
}

function authTypeOf(options: ApiRequestOptions, config: HubSpotLike['config']): (typeof authTypes)[number] | undefined {
  if (options.authType) return authTypes.find((each) => each === options.authType && each in config);
  return authTypes.findLast((each) => config[each]);
}

function upper(method: string): string {
  return method === 'patch' ? method : method.toUpperCase();
}

/** One name in several spellings is one header with all of its values. */
function combined(headers: Readonly<Record<string, string>>): Record<string, string> {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) all.append(name, value);
  return Object.fromEntries(all);
}
