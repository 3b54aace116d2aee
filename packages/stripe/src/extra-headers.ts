import type { SdkHeaders } from './request.ts';

/** What the SDK or this package sets by itself: stored apart, or said by the process that sends. */
const usual: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'stripe-account',
  'stripe-context',
  'stripe-version',
  'user-agent',
  'x-stripe-client-telemetry',
  'x-stripe-client-user-agent',
]);

const credentialNames = /auth(?!or)|cookie|credential|passw|secret|session|signature|token|api-?key/;
const credentialValues = /^(?:basic|bearer|digest|negotiate) |\b(?:sk|rk|whsec)_/i;

/** The headers of a call beyond the SDK's own. */
export interface ExtraHeaders {
  /** Those that are kept for a resend by any process. */
  readonly kept: Readonly<Record<string, string>>;
  /** The names of those that look like credentials, and are never kept. */
  readonly withheld: readonly string[];
}

/** Divides what `headers`, `additionalHeaders` or an authenticator of the caller's added to a call. */
export function extraHeaders(headers: SdkHeaders): ExtraHeaders {
  const kept: Record<string, string> = {};
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (usual.has(lower)) continue;
    const text = String(value);
    if (credentialNames.test(lower) || credentialValues.test(text)) withheld.push(lower);
    else kept[lower] = text;
  }
  return { kept, withheld: withheld.toSorted() };
}
