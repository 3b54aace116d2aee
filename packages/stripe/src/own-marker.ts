import { OncelyError } from '@oncely/core';

import type { Authorized } from './credentials.ts';
import { markerField, parametersGiven, parametersOf, type SdkCall } from './request.ts';

/**
 * Refuses a write that brings a value of its own under the name of our marker, at whatever depth: an effect would be
 * found in what another one made, or its marker be taken away.
 *
 * @throws OncelyError `invalid_input`
 */
function refuseOwnMarker(call: SdkCall, operation: string): void {
  const where = markerIn(parametersGiven(call), []);
  if (where === undefined) return;
  throw new OncelyError('invalid_input', {
    message: `${operation}: ${where} is the name of Oncely's own marker, by which an effect is found again. Nothing was sent.`,
    fix: `leave ${markerField} out of the metadata, also where it is copied from another object; Stripe keeps what is not named in an update`,
    next: 'fix-code',
  });
}

function markerIn(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value === 'string') {
    // A form of bytes, such as a file upload: its fields stand in it by their names.
    return path.length === 1 && /name="[^"\r\n]{0,200}metadata\]?\[oncely_key\]"/.test(value)
      ? `metadata.${markerField}`
      : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (name === markerField && path.at(-1) === 'metadata') return [...path, name].join('.');
    const found = markerIn(inner, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The parameters, or a refusal of them for whoever asks: nobody does where a call only passes. */
export function judged(call: SdkCall, operation: string, authorized: Authorized): unknown {
  try {
    refuseOwnMarker(call, operation);
    return parametersOf(call, authorized);
  } catch (error) {
    const refused = Promise.reject(error as Error);
    refused.catch(() => undefined);
    return refused;
  }
}
