import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

import { refuseHttpFault, refuseRandomFaults } from './fault-kinds.ts';
import { createFaultPlan, drawKind, randomFault } from './faults.ts';
import type { Fault, FaultOptions, RandomFaults, StatusFault } from './faults.ts';
import { createLater } from './later.ts';
import { listenOnLoopback } from './loopback.ts';

/** A request whose last byte has arrived. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as it came, for what is no text. */
  readonly bytes: Buffer;
  /** When it arrived, by the fake's clock. */
  readonly at: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How the execution of a request goes wrong inside the vendor, where its own rules are in force. */
export interface Execution {
  /** Awaited between the beginning of the execution and its effect. */
  readonly hold?: () => Promise<void>;
  /** Answered in place of the real outcome. `after_effect`: once the effect happened; a refusal stays a refusal. */
  readonly failure?: { readonly after: StatusFault['after']; readonly stored: boolean; readonly answer: Answer };
}

/** What a vendor's fake has to say; the server and the faults around it are shared. */
export interface HttpVendor<Effect> {
  /** Every effect that happened, in order. */
  readonly effects: readonly Effect[];
  /** Whether a rule without `match` is for this request. */
  isWrite(request: FakeRequest): boolean;
  /** Treats one request; an effect once begun commits, whether or not anybody still listens. */
  handle(request: FakeRequest, execution: Execution): Promise<Answer>;
  /** `policy` names one of several limits where the vendor has several. */
  rateLimited(retryAfterS: number, policy?: string): Answer;
  /** The vendor's own shape of a failure with this status. */
  failed(status: number): Answer;
}

/** What every fake of an HTTP vendor offers; `effects` is the truth that tests count. */
export interface HttpFake<Effect> {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Every request that arrived whole, in order, whether or not it had an effect. */
  readonly requests: readonly FakeRequest[];
  /** The effects that really happened, in order: all, those of one operation, or those that a predicate picks. */
  effects(filter?: string | ((effect: Effect) => boolean)): readonly Effect[];
  /** Queues a rule: the next `times` writes (or what `match` picks) fail so, after `skip` that pass. */
  fail(fault: Fault, options?: FaultOptions<FakeRequest>): void;
  /** Fails a share of what no rule took, reproducibly for a seeded `random`. */
  failRandomly(faults: RandomFaults<FakeRequest>): void;
  /** Forgets all rules, random ones too. What is on its way still lands. */
  heal(): void;
  /** `true` closes the listening socket and every connection (ECONNREFUSED), `false` opens the same port again. */
  refuse(refused: boolean): Promise<void>;
  /** Resolves when no request is being treated and no effect is still to land. */
  settled(): Promise<void>;
  /** Closes server and connections; what had not landed never will. */
  close(): Promise<void>;
}

/** Starts a vendor on a free loopback port. Clients may vanish at any byte. */
export async function startHttpFake<Effect extends { readonly operation: string }>(
  vendor: HttpVendor<Effect>,
  now: () => number,
): Promise<HttpFake<Effect>> {
  const requests: FakeRequest[] = [];
  const later = createLater();
  const plan = createFaultPlan<Fault, FakeRequest>((request) => vendor.isWrite(request));

  // No time limits of its own: an idle connection closed under a client would be a fault that nobody scripted.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    // Only a whole request arrives: a client that dies before its last byte has sent nothing.
    incoming.on('end', () => {
      const request = readRequest(incoming, Buffer.concat(chunks), now());
      requests.push(request);
      later.track(serve(request, response));
    });
  });
  const loopback = await listenOnLoopback(server);

  async function serve(request: FakeRequest, response: ServerResponse): Promise<void> {
    const fault = plan.take(request);
    const land = (execution: Execution = {}): Promise<Answer> => vendor.handle(request, execution);
    if (!fault) return send(response, await land());
    switch (fault.kind) {
      case 'reset_before_effect':
        return drop(response);
      case 'reset_after_effect':
        await land();
        return drop(response);
      case 'status': {
        const answer = overlay(vendor.failed(fault.status), fault);
        const stored = fault.stored ?? fault.after === 'after_effect';
        if (fault.after === 'before_effect' && !stored) return send(response, answer);
        return send(response, await land({ failure: { after: fault.after, stored, answer } }));
      }
      case 'truncate':
        return truncate(response, await land());
      case 'delay': {
        const answer = await land();
        await later.wait(fault.ms);
        return send(response, answer);
      }
      case 'slow_execution':
        return send(response, await land({ hold: () => later.wait(fault.ms) }));
      case 'late_landing':
        if (!fault.hang) drop(response);
        await later.wait(fault.ms);
        await land();
        return;
      case 'rate_limited':
        return send(response, vendor.rateLimited(fault.retryAfterS, fault.policy));
      case 'gateway_429':
        if (fault.after === 'after_effect') await land();
        return send(response, html(429, 'Too Many Requests'));
      case 'gateway_502':
        if (fault.after === 'after_effect') await land();
        return send(response, html(502, 'Bad Gateway'));
      case 'not_json':
        await land();
        return send(response, html(200, 'Please wait'));
      case 'no_error_body':
        if (fault.after === 'after_effect') await land();
        return send(response, json(fault.status, { message: 'upstream failed' }));
    }
  }

  return {
    url: `http://${loopback.host}:${loopback.port}`,
    host: loopback.host,
    port: loopback.port,
    requests,
    effects(filter = () => true) {
      return vendor.effects.filter((effect) =>
        typeof filter === 'string' ? effect.operation === filter : filter(effect),
      );
    },
    fail: (fault, options) => {
      refuseHttpFault(fault, options);
      plan.add(fault, options);
    },
    failRandomly(faults) {
      refuseRandomFaults(faults);
      const { random, rates, make = randomFault, match = (request) => vendor.isWrite(request) } = faults;
      plan.otherwise((request) => {
        const kind = match(request) ? drawKind(random, rates) : undefined;
        return kind && make(kind, random);
      });
    },
    heal: () => plan.clear(),
    refuse: (refused) => loopback.refuse(refused),
    settled: () => later.settled(),
    close() {
      later.cancel();
      return loopback.close();
    },
  };
}

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function html(status: number, title: string): Answer {
  const body = `<html><head><title>${status} ${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}

function overlay(answer: Answer, fault: StatusFault): Answer {
  const headers = { ...answer.headers, ...fault.headers };
  if (fault.body === undefined) return { ...answer, headers };
  return { ...answer, headers, body: typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body) };
}

function readRequest(incoming: IncomingMessage, bytes: Buffer, at: number): FakeRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: incoming.headers,
    body: bytes.toString('utf8'),
    bytes,
    at,
  };
}

function send(response: ServerResponse, answer: Answer): void {
  // A 204 has neither a body nor the length of one.
  const length = answer.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(answer.body)) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(answer.body);
}

function truncate(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => drop(response));
}

function drop(response: ServerResponse): void {
  response.destroy();
}
