import type { RequestEditor } from '@oncely/core';
import { withValue } from '@oncely/core/adapter';

import { jsonOf, readRequest } from './request.ts';

/** Whom and what a write concerns, and what makes our names. */
const fixed = `
  id idProperty associations objectWriteTraceId types from to fromObjectId toObjectId objectId
  objectIdToMerge primaryObjectId portalId emailId message contactProperties.email
  properties.email properties.hs_object_id properties.hubspot_owner_id uuid email utk inputs.*.id
  inputs.*.idProperty inputs.*.associations inputs.*.properties.email inputs.*.uuid
  inputs.*.objectWriteTraceId inputs.*.from inputs.*.to inputs.*.properties.hubspot_owner_id
`;

/** How a stored request is changed by who approves it: values that stand in it, and never whom they concern. */
export const requestEditor: RequestEditor = {
  fixed: fixed.trim().split(/\s+/),
  set: (stored, path, value) => {
    const request = readRequest(stored);
    const body = jsonOf(request);
    if (body === undefined) throw new Error('its body is no JSON');
    const [first = '', ...rest] = path;
    // Properties of an object stand beside the rest, by their own names.
    const inBody = first.startsWith('properties.') ? ['properties', first.slice('properties.'.length), ...rest] : path;
    // What stood there before was read of the very properties that are written.
    if (!has(body, inBody)) throw new Error('it does not stand in the request');
    return JSON.stringify({ ...request, text: JSON.stringify(withValue(body, inBody, value)) });
  },
};

function has(json: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, name)) return false;
  return has((json as Record<string, unknown>)[name], rest);
}
