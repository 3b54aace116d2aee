import { effectTool, looseJsonSchema, type Tool } from '@oncely/core/tools';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { desk, openShop } from '../oncely/vendor.ts';

// What a schema makes of an input is more than JSON.

interface Bill {
  readonly [name: string]: unknown;
}

function open(field: z.ZodType, idOf: (value: never) => string | number) {
  const shop = openShop();
  const oncely = shop.start();
  const seen: unknown[] = [];
  const tool = effectTool({
    name: 'bill',
    title: 'Bill',
    description: 'Bills.',
    inputSchema: z.object({ field, note: z.string().optional() }),
    outputSchema: z.object({ id: z.string() }),
    operation: 'shop.bill',
    identity: (input) => ({ ids: { field: idOf(input.field as never) } }),
    perform: (input) => {
      seen.push(input.field);
      return oncely.clients.shop.write('bill', { of: idOf(input.field as never) } as Bill);
    },
    output: (made) => made,
  }) as Tool;
  return {
    shop,
    seen,
    call: (field_: unknown) => oncely.scope(desk, () => tool.execute({ field: field_ })),
  };
}

describe('an input', () => {
  it.each<[string, z.ZodType, (value: never) => string | number, unknown, unknown]>([
    ['Date', z.coerce.date(), (day: Date) => day.toISOString(), '2026-01-01', '2026-02-01'],
    [
      'URL',
      z.string().transform((text) => new URL(text)),
      (url: URL) => url.href,
      'https://a.example',
      'https://b.example',
    ],
    [
      'Set',
      z.array(z.string()).transform((list) => new Set(list)),
      (set: Set<string>) => [...set].join(),
      ['a'],
      ['b'],
    ],
    [
      'Map',
      z.record(z.string(), z.number()).transform((of) => new Map(Object.entries(of))),
      (map: Map<string, number>) => [...map].join(),
      { a: 1 },
      { a: 2 },
    ],
    ['BigInt', z.string().transform(BigInt), (n: bigint) => String(n), '1', '2'],
    ['Buffer', z.string().transform((text) => Buffer.from(text)), (bytes: Buffer) => bytes.toString('hex'), 'a', 'b'],
    [
      'Uint8Array',
      z.array(z.number()).transform((list) => new Uint8Array(list)),
      (bytes: Uint8Array) => bytes.join(),
      [1],
      [2],
    ],
  ])(
    'that its schema made a %s of is one, and another one is another effect',
    async (type, field, idOf, one, other) => {
      const { shop, seen, call } = open(field, idOf);
      expect([await call(one), await call(other), await call(one)]).toMatchObject([
        { status: 'succeeded' },
        { status: 'succeeded' },
        { status: 'already_done' },
      ]);
      expect(shop.vendor.happened).toHaveLength(2);
      const name = (value: unknown): string => (value as { constructor: { name: string } }).constructor.name;
      expect(seen.map(name)).toEqual(seen.map(() => type));
    },
  );

  it.each([
    ['an object', () => ({}) as never],
    ['a Date as it is', (day: Date) => day as never],
    ['what is not there', () => undefined as never],
    ['no number', () => Number.NaN],
    ['the text of an object', (day: Date) => `${{} as string}${day.getTime() === 0 ? 'x' : ''}`],
  ])('whose id is %s is the fault of the program, and nothing is sent', async (_what, idOf) => {
    const { shop, call } = open(z.coerce.date(), idOf as never);
    await expect(call('2026-01-01')).rejects.toMatchObject({ code: 'invalid_config' });
    expect(shop.vendor.sends).toBe(0);
  });

  it('whose id a model left empty is refused in words for the model', async () => {
    const { shop, call } = open(z.string(), (id: string) => id);
    expect(await call('  ')).toMatchObject({
      status: 'rejected',
      reason: 'invalid_input',
      text: expect.stringContaining('field of bill is empty'),
    });
    expect(shop.vendor.sends).toBe(0);
  });

  it('that is changed after the call is the one that was judged', async () => {
    const { seen, call } = open(z.any(), ({ id }: { id: string }) => id);
    const field = { id: 'ann', cents: 5 };
    const calling = call(field);
    field.cents = 5_000_000;
    await calling;
    expect(seen).toEqual([{ id: 'ann', cents: 5 }]);
  });
});

it('a loose schema asks only for what must be there, and takes null for the rest', () => {
  const schema = z.object({ a: z.string(), b: z.string().optional(), c: z.string().nullable() });
  expect(looseJsonSchema(schema)).toMatchObject({
    required: ['a'],
    additionalProperties: false,
    properties: { b: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
  });
});
