import { OncelyError } from '@oncely/core';

import type { WireBody } from './body.ts';
import { jsonOf, type SdkCall } from './request.ts';

/**
 * Refuses a write that brings a value of its own under our property, in whatever place: what carries it would be taken
 * for the work of an effect.
 * @throws OncelyError `invalid_input`
 */
export function refuseOurs(call: SdkCall, body: WireBody, property: string): void {
  const { text, encoding } = body;
  const json = jsonOf(body);
  // What is no JSON (a form, an import of a file) is not taken apart: its bytes have to be without it.
  const found =
    json === undefined ? encoding === 'base64' && Buffer.from(text, 'base64').includes(property) : sets(json, property);
  if (!found) return;
  throw new OncelyError('invalid_input', {
    message: `HubSpot: ${call.method} ${call.path} gives a value of its own for the property ${property}, by which Oncely tells its own objects from others. Nothing was sent.`,
    fix: `leave ${property} out; keep what you mean to find in a property of your own`,
    next: 'fix-code',
  });
}

/** As a name of its own, or in a pair of name and value; or as what an upsert tells its objects by. */
function sets(value: unknown, property: string): boolean {
  const open: unknown[] = [value];
  for (let at = 0; at < open.length; at += 1) {
    const each = open[at];
    if (typeof each !== 'object' || each === null) continue;
    for (const [name, inner] of Object.entries(each)) {
      if (name.toLowerCase() === property) return true;
      const names = name === 'name' || name === 'property' || name === 'propertyName';
      if (names && inner === property && 'value' in each) return true;
      if (name === 'idProperty' && inner === property) return true;
      open.push(inner);
    }
  }
  return false;
}
