import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

import type { SdkCall } from './request.ts';

/** The answer to a read, which may be streamed: the public shape of `Stripe.HttpClientResponse`. */
export interface ReadResponse {
  getStatusCode(): number;
  getHeaders(): Record<string, string>;
  getRawResponse(): IncomingMessage;
  toStream(streamCompleteCallback: () => void): IncomingMessage;
  // oxlint-disable-next-line typescript/no-explicit-any -- the SDK's own signature
  toJSON(): Promise<any>;
  text(): Promise<string>;
}

/** Where the user gave none. */
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
const attempts = 3;

/** Sends a read as the SDK made it, with the SDK's default of two retries, since reads may be repeated. */
export async function passRead(call: SdkCall, agent?: HttpAgent): Promise<ReadResponse> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await send(call, agent);
      if ((response.statusCode ?? 0) < 500 || attempt === attempts) return wrap(response);
      response.resume();
    } catch (error) {
      if (attempt === attempts) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
  }
}

function send(call: SdkCall, agent: HttpAgent | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const insecure = call.protocol === 'http';
    const request = (insecure ? httpRequest : httpsRequest)({
      host: call.host,
      port: call.port,
      path: call.path,
      method: call.method,
      agent: agent ?? (insecure ? agents.http : agents.https),
      headers: call.headers as Record<string, string>,
    });
    request.setTimeout(call.timeoutMs, () => {
      request.destroy(Object.assign(new TypeError('ETIMEDOUT'), { code: 'ETIMEDOUT' }));
    });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(call.body ?? '');
  });
}

function wrap(response: IncomingMessage): ReadResponse {
  const text = async (): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  };
  return {
    getStatusCode: () => response.statusCode ?? 0,
    getHeaders: () => response.headers as Record<string, string>,
    getRawResponse: () => response,
    toStream: (complete) => response.once('end', complete),
    toJSON: async () => JSON.parse(await text()) as unknown,
    text,
  };
}
