/**
 * An adapter for an HTTP API of your own from a table of its writes: each one request of JSON, sent once.
 * @module
 */
import { markersIn } from './adapter-kit/is-marked.ts';
import { randomUUID } from 'node:crypto';

import {
  defineAdapter,
  defineOperation,
  type Adapter,
  type AdapterRuntime,
  type Keys,
  type Operation,
  type Permit,
  type ProbeAnswer,
  type Target,
  type Verdict,
  type WireResponse,
} from './adapter.ts';
import { jsonOf, verdictOf } from './http-answer.ts';
import { exchange } from './transport.ts';

/** One request. The ledger keeps it while the effect is open, so a credential has no place in it. */
export interface HttpRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `url`, with its query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Beside the credentials, such as an idempotency key. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads JSON at the vendor by GET. @throws HttpAnswerError on another status than 2xx, Error where it is not `own`. */
export type HttpRead = (path: string) => Promise<unknown>;

/** A write of the API. */
export interface HttpOperation<Input, Output> extends Omit<Operation, 'name' | 'landingBoundMs'> {
  /** Default: that of the adapter. */
  readonly landingBoundMs?: number;
  /** `keys.key` goes where the vendor takes an idempotency key, `keys.marker` into a field by which it is found again. */
  readonly request: (input: Input, keys: Keys) => HttpRequest;
  /** What the client gives of the vendor's answer. Default: its JSON. */
  readonly parse?: (answer: unknown) => Output;
  /**
   * What the vendor shows of it: the objects that were made, or the one that is as it was asked for. None is taken as
   * proof that it did not happen, so read all pages. For `probed`, `constrained` and `natural`.
   */
  readonly find?: (read: HttpRead, sought: Keys & { readonly request: HttpRequest }) => Promise<readonly unknown[]>;
  /** Where what it made is read again by its id. */
  readonly path?: (id: string) => string;
  /** The operation of this table that takes it back, and its input. */
  readonly undo?: (id: string) => { readonly operation: string; readonly input: unknown };
}

export interface HttpAdapterOptions<Operations> {
  readonly vendor: string;
  readonly url: string;
  /** Credentials: asked for at every request and kept nowhere. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly operations: Operations;
  /**
   * Whether an answer is surely the vendor's own, by a header or a shape that no gateway makes, to reads as well. What
   * is not proves nothing: a write is in doubt, and a look-up is made again later.
   */
  readonly own: (response: WireResponse) => boolean;
  /** What an answer proves, where the statuses do not say it; `undefined` leaves it to them. */
  readonly classify?: (response: WireResponse) => Verdict | undefined;
  /** The id of what was made. Default: the field `id`. */
  readonly id?: (answer: unknown) => string | undefined;
  /** The longest that a request on its way may still take effect and show, in milliseconds. Default 30,000. */
  readonly landingBoundMs?: number;
}

// oxlint-disable-next-line typescript/no-explicit-any -- each operation of a table has an input and output of its own
type AnyOperation = HttpOperation<any, any>;

/** The client: a function for each write, and `read` for the rest. */
export type HttpClient<Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends HttpOperation<infer Input, infer Output>
    ? (input: Input) => Promise<Output>
    : never;
} & { readonly read: HttpRead };

/** The vendor's own no, the same on a replay. */
export class HttpAnswerError extends Error {
  readonly status: number;
  readonly body: string;
  constructor({ status, body }: WireResponse) {
    super(`the vendor answered ${status}: ${body.slice(0, 500)}`);
    this.name = 'HttpAnswerError';
    this.status = status;
    this.body = body;
  }
}

interface Stored extends HttpRequest {
  readonly operation: string;
  readonly input: unknown;
}

const readTimeoutMs = 30_000;

/**
 * Puts an HTTP API under the ledger. `oncely.clients.<name>` has a function for each operation.
 *
 * @throws OncelyError `invalid_config` where an operation is declared wrongly.
 */
export function httpAdapter<const Operations extends Readonly<Record<string, AnyOperation>>>(
  options: HttpAdapterOptions<Operations>,
): Adapter<HttpClient<Operations>, 'one'> {
  const { vendor, url, headers = () => ({}), landingBoundMs = 30_000 } = options;
  const known = new Map<string, { readonly operation: Operation; readonly of: AnyOperation }>();
  for (const [name, of] of Object.entries<AnyOperation>(options.operations)) {
    const { safety, material, wording } = of;
    const operation = defineOperation({
      name: `${vendor}.${name}`,
      safety,
      landingBoundMs: of.landingBoundMs ?? landingBoundMs,
      ...(material === undefined ? {} : { material }),
      ...(wording === undefined ? {} : { wording }),
    });
    known.set(operation.name, { operation, of });
  }
  const idOf = options.id ?? idIn;
  const ofTarget = ({ operation }: Target): AnyOperation | undefined => known.get(operation)?.of;

  const send = async (stored: string, permit: Permit): Promise<Verdict> => {
    const { method, path, body, headers: own } = JSON.parse(stored) as Stored;
    const end = await exchange({
      url: url + path,
      method,
      headers: { ...headers(), ...own, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? '' : JSON.stringify(body),
      timeoutMs: Math.min(readTimeoutMs, permit.remainingMs()),
      permit,
    });
    if (end.kind === 'answered') {
      const { response } = end;
      // Of what is not the vendor's own there is nothing to be said.
      const said = options.own(response) ? options.classify?.(response) : undefined;
      return said ?? verdictOf(response, options.own, idOf);
    }
    return { evidence: end.kind === 'lost' ? 'unknown' : 'not_applied', reason: end.reason, cause: end.cause };
  };
  const readResponse = async (path: string): Promise<WireResponse> => {
    // The credentials are for this host alone.
    const signal = AbortSignal.timeout(readTimeoutMs);
    const answer = await fetch(url + path, { headers: headers(), redirect: 'manual', signal });
    const response = { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    if (!options.own(response)) {
      throw new Error(`what answered a read with ${answer.status} is not surely ${vendor}, so it proves nothing`);
    }
    if (!answer.ok) throw new HttpAnswerError(response);
    return { ...response, headers: {} };
  };
  const read: HttpRead = async (path) => jsonOf((await readResponse(path)).body);
  const storedOf = (operation: string, of: AnyOperation, input: unknown, keys: Keys): string =>
    JSON.stringify({ operation, input, ...of.request(input, keys) } satisfies Stored);

  const perform = async (
    runtime: AdapterRuntime,
    operation: Operation,
    of: AnyOperation,
    input: unknown,
  ): Promise<unknown> => {
    const response = await runtime.perform({
      operation,
      parameters: input,
      prepare: (keys) => storedOf(operation.name, of, input, keys),
      send,
      passThrough: async () => {
        const id = `unscoped_${randomUUID().replaceAll('-', '')}`;
        const free: Permit = { check: () => undefined, remainingMs: () => readTimeoutMs };
        const verdict = await send(storedOf(operation.name, of, input, { key: id, marker: id }), free);
        if ('response' in verdict && verdict.response) return verdict.response;
        throw new Error(`${vendor} gave no answer`, { cause: verdict });
      },
    });
    const isDone = response.status < 400 || options.classify?.(response)?.evidence === 'accepted';
    if (!isDone) throw new HttpAnswerError(response);
    const answer = jsonOf(response.body);
    return of.parse ? (of.parse(answer) as unknown) : answer;
  };

  const probe = async (target: Target): Promise<ProbeAnswer> => {
    const of = ofTarget(target);
    if (!of?.find) return { kind: 'cannot_know', reason: `${target.operation} says not how it is found again` };
    if (target.request === undefined) return { kind: 'cannot_know', reason: 'the ledger did not keep the request' };
    const { find } = of;
    const { operation: _operation, input: _input, ...request } = JSON.parse(target.request) as Stored;
    const { key } = target;
    return asked(async () => {
      const matches = new Map<string, WireResponse>();
      for (const marker of markersIn(target)) {
        for (const found of await find(read, { key, marker, request })) {
          matches.set(idOf(found) ?? marker, { status: 200, headers: {}, body: JSON.stringify(found) });
        }
      }
      if (matches.size === 0) return { kind: 'absent' };
      return { kind: 'found', matches: [...matches].map(([vendorId, response]) => ({ vendorId, response })) };
    });
  };

  return defineAdapter<HttpClient<Operations>, 'one'>({
    vendor,
    accounts: 'one',
    connect: (runtime) => {
      const writes = [...known.values()].map(({ operation, of }) => [
        operation.name.slice(vendor.length + 1),
        (input: unknown) => perform(runtime, operation, of, input),
      ]);
      const client = { ...Object.fromEntries(writes), read } as HttpClient<Operations>;
      return {
        client,
        resend: (target, permit) => send(target.request, permit),
        rekey: (request, keys) => {
          const { operation, input } = JSON.parse(request) as Stored;
          const entry = known.get(operation);
          return entry ? storedOf(operation, entry.of, input, keys) : request;
        },
        probe,
        lookAgain: async (target) => {
          const path = target.vendorId === undefined ? undefined : ofTarget(target)?.path?.(target.vendorId);
          if (path === undefined) return probe(target);
          return asked(async () => ({ kind: 'found', matches: [{ vendorId: idOf(await read(path)) ?? path }] }), true);
        },
        restore: async (target) => {
          const path = target.vendorId === undefined ? undefined : ofTarget(target)?.path?.(target.vendorId);
          if (path === undefined) throw new Error(`${target.operation} says not where it is read again`);
          return readResponse(path);
        },
        compensate: async (target) => {
          const undo = target.vendorId === undefined ? undefined : ofTarget(target)?.undo?.(target.vendorId);
          const entry = undo && known.get(`${vendor}.${undo.operation}`);
          if (!entry) return { kind: 'impossible', why: `${target.operation} has no compensation` };
          const { operation, of } = entry;
          return { kind: 'write', operation: operation.name, run: () => perform(runtime, operation, of, undo.input) };
        },
      };
    },
  });
}

/** `goneIsAbsent`: of one object by its id a 404 is an answer; of a list it may be a wrong path. */
async function asked(ask: () => Promise<ProbeAnswer>, goneIsAbsent = false): Promise<ProbeAnswer> {
  try {
    return await ask();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const status = error instanceof HttpAnswerError ? error.status : undefined;
    if (status === 404 && goneIsAbsent) return { kind: 'absent' };
    if (status === 401 || status === 403 || status === 404) return { kind: 'cannot_know', reason };
    return { kind: 'unreachable', reason };
  }
}

function idIn(answer: unknown): string | undefined {
  const id = (answer as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}
