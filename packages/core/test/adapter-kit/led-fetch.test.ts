import { ledFetch } from '@oncely/core/adapter';
import { afterEach, expect, it } from 'vitest';

const ofTheProcess = Symbol.for('undici.globalDispatcher.1');
const process = globalThis as unknown as Record<symbol, { dispatch: (...given: unknown[]) => boolean }>;
void globalThis.Response;
const before = { fetch: globalThis.fetch, dispatcher: process[ofTheProcess] };

afterEach(() => {
  globalThis.fetch = before.fetch;
  if (before.dispatcher) process[ofTheProcess] = before.dispatcher;
});

it("is none where it is Node's own with nothing set", () => {
  expect(ledFetch()).toBeUndefined();
});

it('is what stands in its place', () => {
  const mock = async () => new Response();
  globalThis.fetch = mock;
  expect(ledFetch()).toBe(mock);
});

it('is the fetch of a process whose dispatcher somebody set, and calls nothing of that', () => {
  let calls = 0;
  const counting = (): boolean => ((calls += 1), true);
  class Agent {
    dispatch(): boolean {
      return counting();
    }
  }
  class MockAgent extends Agent {}
  const composed = new Proxy(before.dispatcher as object, {
    get: (target, name) => (name === 'dispatch' ? counting : (Reflect.get(target, name) as unknown)),
  });
  for (const set of [new MockAgent(), composed]) {
    process[ofTheProcess] = set as never;
    expect(ledFetch()).toBe(before.fetch);
  }
  expect(calls).toBe(0);
});
