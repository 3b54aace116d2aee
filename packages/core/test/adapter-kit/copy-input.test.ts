import { copyInput } from '@oncely/core/adapter';
import { describe, expect, it } from 'vitest';

class Money {
  readonly cents = 5;
}

describe('the copy of an input', () => {
  it('shares nothing with it, and keeps each thing as what it is', () => {
    const input = {
      to: 'ann',
      when: new Date(0),
      at: new URL('https://shop.example/a'),
      pdf: Buffer.from('%PDF'),
      floats: new Float64Array([1.5]),
      raw: new ArrayBuffer(2),
      lines: [{ sku: 'tea', note: null }],
      left: undefined,
    };
    const copy = copyInput(input);
    const { left: _left, ...there } = input;
    expect(copy).toEqual(there);
    expect('left' in copy).toBe(false);
    expect(Buffer.isBuffer(copy.pdf)).toBe(true);
    input.when.setTime(1);
    input.at.pathname = '/b';
    input.pdf.fill(0);
    input.floats[0] = 2;
    input.lines[0] = { sku: 'gold', note: null };
    expect([copy.when.getTime(), copy.at.href, String(copy.pdf), copy.floats[0], copy.lines]).toEqual([
      0,
      'https://shop.example/a',
      '%PDF',
      1.5,
      [{ sku: 'tea', note: null }],
    ]);
  });

  it('reads a getter once, and only the part of a buffer that is seen', () => {
    let reads = 0;
    const input = {
      get cents() {
        return (reads += 1);
      },
      part: Buffer.from('abcdef').subarray(2, 4),
    };
    const copy = copyInput(input);
    expect([copy.cents, copy.cents, reads, copy.part.buffer.byteLength]).toEqual([1, 1, 1, 2]);
    expect(copyInput(JSON.parse('{"__proto__":{"a":1}}'))).toEqual(JSON.parse('{"__proto__":{"a":1}}'));
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each([
    [new Map(), 'input is an instance of Map'],
    [{ a: new Set() }, 'input.a is an instance of Set'],
    [{ a: [new Money()] }, 'input.a[0] is an instance of Money'],
    [Promise.resolve(1), 'input is an instance of Promise'],
    [new FormData(), 'input is an instance of FormData'],
    [{ a: Number.NaN }, 'input.a is NaN'],
    [{ a: [undefined] }, 'input.a[0] is undefined'],
    [{ a: 1n }, 'input.a is a BigInt'],
    [{ toJSON: () => ({}) }, 'input.toJSON is a function'],
    [{ a: new Date(Number.NaN) }, 'input.a is an invalid Date'],
    [cycle, 'input.self refers back to itself'],
    [JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)), 'lies more than 500 levels deep'],
  ])('refuses %o by its path', (input, message) => {
    expect(() => copyInput(input)).toThrow(message);
  });
});
