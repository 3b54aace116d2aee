import { ServerResponse } from 'node:http';

import { oncelyStripe, type StripeConfig, type StripeOptions } from '@oncely/stripe';

import { clientOf, inScopeUntil, replaceModule, testNow } from './preloading.ts';

type Sdk = { new (key: string, config?: object): never; prototype: object };

replaceModule(/\/stripe\.cjs\.node(\.js)?$/, (exports) => {
  const real = exports as unknown as Sdk;
  const build = (key: string, config: object | undefined): object => {
    // What the SDK refuses by itself stays its own error.
    if (config !== undefined && (typeof config !== 'object' || config === null || Array.isArray(config)))
      return new real(key, config);
    const { httpClient } = (config ?? {}) as Pick<StripeOptions, 'httpClient'>;
    const options = httpClient === undefined ? {} : { httpClient };
    return clientOf(oncelyStripe((ours: StripeConfig) => new real(key, { ...config, ...ours }), options)) as object;
  };
  return new Proxy(real, {
    construct: (_target, [key, config]: [string, object?]) => build(key, config),
    apply: (_target, _this, [key, config]: [string, object?]) => build(key, config),
  });
});

interface Runnable {
  type?: string;
}

replaceModule(/runnable(\.js)?$/, (exports) => {
  const prototype = exports['prototype'] as { run: (this: Runnable, done: (error?: unknown) => void) => void };
  const run = prototype.run;
  prototype.run = function (done) {
    if (this.type !== 'test') return run.call(this, done);
    inScopeUntil((over) =>
      run.call(this, (error) => {
        over();
        done(error);
      }),
    );
  };
  return exports;
});

/** As nock calls it of each request: what the test expects, and the body as text. */
type MatchBody = (options: { headers?: Record<string, unknown> }, expected: unknown, body: string) => boolean;

/** The test in which each idempotency key was first seen. */
const firstSeen = new Map<unknown, number>();

// The tests name each write's whole body, and ours has a marker beside; what they ask about is the rest. A write in
// doubt is sent again after its test is over, and must not take what is meant for the next.
replaceModule(/\/match_body(\.js)?$/, (exports) => {
  const matchBody = exports as unknown as MatchBody;
  const tolerant: MatchBody = (options, expected, body) => {
    const key = options.headers?.['idempotency-key'];
    if (key !== undefined && !firstSeen.has(key)) firstSeen.set(key, testNow());
    if (key !== undefined && firstSeen.get(key) !== testNow()) return false;
    return matchBody(options, expected, body) || matchBody(options, expected, withoutMarker(body));
  };
  return tolerant;
});

function withoutMarker(body: string): string {
  if (!body.startsWith('{'))
    return body.replace(/(^|&)metadata(\[|%5B)oncely_key(\]|%5D)=[^&]*/i, '').replace(/^&/, '');
  const { metadata, ...others } = JSON.parse(body) as { metadata?: Record<string, unknown> };
  const { oncely_key: _marker, ...rest } = metadata ?? {};
  return JSON.stringify(Object.keys(rest).length === 0 ? others : { ...others, metadata: rest });
}

// Each answer of Stripe has a request id; one without is a gateway's to us, and most mocks of the suite give none.
const requestId = 'request-id';

interface Interceptor {
  readonly basePath: string;
  rawHeaders: string[];
}

replaceModule(/\/interceptor(\.js)?$/, (exports) => {
  const prototype = exports['prototype'] as { reply: (this: Interceptor, ...answer: unknown[]) => unknown };
  const reply = prototype.reply;
  prototype.reply = function (...answer) {
    const scope = reply.apply(this, answer);
    const named = this.rawHeaders.some((each) => each.toLowerCase() === requestId);
    if (!named && /^https:\/\/[a-z-]+\.stripe\.com/.test(this.basePath)) this.rawHeaders.push(requestId, 'req_mock');
    return scope;
  };
  return exports;
});

type WriteHead = (this: ServerResponse, ...head: unknown[]) => ServerResponse;

const answering = ServerResponse.prototype as unknown as { writeHead: WriteHead };
const writeHead = answering.writeHead;
answering.writeHead = function (...head) {
  if (!this.headersSent && !this.hasHeader(requestId)) this.setHeader(requestId, 'req_mock');
  return writeHead.apply(this, head);
};
