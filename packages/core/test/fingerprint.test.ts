import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isOncelyError } from '../src/errors.ts';
import { canonicalJson, changedFields, fingerprint, sha256, toJson, type Fingerprint } from '../src/fingerprint.ts';

const key = Buffer.alloc(32, 7);
const print = (parameters: unknown, wording?: string[]): Fingerprint =>
  fingerprint({ operation: 'op', account: 'acct', parameters, ...(wording ? { wording } : {}) }, key);

/** Equality of JSON values, written apart from the source: -0 is 0, a member that is undefined is absent. */
function equal(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = (value: object): string[] =>
    Object.keys(value).filter((name) =>
      Object.entries(value).some(([own, item]) => own === name && item !== undefined),
    );
  const own = (value: object, name: string): unknown => Object.getOwnPropertyDescriptor(value, name)?.value;
  const [left, right] = [names(a), names(b)];
  return (
    left.length === right.length && left.every((name) => Object.hasOwn(b, name) && equal(own(a, name), own(b, name)))
  );
}

function shuffled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(shuffled);
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value).toReversed()) copy[name] = shuffled(item);
  return copy;
}

// Near misses: few keys, few values, and all the pairs that a loose serialisation confuses.
const close: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(
      0,
      -0,
      1,
      '1',
      '0',
      '',
      null,
      'null',
      true,
      'true',
      false,
      1e21,
      '1e+21',
      0.1,
      'a,b',
      '"',
      '\\',
      '\u0000',
      'é',
      'e\u0301',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '1', '10', '', 'a.b', '__proto__', 'constructor', 'toJSON'), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value;

describe('a fingerprint', () => {
  it('is shared by no two different JSON values', () => {
    const pairs = fc.oneof(fc.tuple(close, close), fc.tuple(fc.jsonValue(), fc.jsonValue()));
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(print(a).full === print(b).full).toBe(equal(a, b));
      }),
      { numRuns: 5_000 },
    );
  });

  it('does not depend on the order of keys, nor on copies', () => {
    fc.assert(
      fc.property(fc.oneof(close, fc.jsonValue()), (value) => {
        expect(print(shuffled(value))).toEqual(print(value));
        expect(print(JSON.parse(JSON.stringify(value)))).toEqual(print(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes undefined for absent, and null for a value', () => {
    expect(print({ a: 1, b: undefined })).toEqual(print({ a: 1 }));
    expect(print({ a: 1, b: null }).full).not.toBe(print({ a: 1 }).full);
    expect(print(undefined).full).not.toBe(print(null).full);
    expect(print(undefined).full).not.toBe(print({}).full);
  });

  it('takes __proto__ and constructor for keys like any other', () => {
    const named = (name: string, value: unknown): unknown =>
      JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`);
    for (const name of ['__proto__', 'constructor', 'toString', 'toJSON']) {
      expect(print(named(name, 1)).full).not.toBe(print({}).full);
      expect(print(named(name, 1)).full).not.toBe(print(named(name, 2)).full);
      expect(changedFields(print({}), print(named(name, 1)))).toEqual([name]);
      expect(changedFields(print(named(name, 1)), print(named(name, 1)))).toEqual([]);
      // As the ledger keeps it.
      expect(JSON.parse(JSON.stringify(print(named(name, 1))))).toEqual(print(named(name, 1)));
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is other under another key, operation or account', () => {
    const input = { operation: 'op', account: 'acct', parameters: { amount: 1 } };
    const base = fingerprint(input, key);
    const others = [
      fingerprint(input, Buffer.alloc(32, 8)),
      fingerprint({ ...input, operation: 'op2' }, key),
      fingerprint({ ...input, account: 'acct2' }, key),
    ];
    const all = [base, ...others];
    expect(new Set(all.map((each) => each.full)).size).toBe(4);
    expect(new Set(all.map((each) => each.material)).size).toBe(4);
    expect(changedFields(base, others[0] as Fingerprint)).toEqual(['amount']);
    expect(changedFields(base, others[1] as Fingerprint)).toEqual(['amount']);
    expect(changedFields(base, others[2] as Fingerprint)).toEqual([]);
  });

  it('tells wording from substance', () => {
    const wording = ['text', 'subject'];
    const base = print({ to: 'a', text: 'hello', subject: 's' }, wording);
    const reworded = print({ to: 'a', text: 'good day', subject: 's' }, wording);
    const redirected = print({ to: 'b', text: 'hello', subject: 's' }, wording);
    const wordless = print({ to: 'a' }, wording);
    expect(reworded.full).not.toBe(base.full);
    expect(reworded.material).toBe(base.material);
    expect(redirected.material).not.toBe(base.material);
    expect(wordless.material).toBe(base.material);
    expect(wordless.full).not.toBe(base.full);
    expect(print({ text: 'hello' }, wording).material).toBe(print({}, wording).material);
    // Only at the top: a list's or an inner object's text is substance.
    expect(print({ a: { text: 1 } }, wording).material).not.toBe(print({ a: { text: 2 } }, wording).material);
    expect(print(['x'], wording).material).toBe(print(['x'], wording).full);
  });

  it('names the changed parameters, sorted, without their values', () => {
    const before = print({ amount: 1, charge: 'ch_1', note: 'x', same: [1, { b: 2 }] });
    const after = print({ amount: 2, charge: 'ch_1', added: true, same: [1, { b: 2 }] });
    expect(changedFields(before, after)).toEqual(['added', 'amount', 'note']);
    expect(changedFields(before, before)).toEqual([]);
    expect(JSON.stringify(before)).not.toContain('ch_1');
  });
});

describe('values that JSON has no word for', () => {
  it('a Date is its ISO text, a URL its href, bytes their digest', () => {
    expect(toJson(new Date(0), 'v')).toBe('1970-01-01T00:00:00.000Z');
    expect(toJson(new URL('https://a.example/b?c#d'), 'v')).toBe('https://a.example/b?c#d');
    const digest = { $sha256: sha256('abc') };
    expect(toJson(Buffer.from('abc'), 'v')).toEqual(digest);
    expect(toJson(new Uint8Array(Buffer.from('abc')).buffer, 'v')).toEqual(digest);
    // A view is what it shows of its buffer, not all of it.
    expect(toJson(Buffer.from('xabcx').subarray(1, 4), 'v')).toEqual(digest);
    expect(toJson(new DataView(new Uint8Array(Buffer.from('xabc')).buffer, 1), 'v')).toEqual(digest);
  });

  it('takes objects without a prototype and of another realm for plain ones, and the same object twice', () => {
    const shared = { x: 1 };
    expect(toJson(Object.assign(Object.create(null), { a: 1 }), 'v')).toEqual({ a: 1 });
    expect(toJson(runInNewContext('({ a: [1] })'), 'v')).toEqual({ a: [1] });
    expect(toJson({ a: shared, b: [shared, shared] }, 'v')).toEqual({ a: { x: 1 }, b: [{ x: 1 }, { x: 1 }] });
  });

  it('shares nothing with its input', () => {
    const input = { list: [1], inner: { a: 1 } };
    const copy = toJson(input, 'v') as typeof input;
    input.list.push(2);
    input.inner.a = 2;
    expect(copy).toEqual({ list: [1], inner: { a: 1 } });
  });

  class Money {
    amount = 1;
  }
  const cycle: Record<string, unknown> = {};
  cycle['deep'] = [{ back: cycle }];
  const holed: unknown[] = [];
  holed[0] = 1;
  holed[2] = 3;
  async function* generate(): AsyncGenerator<number> {
    yield 1;
  }

  it.each<[string, unknown, string, RegExp]>([
    ['NaN', { a: [Number.NaN] }, 'parameters.a[0]', /is NaN/],
    ['Infinity', { a: -Infinity }, 'parameters.a', /is -Infinity/],
    ['a BigInt', { a: { b: 1n } }, 'parameters.a.b', /BigInt/],
    ['a Map', { a: new Map() }, 'parameters.a', /instance of Map/],
    ['a Set', { a: new Set() }, 'parameters.a', /instance of Set/],
    ['a RegExp', { a: /x/ }, 'parameters.a', /instance of RegExp/],
    ['a boxed number', { a: Object(1) }, 'parameters.a', /instance of Number/],
    ['a promise', { a: Promise.resolve(1) }, 'parameters.a', /instance of Promise/],
    ['a function', { a: () => 1 }, 'parameters.a', /is a function/],
    ['a method', { a: { toJSON: () => 1 } }, 'parameters.a.toJSON', /is a function/],
    ['a symbol', [Symbol('x')], 'parameters[0]', /is a symbol/],
    ['a cycle', cycle, 'parameters.deep[0].back', /cycle/],
    [
      'what has no end',
      JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)),
      `parameters${'[0]'.repeat(29)}[0...`,
      /500 levels deep/,
    ],
    ['a class instance', { a: [{ price: new Money() }] }, 'parameters.a[0].price', /instance of Money/],
    [
      'an object on a bare prototype',
      { a: Object.create(Object.create(null) as object) },
      'parameters.a',
      /instance of object/,
    ],
    ['a stream of node', { a: Readable.from(['x']) }, 'parameters.a', /is a stream/],
    ['a web stream', { a: new ReadableStream() }, 'parameters.a', /is a stream/],
    ['an async generator', { a: generate() }, 'parameters.a', /is an instance of/],
    ['a lone surrogate', { a: 'x\ud83d' }, 'parameters.a', /lone surrogate/],
    ['a lone surrogate in a key', { a: { 'x\udc00': 1 } }, 'parameters.a', /key with a lone surrogate/],
    ['a hole in a list', { a: holed }, 'parameters.a[1]', /use null for a gap/],
    ['undefined in a list', [undefined], 'parameters[0]', /use null for a gap/],
    ['an invalid Date', { a: new Date(Number.NaN) }, 'parameters.a', /invalid Date/],
    ['shared memory', { a: new SharedArrayBuffer(1) }, 'parameters.a', /instance of SharedArrayBuffer/],
  ])('refuses %s, naming the path', (_case, parameters, path, problem) => {
    let thrown: unknown;
    try {
      print(parameters);
    } catch (error) {
      thrown = error;
    }
    if (!isOncelyError(thrown)) throw new Error('it was not refused', { cause: thrown });
    expect(thrown.code).toBe('invalid_input');
    expect(thrown.next).toBe('fix-input');
    expect(thrown.message).toContain(`${path} `);
    expect(thrown.message).toMatch(problem);
    expect(thrown.message).toContain('Nothing was sent');
  });

  it('refuses undefined where a text is asked for', () => {
    expect(() => canonicalJson(undefined)).toThrow(/undefined/);
  });
});
