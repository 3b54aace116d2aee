import type { OtelSpanContext } from './api.ts';

// W3C Trace Context, section 3.2: version, trace id, parent id, flags. A later version may say more behind them.
const form =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})(?<traceId>[0-9a-f]{32})-(?!0{16})(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?:-|$)/;

/** The place in a trace that a W3C `traceparent` names; `undefined` where it names none. */
export function parseTraceparent(traceparent: string | undefined): OtelSpanContext | undefined {
  const parts = form.exec(traceparent ?? '')?.groups;
  if (!parts) return undefined;
  const { traceId = '', spanId = '', flags = '' } = parts;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** A span as the W3C `traceparent` of what continues it; `undefined` for a span that nobody records. */
export function traceparentOf({ traceId, spanId, traceFlags }: OtelSpanContext): string | undefined {
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  return parseTraceparent(traceparent) && traceparent;
}
