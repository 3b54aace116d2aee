// The default exports are the modules' own objects, on which mocks, tracing and proxy bootstraps set their functions.
import http, { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import https, { Agent as HttpsAgent } from 'node:https';

import type { SdkCall, SdkHeaders } from './request.ts';

/** An answer that may be streamed: the public shape of `Stripe.HttpClientResponse`. */
export interface ReadResponse {
  getStatusCode(): number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the SDK's own signature
  getHeaders(): Record<string, any>;
  getRawResponse(): unknown;
  toStream(streamCompleteCallback: () => void): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- the SDK's own signature
  toJSON(): Promise<any>;
}

/** What carries requests: the public shape of `Stripe.HttpClient`. */
export interface StripeHttpClient {
  getClientName(): string;
  makeRequest(
    host: string,
    port: string,
    path: string,
    method: string,
    headers: SdkHeaders,
    requestData: string,
    protocol: string,
    timeout: number,
  ): Promise<ReadResponse>;
}

/** Hands a call on as the SDK made it: once, since what is to be repeated, and when, is the SDK's own to say. */
export function passOn(carrier: StripeHttpClient, call: SdkCall): Promise<ReadResponse> {
  const { host, port, path, method, headers, body, protocol, timeoutMs } = call;
  return carrier.makeRequest(host, port, path, method, headers, body as string, protocol, timeoutMs);
}

/** Lets somebody hear what a read is answered, as the SDK decodes it; where nobody does, it stays as it is. */
export function heard(
  reading: Promise<ReadResponse>,
  hears: ((answer: unknown) => void) | undefined,
): Promise<ReadResponse> {
  return hears ? reading.then((response) => hearing(response, hears)) : reading;
}

function hearing(response: ReadResponse, hears: (answer: unknown) => void): ReadResponse {
  const status = response.getStatusCode();
  if (status < 200 || status > 299) return response;
  const toJSON = async (): Promise<unknown> => {
    const answer: unknown = await response.toJSON();
    hears(answer);
    return answer;
  };
  return Object.create(response, { toJSON: { value: toJSON } }) as ReadResponse;
}

/** What the SDK would carry its requests by: its own client, or where it gives none one that does as it does. */
export function carrierOf(client: object, agent: HttpAgent | undefined): StripeHttpClient {
  return usualCarrier(client, agent) ?? plainCarrier(agent);
}

/** Who makes the SDK's own client for Node: until stripe 21 a client does not know its class. */
interface Making {
  readonly createNodeHttpClient?: (agent?: HttpAgent) => StripeHttpClient;
}

/** The SDK's own client for Node; its build for workers has none. */
export function usualCarrier(client: object, agent?: HttpAgent): StripeHttpClient | undefined {
  const { _platformFunctions: platform } = client as { _platformFunctions?: Making };
  const maker = [client.constructor as Making, platform].find((each) => each?.createNodeHttpClient !== undefined);
  try {
    return maker?.createNodeHttpClient?.(agent);
  } catch {
    return undefined;
  }
}

/** As the SDK: agents of its own, which no global agent stands in for. */
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

function plainCarrier(agent: HttpAgent | undefined): StripeHttpClient {
  return {
    getClientName: () => 'node',
    makeRequest: (host, port, path, method, headers, data, protocol, timeoutMs) =>
      new Promise((resolve, reject) => {
        const insecure = protocol === 'http';
        const request = (insecure ? http : https).request({
          host,
          port,
          path,
          method,
          agent: agent ?? (insecure ? agents.http : agents.https),
          headers: headers as Record<string, string>,
          ciphers: 'DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2:!MD5',
        });
        request.setTimeout(timeoutMs, () => {
          request.destroy(Object.assign(new TypeError('ETIMEDOUT'), { code: 'ETIMEDOUT' }));
        });
        request.on('response', (response) => resolve(wrap(response)));
        request.on('error', reject);
        request.write(data ?? '');
        request.end();
      }),
  };
}

function wrap(response: IncomingMessage): ReadResponse {
  return {
    getStatusCode: () => response.statusCode ?? 0,
    getHeaders: () => response.headers,
    getRawResponse: () => response,
    toStream: (complete) => response.once('end', () => complete()),
    toJSON: async () => JSON.parse(await textOf(response)) as unknown,
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
