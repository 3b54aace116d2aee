import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

import type { Fetch } from './wiring.ts';

/** A `fetch` that goes by an agent, such as one of a proxy; `undefined` without one. */
export function lineBy(agent: Agent | undefined): Fetch | undefined {
  if (!agent) return undefined;
  return async (address, init) => {
    const url = address instanceof Request ? address.url : String(address);
    const encoded = new Response(init?.body ?? null);
    const body = new Uint8Array(await encoded.arrayBuffer());
    const headers = new Headers(init?.headers);
    const type = encoded.headers.get('content-type');
    if (type !== null && !headers.has('content-type')) headers.set('content-type', type);
    return new Promise((resolve, reject) => {
      const send = url.startsWith('https:') ? httpsRequest : httpRequest;
      const request = send(
        url,
        {
          method: init?.method ?? 'POST',
          headers: { ...Object.fromEntries(headers), 'content-length': body.length },
          agent,
          ...(init?.signal ? { signal: init.signal } : {}),
        },
        (response) => {
          wholeOf(response).then(resolve, reject);
        },
      );
      request.on('error', (cause) => reject(new TypeError('fetch failed', { cause })));
      request.end(body);
    });
  };
}

async function wholeOf(response: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw new TypeError('terminated', { cause });
  }
  if (!response.complete) throw new TypeError('terminated');
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  return new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0, headers });
}
