import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { batching } from '../src/batching.ts';
import { isOncelyError } from '../src/errors.ts';

interface Store {
  readonly batches: (readonly string[])[];
  readonly write: (command: string) => Promise<string>;
  /** Lets the oldest batch that is under way end. */
  readonly end: () => Promise<void>;
}

/** A store that answers when it is told to, and fails a batch for each command that begins with "bad". */
function store(options: { lanes?: number; maxCommands?: number; timeoutMs?: number } = {}): Store {
  const batches: (readonly string[])[] = [];
  const underWay: (() => void)[] = [];
  return {
    batches,
    write: batching<string, string>({
      name: 'test',
      ...options,
      weigh: (command) => command.length,
      isFaultOfOne: (error) => error instanceof RangeError,
      send: async (commands) => {
        batches.push(commands);
        await new Promise<void>((resolve) => underWay.push(resolve));
        const bad = commands.find((command) => command.startsWith('bad'));
        if (bad !== undefined) throw new RangeError(bad);
        if (commands.includes('down')) throw new Error('down');
        return commands.map((command) => `done ${command}`);
      },
    }),
    end: async () => {
      underWay.shift()?.();
      for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const tick = (): Promise<void> => Promise.resolve();

describe('batching', () => {
  it('sends a lone command in the tick in which it was given', async () => {
    const { batches, write } = store();
    void write('a');
    const later = new Promise((resolve) => process.nextTick(resolve));
    await Promise.resolve();
    expect(batches).toEqual([['a']]);
    await later;
  });

  it('sends together what gathered while the last batch was under way, in order', async () => {
    const { batches, write, end } = store();
    const answers = ['a', 'b'].map(write);
    await tick();
    answers.push(...['c', 'd', 'e'].map(write));
    expect(batches).toEqual([['a', 'b']]);
    await end();
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
    await end();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd', 'e'].map((command) => `done ${command}`));
  });

  it('never carries more commands than it may, nor more than one that is too large for company', async () => {
    const { batches, write, end } = store({ maxCommands: 3 });
    const large = 'x'.repeat(4 * 1024 * 1024);
    for (const command of ['a', 'b', 'c', 'd', large, 'f']) void write(command);
    await tick();
    for (let batch = 0; batch < 4; batch += 1) await end();
    expect(batches.map((batch) => batch.map((command) => command.slice(0, 1)))).toEqual([
      ['a', 'b', 'c'],
      ['d'],
      ['x'],
      ['f'],
    ]);
  });

  it('has no more batches under way than lanes', async () => {
    const { batches, write, end } = store({ lanes: 2 });
    for (const command of ['a', 'b', 'c', 'd']) {
      void write(command);
      await tick();
    }
    expect(batches).toEqual([['a'], ['b']]);
    await end();
    expect(batches).toEqual([['a'], ['b'], ['c', 'd']]);
  });

  it('a failure that is nobody in particular fails the batch, and the next goes on', async () => {
    const { write, end } = store();
    const first = write('a');
    await tick();
    const failed = [write('b'), write('down')].map((answer) => answer.catch((error: Error) => error.message));
    await end();
    await end();
    expect(await first).toBe('done a');
    expect(await Promise.all(failed)).toEqual(['down', 'down']);
    const next = write('c');
    await tick();
    await end();
    expect(await next).toBe('done c');
  });

  it('tells its callers when the store does not answer in time, and goes on with the next', async () => {
    const { batches, write } = store({ timeoutMs: 20 });
    const hung = write('a').catch((error: unknown) => error);
    await tick();
    void write('b').catch(() => undefined);
    const error = await hung;
    expect(isOncelyError(error) && error.code).toBe('ledger_unavailable');
    expect(String(error)).toContain('may have been stored');
    await expect.poll(() => batches).toEqual([['a'], ['b']]);
  });

  it('refuses at once what a slow store would make it keep, and says that it was not stored', async () => {
    const { write, end } = store();
    const first = write('a');
    await tick();
    const half = 'x'.repeat(33 * 1024 * 1024);
    const kept = write(half);
    const error = await write(half).catch((reason: unknown) => reason);
    expect(isOncelyError(error) && error.code).toBe('ledger_unavailable');
    expect(String(error)).toContain('was not stored');
    await end();
    await end();
    expect(await first).toBe('done a');
    expect((await kept).length).toBeGreaterThan(half.length);
  });

  it("one command's fault never fails its neighbours, wherever it stands", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (faults) => {
        const { batches, write, end } = store({ maxCommands: 16 });
        const commands = faults.map((bad, at) => `${bad ? 'bad' : 'good'} ${at}`);
        const answers = commands.map((command) => write(command).catch((error: Error) => `refused ${error.message}`));
        let ended = 0;
        await tick();
        while (ended < batches.length) {
          ended += 1;
          await end();
        }
        expect(await Promise.all(answers)).toEqual(
          commands.map((command) => `${command.startsWith('bad') ? 'refused' : 'done'} ${command}`),
        );
      }),
      { numRuns: 50 },
    );
  });
});
