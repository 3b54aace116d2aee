import { isUnconnected, readWhole, reasonOf, timedOut, withoutCookies } from './transport-end.ts';
import type { Carriage, ExchangeEnd } from './transport.ts';

type Fetch = typeof globalThis.fetch;

/** What Node's fetch hands its requests to: undici's dispatcher, as far as it is used here. */
interface Dispatcher {
  readonly isMockActive?: boolean;
  dispatch(options: object, handler: object): boolean;
}

/** Where Node's fetch, and undici's own, look for the dispatcher of the process. */
const ofTheProcess = Symbol.for('undici.globalDispatcher.1');

export async function exchangeByFetch(options: Carriage, fetch: Fetch): Promise<ExchangeEnd> {
  const { permit, url, method, headers, maxBytes, timeoutMs } = options;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(timedOut(timeoutMs)), timeoutMs);
  const dispatcher = dispatcherOf(options.init);
  const real = isNodes(fetch) ? dispatcher : undefined;
  // Then the check came before there was a connection.
  const early = real === undefined || real.isMockActive === true;
  let sent = false;
  const check = (): void => {
    permit.check();
    sent = true;
  };
  try {
    // Whoever replaced it may do anything with what it is given, so that the check comes before.
    if (real === undefined) check();
    const init = {
      ...options.init,
      method,
      headers,
      redirect: 'manual',
      signal: limit.signal,
      ...(options.body.length === 0 ? {} : { body: options.body }),
      ...(dispatcher === undefined
        ? {}
        : { dispatcher: real === undefined ? onceBehind(dispatcher) : onceBy(real, check) }),
    };
    const answer = await fetch(url, init as RequestInit);
    // A dispatcher that tells nobody when it begins.
    if (!sent) check();
    const requestId = answer.headers.get('request-id') ?? undefined;
    // What stands in for a response may have no stream.
    const body = answer.body
      ? await readWhole(answer.body, maxBytes, { status: answer.status, requestId }, options.encoding)
      : await answer.text();
    return { kind: 'answered', response: { status: answer.status, headers: withoutCookies(answer.headers), body } };
  } catch (error) {
    // fetch wraps what happened; the reason is what it wraps.
    const cause = (limit.signal.aborted ? limit.signal.reason : causeOf(error)) as unknown;
    const reason = reasonOf(cause);
    limit.abort();
    return { kind: sent && !(early && isUnconnected(cause)) ? 'lost' : 'not_sent', reason, cause };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Hands one request on, with the check right before its first byte: a dispatcher tells the handler when it begins to
 * write. Whatever begins again (fetch itself on a 421, a retrying dispatcher) is refused, since an attempt sends once.
 */
function onceBy(real: Dispatcher, check: () => void): Dispatcher {
  let begun = false;
  return {
    get isMockActive() {
      return real.isMockActive === true;
    },
    dispatch(options, handler) {
      if (begun) throw sentBefore();
      begun = true;
      // A mock need not tell.
      if (real.isMockActive === true) {
        check();
        return real.dispatch(options, handler);
      }
      return real.dispatch(options, tellingOf(handler, check));
    },
  };
}

/**
 * For what stands in the place of Node's fetch and may call that more than once (a wrapper that retries): once a request
 * has begun to be written, no other one is. One that found no connection may be tried again.
 */
function onceBehind(real: Dispatcher): Dispatcher {
  let begun = false;
  const begin = (): void => {
    if (begun) throw sentBefore();
    begun = true;
  };
  return {
    get isMockActive() {
      return real.isMockActive === true;
    },
    dispatch(options, handler) {
      if (begun) throw sentBefore();
      if (real.isMockActive === true) begin();
      return real.dispatch(options, real.isMockActive === true ? handler : tellingOf(handler, begin));
    },
  };
}

function sentBefore(): Error {
  return new Error('this attempt has sent already; one attempt sends once');
}

/** The handler, which asks for the permission as its request begins to be written; a no aborts that. */
function tellingOf(handler: object, check: () => void): object {
  const orAbort = (abort: (error: Error) => void): void => {
    try {
      check();
    } catch (error) {
      abort(error as Error);
    }
  };
  return new Proxy(handler, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      const bound = value.bind(target) as (...given: unknown[]) => unknown;
      if (name !== 'onConnect' && name !== 'onRequestStart') return bound;
      return (...given: unknown[]) => {
        // First the handler, which keeps the way to abort that it is given here.
        const result = bound(...given);
        const [first] = given;
        if (typeof first === 'function') orAbort(first as (error: Error) => void);
        else orAbort((error) => (first as { abort(error: Error): void }).abort(error));
        return result;
      };
    },
  });
}

function dispatcherOf(init: Carriage['init']): Dispatcher | undefined {
  // Node loads its fetch with the first of these, and sets the dispatcher then.
  void globalThis.Response;
  const found = init?.['dispatcher'] ?? (globalThis as unknown as Record<symbol, unknown>)[ofTheProcess];
  return typeof (found as Partial<Dispatcher> | undefined)?.dispatch === 'function' ? (found as Dispatcher) : undefined;
}

/** Node's own, and not what a test or a tracer put in its place. */
function isNodes(fetch: Fetch): boolean {
  return /internal\/deps\/undici/.test(Function.prototype.toString.call(fetch));
}

function causeOf(error: unknown): unknown {
  const { cause, code } = error as { cause?: unknown; code?: unknown };
  return code === undefined && cause instanceof Error ? cause : error;
}
