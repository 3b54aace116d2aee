import { Readable } from 'node:stream';

import { isHolder, isLiveObject, propertiesOf } from './live-shapes.ts';

/** How long a scope or an effect lives on in what its function returned. */
export interface Life {
  /** Runs a step of what was returned as part of the scope or effect. */
  readonly inside: <R>(fn: () => R) => R;
  /** It is over: a later write in it is refused. */
  readonly end: () => void;
  /** It may go on, and nothing waits in it: what is lazy has ended, and the object that gave it may still be asked. */
  readonly rest: () => void;
}

/**
 * Keeps a scope or an effect for as long as what its function returned lives. Iterators, streams and the body of a
 * Response run their steps inside of it and end it; an object that holds or makes such things (a streamed run of an
 * agent) stays the object that it is, its members run inside, and it ends with the object. Anything else ends it at once.
 */
export function bindResult<T>(result: T, { inside, end, rest }: Life): T {
  let live = 0;
  let open = false;
  /** Something that has an end of its own; gives what is called there. */
  const hold = (): (() => void) => {
    live += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      live -= 1;
      if (live > 0) return;
      if (open) rest();
      else end();
    };
  };
  const bind = (value: unknown, depth: number): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Promise) return depth === 0 ? value : followed(value);
    if (value instanceof Response) return bindResponse(value, inside, hold);
    if (Object.getPrototypeOf(value) === ReadableStream.prototype)
      return bindWebStream(value as ReadableStream, inside, hold());
    if (value instanceof Readable) return bindReadable(value, inside, hold());
    if (isIterator(value) && !(value instanceof ReadableStream)) return bindIterator(value, inside, hold());
    if (isHolder(value)) return bindHeld(value, depth);
    if (isLiveObject(value)) return bindMembers(value);
    return value;
  };
  /** A promise that is held is work under way, and may give something that lives. */
  const followed = (promise: Promise<unknown>): Promise<unknown> => {
    const release = hold();
    return promise.then(
      (value) => {
        const bound = bind(value, 1);
        release();
        return bound;
      },
      (error: unknown) => {
        release();
        throw error;
      },
    );
  };
  const bindHeld = (holder: Record<string, unknown>, depth: number): unknown => {
    if (depth > 2) return holder;
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (!('value' in property) || property.writable !== true) continue;
      const bound = bind(property.value, depth + 1);
      if (bound !== property.value) holder[name] = bound;
    }
    return holder;
  };
  const membersBound = new WeakSet<object>();
  const bindMembers = (object: object): object => {
    open = true;
    if (membersBound.has(object) || !Object.isExtensible(object)) return object;
    membersBound.add(object);
    for (const [name, property] of propertiesOf(object)) {
      if (property.configurable !== true && Object.hasOwn(object, name)) continue;
      const { value } = property;
      const enumerable = property.enumerable === true && Object.hasOwn(object, name);
      if (typeof value === 'function') {
        const method = value as (...given: unknown[]) => unknown;
        const bound = function (this: unknown, ...given: unknown[]): unknown {
          return bind(
            inside(() => method.apply(this, given)),
            1,
          );
        };
        Object.defineProperty(bound, 'name', { value: method.name, configurable: true });
        Object.defineProperty(object, name, { value: bound, writable: true, configurable: true, enumerable });
      } else if (property.get !== undefined) {
        // Of whoever is asked: Mastra's runs are proxies, and only what is behind one has its private fields.
        Object.defineProperty(object, name, {
          configurable: true,
          enumerable,
          get(this: unknown) {
            return bind(
              inside(() => property.get?.call(this) as unknown),
              1,
            );
          },
          set(this: unknown, given: unknown) {
            property.set?.call(this, given);
          },
        });
      }
    }
    return object;
  };
  const bound = bind(result, 0);
  if (live === 0 && !open) end();
  return bound as T;
}

type Inside = Life['inside'];
type AnyIterator = (AsyncIterator<unknown> | Iterator<unknown>) & object;

function isIterator(value: object): value is AnyIterator {
  return (
    typeof (value as { next?: unknown }).next === 'function' &&
    (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

function bindReadable(stream: Readable, inside: Inside, close: () => void): Readable {
  const bound = Readable.from(bindIterator(stream[Symbol.asyncIterator](), inside, close), {
    objectMode: stream.readableObjectMode,
  });
  bound.once('close', close);
  return bound;
}

/** The body as a part of the scope; what else the response is and has stays. */
function bindResponse(response: Response, inside: Inside, hold: () => () => void): Response {
  const { body, status, statusText, headers } = response;
  if (body === null || response.bodyUsed) return response;
  const bound = new Response(bindWebStream(body, inside, hold()), { status, statusText, headers });
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(response))) {
    if (!Object.hasOwn(bound, name)) Object.defineProperty(bound, name, property);
  }
  for (const symbol of Object.getOwnPropertySymbols(response)) {
    if (!Object.hasOwn(bound, symbol))
      Object.defineProperty(bound, symbol, Object.getOwnPropertyDescriptor(response, symbol) as PropertyDescriptor);
  }
  if (response.url !== '') Object.defineProperty(bound, 'url', { value: response.url, configurable: true });
  const prototype = Object.getPrototypeOf(response) as object;
  if (prototype !== Response.prototype) Object.setPrototypeOf(bound, prototype);
  return bound;
}

function bindIterator<I extends AnyIterator>(
  iterator: I,
  inside: Inside,
  close: () => void,
): I & AsyncIterable<unknown> {
  const closing = (step: IteratorResult<unknown>): IteratorResult<unknown> => {
    if (step.done === true) close();
    return step;
  };
  const run = (method: 'next' | 'return' | 'throw', args: unknown[]): unknown => {
    const target = iterator as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
    try {
      const step = inside(() => target[method]?.apply(iterator, args)) as
        | IteratorResult<unknown>
        | PromiseLike<IteratorResult<unknown>>;
      if (typeof (step as { then?: unknown } | undefined)?.then !== 'function')
        return closing(step as IteratorResult<unknown>);
      return (step as PromiseLike<IteratorResult<unknown>>).then(closing, (error: unknown) => {
        close();
        throw error;
      });
    } catch (error) {
      close();
      throw error;
    }
  };
  const bound: I & AsyncIterable<unknown> = new Proxy(iterator as I & AsyncIterable<unknown>, {
    get(target, name) {
      if (name === Symbol.asyncIterator || name === Symbol.iterator) return name in target ? () => bound : undefined;
      if ((name === 'next' || name === 'return' || name === 'throw') && name in target) {
        return (...args: unknown[]) => run(name, args);
      }
      return Reflect.get(target, name, target) as unknown;
    },
  });
  return bound;
}

function bindWebStream(stream: ReadableStream, inside: Inside, close: () => void): ReadableStream {
  // What is being read by somebody is theirs.
  if (stream.locked) {
    close();
    return stream;
  }
  const reader = stream.getReader() as ReadableStreamDefaultReader<unknown>;
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const step = await inside(() => reader.read());
          if (step.done) {
            close();
            controller.close();
          } else {
            controller.enqueue(step.value);
          }
        } catch (error) {
          close();
          controller.error(error);
        }
      },
      async cancel(reason) {
        try {
          await inside(() => reader.cancel(reason));
        } finally {
          close();
        }
      },
    },
    { highWaterMark: 0 },
  );
}
