import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { desk, openShop } from './vendor.ts';

type Write = () => Promise<{ id: string }>;

/** A streamed run as the agent frameworks have it: a class with private fields, whose work begins when it is read. */
class StreamedRun {
  readonly #write: Write;
  constructor(write: Write) {
    this.#write = write;
  }
  get textStream(): ReadableStream<string> {
    return webStream(this.#write);
  }
  toResponse(): Response {
    return new Response(webStream(this.#write).pipeThrough(new TextEncoderStream()), { status: 201 });
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield (await this.#write()).id;
  }
}

class KeptStream extends ReadableStream<string> {
  readonly kept = true;
}

function webStream(write: Write, kind: typeof ReadableStream<string> = ReadableStream): ReadableStream<string> {
  let done = false;
  return new kind({
    async pull(controller) {
      if (done) return controller.close();
      done = true;
      await sleep(1);
      controller.enqueue((await write()).id);
    },
  });
}

async function* items(write: Write): AsyncGenerator<string> {
  await sleep(1);
  yield (await write()).id;
}

async function readAll(stream: ReadableStream<string>): Promise<string[]> {
  const read: string[] = [];
  for await (const each of stream) read.push(each);
  return read;
}

async function all(of: AsyncIterable<string>): Promise<string[]> {
  const read: string[] = [];
  for await (const each of of) read.push(each);
  return read;
}

/** What a function may return that makes its write later, and how somebody outside reads it. */
const shapes: Record<
  string,
  { readonly make: (write: Write) => unknown; readonly read: (result: never) => Promise<unknown> }
> = {
  'an async generator': { make: items, read: all },
  'a generator of promises': {
    make: function* (write) {
      yield write();
    },
    read: async (result: Generator<Promise<{ id: string }>>) => {
      for (const each of result) return [(await each).id];
      return [];
    },
  },
  'a Node stream': { make: (write) => Readable.from(items(write)), read: (result: Readable) => result.toArray() },
  'a web stream': { make: (write) => webStream(write), read: readAll },
  'a web stream of a class of its own': {
    make: (write) => webStream(write, KeptStream),
    read: async (result: KeptStream) => (result.kept ? readAll(result) : []),
  },
  'a web stream that is led on': {
    make: (write) => webStream(write, KeptStream),
    read: (result: KeptStream) => readAll(result.pipeThrough(new TransformStream<string, string>())),
  },
  'a Response': {
    make: (write) =>
      new Response(webStream(write).pipeThrough(new TextEncoderStream()), { status: 201, headers: { a: 'b' } }),
    read: async (result: Response) =>
      result.status === 201 && result.headers.get('a') === 'b' ? [await result.text()] : [],
  },
  'a thenable that gives a stream': {
    // oxlint-disable-next-line unicorn/no-thenable -- query builders are such
    make: (write) => ({ then: (done: (value: unknown) => void) => done(webStream(write)) }),
    read: readAll,
  },
  'a streamed run, by its stream': {
    make: (write) => new StreamedRun(write),
    read: (run: StreamedRun) => readAll(run.textStream),
  },
  'a streamed run, by itself': { make: (write) => new StreamedRun(write), read: (run: StreamedRun) => all(run) },
  'a streamed run, by its Response': {
    make: (write) => new StreamedRun(write),
    read: async (run: StreamedRun) => [await run.toResponse().text()],
  },
  'a streamed run behind a proxy, by its stream': {
    make: (write) =>
      new Proxy(new StreamedRun(write), {
        get: (run, name) => {
          const member: unknown = Reflect.get(run, name, run);
          return typeof member === 'function' ? (member.bind(run) as unknown) : member;
        },
      }),
    read: (run: StreamedRun) => readAll(run.textStream),
  },
  'an object that holds a stream and a promise': {
    make: (write) => ({ stream: items(write), response: sleep(5).then(() => 'over') }),
    read: async (result: { stream: AsyncIterable<string>; response: Promise<string> }) => {
      expect(await result.response).toBe('over');
      return all(result.stream);
    },
  },
};

describe.each(Object.entries(shapes))('%s', (_name, shape) => {
  it('that an effect returned makes its write as that effect, with its options', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const run = async (expected: string): Promise<unknown> => {
      const write: Write = () => oncely.clients.shop.write('refund', {});
      return oncely.scope(desk, async () => {
        const result = await oncely.effect('refund', { expect: expected }, () => shape.make(write));
        // The effect's function has long ended.
        await sleep(2);
        return shape.read(result as never);
      });
    };
    await expect(run('shop.charge')).rejects.toThrow('unexpected_operation');
    expect(shop.vendor.happened).toHaveLength(0);
    expect(await run('shop.refund')).toEqual(['o_1']);
    expect(await run('shop.refund')).toEqual(['o_1']);
    expect(shop.vendor.happened).toHaveLength(1);
    const { effects } = await oncely.effects.list();
    expect(effects.map(({ contract }) => contract.stepId)).toEqual(['refund']);
  });

  it('that a scope returned makes its write in that scope', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const run = async (): Promise<unknown> => {
      const write: Write = () => oncely.effect('refund', () => oncely.clients.shop.write('refund', {}));
      const result = await oncely.scope(desk, async () => shape.make(write));
      await sleep(2);
      return shape.read(result as never);
    };
    expect(await run()).toEqual(['o_1']);
    expect(await run()).toEqual(['o_1']);
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('that an effect returned goes on after its scope has ended', async () => {
    const shop = openShop();
    const oncely = shop.start();
    let leaked: unknown;
    await oncely.scope(desk, async () => {
      leaked = await oncely.effect('refund', () => shape.make(() => oncely.clients.shop.write('refund', {})));
    });
    expect(await shape.read(leaked as never)).toEqual(['o_1']);
    const { effects } = await oncely.effects.list();
    expect(effects.map(({ contract }) => contract.stepId)).toEqual(['refund']);
  });
});

describe('what has ended', () => {
  it('refuses a later write, with what to return', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const write: Write = () => oncely.clients.shop.write('refund', {});
    let later: Write | undefined;
    const stream = await oncely.scope(desk, async () => {
      later = () => write();
      return webStream(() => oncely.effect('refund', write));
    });
    expect(await readAll(stream)).toEqual(['o_1']);
    let refused: Promise<unknown> | undefined;
    await oncely.scope({ ...desk, businessId: 'invoice_2' }, async () => {
      setTimeout(() => {
        refused = later?.();
        refused?.catch(() => undefined);
      }, 5);
    });
    await sleep(15);
    await expect(refused).rejects.toMatchObject({
      code: 'scope_closed',
      message: expect.stringMatching(/return from it/),
    });
  });
});
