import { randomUUID } from 'node:crypto';

import type {
  AdapterRuntime,
  Connection,
  Keys,
  Permit,
  ProbeAnswer,
  Target,
  Verdict,
  WireResponse,
} from '../adapter.ts';
import { copyInput } from '../adapter-kit/copy-input.ts';
import { markersIn } from '../adapter-kit/is-marked.ts';
import { answerMs, exchange } from '../transport.ts';
import { addressOf, baseOf } from './address.ts';
import { HttpAnswerError } from './answer-error.ts';
import { credentialsOf } from './credentials.ts';
import { createOwners } from './owners.ts';
import type { AnyHttpOperation, HttpAdapterOptions } from './options.ts';
import { asked, lookUp, noIn, readBy, type HttpRead } from './reads.ts';
import { inputOf, requestOf, sendable, storedRequest, type HttpRequest } from './stored.ts';
import type { Known } from './table.ts';
import { answerOf, asText, asYes, foundAnswer, judged, kindOf, proves, type Judging } from './verdict.ts';

const usualReadMs = 30_000;
/** Outside of the ledger no lease bounds a request. */
const longestMs = 24 * 3_600_000;

/** The connection of one account: its client, and what recovery needs of it. */
export function connectionOf<Client>(
  options: HttpAdapterOptions<unknown>,
  known: ReadonlyMap<string, Known>,
  runtime: AdapterRuntime,
  account: string,
): Connection<Client> {
  const { vendor, own, classify, url, timeoutMs } = options;
  const base = baseOf(vendor, typeof url === 'function' ? url(account) : url);
  const judging: Judging = {
    vendor,
    own,
    ...(classify === undefined ? {} : { classify }),
    id: options.id ?? idIn,
    headers: (options.keepHeaders ?? ['content-type', 'etag', 'location', 'retry-after']).map((name) =>
      name.toLowerCase(),
    ),
  };
  const ofTarget = ({ operation }: Target): AnyHttpOperation | undefined => known.get(operation)?.of;

  /** What was answered, and what that proves; without an answer, what its absence does. */
  const sent = async (stored: string, permit: Permit): Promise<{ verdict: Verdict; answer?: WireResponse }> => {
    const { operation, method, path, headers, body } = sendable(stored);
    const of = known.get(operation)?.of;
    const kind = of?.answers ?? 'json';
    let credentials: Readonly<Record<string, string>>;
    try {
      credentials = await credentialsOf(options.headers, account, permit.remainingMs());
    } catch (cause) {
      return { verdict: { evidence: 'not_applied', reason: 'no_credentials', neverSent: true, cause } };
    }
    const end = await exchange({
      url: addressOf(base, path, operation),
      method,
      headers: { ...credentials, ...(body.type === undefined ? {} : { 'content-type': body.type }), ...headers },
      body: body.bytes,
      timeoutMs: answerMs(of?.timeoutMs ?? timeoutMs, permit),
      permit,
      // As its reads are sent, so that whatever leads those (a proxy, a mock, a tracer) leads this.
      fetch: globalThis.fetch,
      ...(kind === 'bytes' ? { encoding: 'base64' as const } : {}),
    });
    if (end.kind === 'answered')
      return { verdict: judged(end.response, judging, kind), answer: asText(end.response, kind) };
    const evidence = end.kind === 'lost' ? 'unknown' : 'not_applied';
    return { verdict: { evidence, reason: end.reason, cause: end.cause } };
  };
  const owners = createOwners();
  const send = async (stored: string, permit: Permit, { marker }: Target): Promise<Verdict> => {
    const { verdict } = await sent(stored, permit);
    if (verdict.evidence === 'accepted') owners.remember(verdict.vendorId, marker);
    return verdict;
  };

  const readResponse = readBy({
    vendor,
    own,
    timeoutMs: timeoutMs ?? usualReadMs,
    address: (path) => addressOf(base, path, `a read of ${vendor}`),
    headers: (withinMs) => credentialsOf(options.headers, account, withinMs),
  });
  const read: HttpRead = async (...given) => {
    // Taken here and now: whose it is.
    const hears = runtime.reads?.();
    const answer = answerOf(await readResponse(...given));
    hears?.(answer);
    return answer;
  };

  const made = (operation: string, input: unknown, request: HttpRequest): string => {
    // Before anything is recorded.
    addressOf(base, request.path, operation);
    return storedRequest(operation, input, request);
  };

  const write = ({ operation, of }: Known, given: unknown): Promise<unknown> => {
    // At once, before anything is awaited: what is judged, approved and sent is this copy.
    const input = copyInput(given);
    // Each making of the request has a copy of its own, whatever it does to what it is given.
    const stored = (keys: Keys): string =>
      made(operation.name, input, of.request(copyInput(input), keys) as HttpRequest);
    return answered(
      of,
      runtime.perform({
        operation,
        parameters: input,
        prepare: stored,
        send,
        passThrough: async () => {
          const id = `unscoped_${randomUUID().replaceAll('-', '')}`;
          const ms = of.timeoutMs ?? timeoutMs ?? usualReadMs;
          const free: Permit = { check: () => undefined, remainingMs: () => (ms > 0 ? ms : longestMs) };
          const { verdict, answer } = await sent(stored({ key: id, marker: id }), free);
          const response = 'response' in verdict ? verdict.response : undefined;
          if (response) return response;
          if (answer) throw new HttpAnswerError({ ...answer, headers: {} });
          throw new Error(`${vendor} gave no answer (${'reason' in verdict ? verdict.reason : 'unknown'})`, {
            cause: 'cause' in verdict ? verdict.cause : verdict,
          });
        },
      }),
    );
  };

  const answered = async (of: AnyHttpOperation, performing: Promise<WireResponse>): Promise<unknown> => {
    const response = await performing;
    if (!proves(response).isYes) throw new HttpAnswerError(response);
    const answer = answerOf(response, kindOf(response, of.answers));
    return of.parse ? (of.parse(answer, response) as unknown) : answer;
  };

  const probe = async (target: Target): Promise<ProbeAnswer> => {
    const of = ofTarget(target);
    if (!of?.find)
      return {
        kind: 'cannot_know',
        reason: `httpAdapter has no find for ${target.operation}, so it cannot be looked for`,
      };
    if (target.request === undefined) return { kind: 'cannot_know', reason: 'the ledger did not keep the request' };
    const { find, safety } = of;
    const { key } = target;
    const request = requestOf(target.request);
    return asked(async () => {
      const look = lookUp(readResponse, classify);
      const matches = new Map<string, WireResponse>();
      for (const marker of markersIn(target)) {
        for (const found of listOf(await find(look.read, { key, marker, request }), target.operation)) {
          const vendorId = idOfFound(found);
          // What only looks like it may be what this process knows to be another effect's.
          if (byLikeness(of) && owners.isAnothers(vendorId, target.marker)) continue;
          matches.set(vendorId ?? marker, foundAnswer(found, of.answers));
        }
      }
      if (matches.size > 0) {
        owners.remember([...matches.keys()][0], target.marker);
        return { kind: 'found', matches: [...matches].map(([vendorId, response]) => ({ vendorId, response })) };
      }
      // Where repeating sets the same state, not finding that state says no more than that it is not so.
      return (safety.kind === 'natural' ? undefined : look.incomplete()) ?? { kind: 'absent' };
    });
  };
  const idOfFound = (found: unknown): string | undefined => {
    try {
      return judging.id(found, { status: 200, headers: {}, body: '' });
    } catch {
      // It may go by what only an answer to a write has, such as its `location`.
      return undefined;
    }
  };

  /** What is read again by the id of a settled effect; a no in a 2xx is no object. */
  const readAgain = async (path: string): Promise<WireResponse> => {
    const response = await readResponse(path);
    const no = noIn(response, classify);
    if (no !== undefined) throw new Error(`what answered a read of ${path} is a no of the vendor's (${no})`);
    return response;
  };
  const pathOf = (target: Target): string | undefined =>
    target.vendorId === undefined ? undefined : ofTarget(target)?.path?.(target.vendorId);

  const writes = [...known.values()].map((entry) => [
    entry.operation.name.slice(vendor.length + 1),
    async (input: unknown) => write(entry, input),
  ]);
  return {
    client: { ...Object.fromEntries(writes), read } as Client,
    resend: (target, permit) => send(target.request, permit, target),
    rekey: (request, keys) => {
      const { operation, input } = inputOf(request);
      const entry = known.get(operation);
      return entry ? made(operation, input, entry.of.request(copyInput(input), keys) as HttpRequest) : request;
    },
    parametersOf: (request) => inputOf(request).input,
    probe,
    lookAgain: async (target) => {
      const path = pathOf(target);
      if (path === undefined) return probe(target);
      const again = async (): Promise<ProbeAnswer> => {
        const found = answerOf(await readAgain(path));
        return { kind: 'found', matches: [{ vendorId: idOfFound(found) ?? path }] };
      };
      return asked(again, true);
    },
    restore: async (target) => {
      const path = pathOf(target);
      if (path === undefined)
        throw new Error(`httpAdapter has no path for ${target.operation}, so it cannot be read again`);
      const { status, body } = await readAgain(path);
      return asYes({ status, headers: {}, body }, ofTarget(target)?.answers === 'bytes');
    },
    compensate: async (target) => {
      const undo = target.vendorId === undefined ? undefined : ofTarget(target)?.undo?.(target.vendorId);
      const entry = undo && known.get(`${vendor}.${undo.operation}`);
      if (!entry) return { kind: 'impossible', why: `${target.operation} has no compensation` };
      return { kind: 'write', operation: entry.operation.name, run: () => write(entry, undo.input) };
    },
  };
}

/** Whether what it made is one effect's alone, and is found by what it says. */
function byLikeness({ safety, findsBy }: AnyHttpOperation): boolean {
  return safety.kind === 'probed' && findsBy === 'content';
}

/**
 * What `find` gave, where that is a list of what is there: anything else is a slip of it, and proves neither that
 * something is there nor that nothing is.
 */
function listOf(given: unknown, operation: string): readonly unknown[] {
  if (!Array.isArray(given)) throw new Error(`find of ${operation} gave no list of what it found`);
  const list = given as readonly unknown[];
  const at = list.findIndex((each) => each === undefined || each === null || each === false);
  if (at === -1) return list;
  throw new Error(
    `find of ${operation} gave a list that holds ${String(list[at])}; it should leave out what it did not find`,
  );
}

function idIn(answer: unknown): string | undefined {
  const id = (answer as { readonly id?: unknown } | null | undefined)?.id;
  // A number that JSON rounded names another object.
  return typeof id === 'string' || Number.isSafeInteger(id) ? String(id) : undefined;
}
