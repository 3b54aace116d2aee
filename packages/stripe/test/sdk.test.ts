import { readFileSync } from 'node:fs';

import Stripe from 'stripe';
import { beforeAll, describe, expect, it } from 'vitest';

import { failures } from '../src/failures.ts';
import { allLookUps, isMarked, lookUpOf } from '../src/lookup.ts';
import { isWrite, operationOf } from '../src/operations.ts';
import { states, type StateValue } from '../src/states.ts';
import { entryNamed, table, type Entry } from '../src/table.ts';
import type { Declarations } from './sdk/declarations.ts';
import { sdkMethods, type SdkMethod } from './sdk/methods.ts';
import { tableFiles } from './sdk/table-files.ts';
import { readingPosts } from './sdk/table.ts';

const hour = 3_600_000;

let methods: readonly SdkMethod[];
let writes: readonly (SdkMethod & { readonly sent: NonNullable<SdkMethod['sent']> })[];
beforeAll(async () => {
  methods = await sdkMethods();
  writes = methods.flatMap((each) =>
    each.sent && isWrite(each.sent.method, each.sent.path) ? [{ ...each, sent: each.sent }] : [],
  );
});

/** `stripe.account` is an older name of `stripe.accounts`. */
const nameOf = (name: string): string => name.replace(/^account\./, 'accounts.');
const takes = (method: SdkMethod, field: string): boolean => method.parameters.some(({ name }) => name === field);
const makes = (name: string): boolean => /(^|\.)create\w*$/.test(name);

describe(`every method of the installed SDK, stripe ${Stripe.PACKAGE_VERSION}`, () => {
  it('is reached: so many by each verb', () => {
    const counts = Map.groupBy(methods, ({ sent }) => sent?.method ?? 'local');
    expect(Object.fromEntries([...counts].map(([verb, of]) => [verb, of.length]))).toEqual({
      POST: 342,
      GET: 299,
      DELETE: 31,
      local: 2,
    });
    const aliases = methods.filter(({ name }) => name.startsWith('account.'));
    expect([methods.length, aliases.length]).toEqual([674, 22]);
    expect(methods.flatMap(({ sent, name }) => (sent ? [] : [name]))).toEqual([
      'v2.core.events.addFetchRelatedObjectIfNeeded',
      'oauth.authorizeUrl',
    ]);
  });

  it('reads by GET and writes by POST or DELETE, but for the named exceptions', () => {
    for (const { name, sent } of methods) {
      if (!sent) continue;
      const reads = sent.method === 'GET' || readingPosts.includes(name);
      expect([name, isWrite(sent.method, sent.path)]).toEqual([name, !reads]);
    }
    for (const name of readingPosts) expect(methods.map((each) => each.name)).toContain(name);
  });

  it('that writes is known by its own name', () => {
    for (const { name, sent } of writes) {
      expect(operationOf(sent.method, sent.path, 0).name).toBe(`stripe.${nameOf(name)}`);
    }
    // And the table holds nothing that the SDK has not.
    const known = new Set(writes.map(({ name }) => nameOf(name)));
    expect(table.filter(({ name }) => !known.has(name))).toEqual([]);
    expect(table).toHaveLength(known.size);
  });

  it('is keyed for 23 hours in v1 and 29 days in v2, and only where Stripe takes a key', () => {
    for (const { name, sent } of writes) {
      const { safety } = operationOf(sent.method, sent.path, 0);
      const readable = methods.some((each) => each.sent?.method === 'GET' && each.sent.path === sent.path);
      // The SDK sends a key to OAuth too, and nothing says what comes of it there.
      const keyed = sent.keyed && !sent.path.startsWith('/oauth/');
      const wanted = !keyed
        ? { kind: readable ? 'natural' : 'unverifiable' }
        : { kind: 'keyed', windowMs: sent.path.startsWith('/v2/') ? 29 * 24 * hour : 23 * hour };
      expect([name, safety]).toEqual([name, wanted]);
    }
  });

  it('that makes an object with metadata is marked, and no other is: the types of the SDK against the table', () => {
    const creates = writes.filter(({ name }) => makes(name) && !name.startsWith('account.'));
    const byTypes = creates.filter((each) => takes(each, 'metadata')).map(({ name }) => name);
    const byTable = table.filter((entry) => makes(entry.name) && isMarked(entry)).map(({ name }) => name);
    expect(byTable.toSorted()).toEqual(byTypes.toSorted());
    expect([creates.length, byTypes.length]).toEqual([116, 65]);
    const others = table.filter((entry) => !makes(entry.name) && isMarked(entry)).map(({ name }) => name);
    expect(others).toEqual(['paymentRecords.reportPayment', 'payouts.reverse']);
    for (const name of others)
      expect(takes(methods.find((each) => each.name === name) as SdkMethod, 'metadata')).toBe(true);
    for (const { name, sent } of writes) {
      const marked = byTypes.includes(nameOf(name)) || others.includes(name);
      expect([name, operationOf(sent.method, sent.path, 0).marked]).toEqual([name, marked]);
    }
  });

  it('that is looked up by a list has that list, with the filters that are asked', () => {
    for (const { entry, lookUp } of allLookUps()) {
      if (lookUp.kind !== 'list') continue;
      const list = methods.find(({ sent }) => sent?.method === 'GET' && sent.path === lookUp.path);
      expect(list?.name, entry.name).toMatch(/\.list\w*$/);
      const filters = list?.parameters.map(({ name }) => name) ?? [];
      const asked = [
        ...lookUp.by,
        ...lookUp.needs,
        ...Object.keys(lookUp.fixed),
        ...(lookUp.created ? ['created'] : []),
      ];
      expect(filters, entry.name).toEqual(
        expect.arrayContaining([...asked, ...(lookUp.both === undefined ? [] : [lookUp.both])]),
      );
      const needed = list?.parameters.filter(({ optional }) => !optional).map(({ name }) => name);
      expect(lookUp.needs, entry.name).toEqual(needed);
      if (!lookUp.path.startsWith('/v2/')) expect(lookUp.created, entry.name).toBe(filters.includes('created'));
    }
  });

  it('that is marked and not looked up by a list has none that shows it', () => {
    const without = table.filter((entry) => isMarked(entry) && lookUpOf(entry).kind === 'none').map(({ name }) => name);
    expect(without).toEqual([
      // Only those attached to a customer are listed.
      'paymentMethods.create',
      'paymentRecords.reportPayment',
      'sources.create',
      'radar.paymentEvaluations.create',
      'tax.transactions.createFromCalculation',
      'tax.transactions.createReversal',
      'v2.core.accounts.personTokens.create',
    ]);
    const listed = without.filter((name) => {
      const { path } = entryNamed(name) as Entry;
      return methods.some(
        ({ sent, name: of }) => sent?.method === 'GET' && sent.path === path && /\.list\w*$/.test(of),
      );
    });
    expect(listed).toEqual(['paymentMethods.create']);
  });

  it('that makes what may have failed is told by states that the SDK’s types have, and none is left out', () => {
    const made = new Map<string, { status: readonly string[]; fields: readonly string[] }>();
    for (const { entry, lookUp } of allLookUps()) {
      const method = methods.find(({ name }) => name === entry.name);
      if (lookUp.kind !== 'list' || !method) continue;
      const { declarations, result } = method;
      const fields = declarations.interfaces.get(result) ?? [];
      const kind = /^'(.*)'$/.exec(fields.find(({ name }) => name === 'object')?.type ?? '')?.[1];
      const status = literalsOf(fields.find(({ name }) => name === 'status')?.type ?? '', result, declarations);
      if (kind !== undefined) made.set(kind, { status, fields: fields.map(({ name }) => name) });
    }
    const unknown = Object.keys(failures).filter((kind) => !made.has(kind));
    expect(unknown).toEqual([]);
    for (const [kind, rule] of Object.entries(failures)) {
      const { status = [], fields = [] } = made.get(kind) ?? {};
      for (const state of rule.failed) expect(allows(status, state), `${kind}: ${state}`).toBe(true);
      if (rule.error !== undefined) expect(fields, kind).toContain(rule.error);
    }
    const ends = ["'failed'", "'declined'", "'expired'", "'incomplete_expired'", "'returned'"];
    const leftOut = [...made].filter(
      ([kind, { status }]) => !failures[kind] && status.some((each) => ends.includes(each)),
    );
    expect(leftOut.map(([kind]) => kind)).toEqual([]);
  });

  it('that leads to a state leads to one of its type, and its object can be read', () => {
    for (const [name, rule] of Object.entries(states)) {
      const method = methods.find((each) => each.name === name);
      expect(method, name).toBeDefined();
      if (!method) continue;
      const { declarations, result } = method;
      const held = declarations.interfaces.get(result)?.find((field) => field.name === rule.field);
      expect(held, `${name} by ${rule.field}`).toBeDefined();
      const allowed = literalsOf(held?.type ?? '', result, declarations);
      for (const value of [...rule.done, ...rule.never])
        expect(allows(allowed, value), `${name}: ${JSON.stringify(value)}`).toBe(true);
      for (const value of rule.done) expect(rule.never, name).not.toContain(value);
      for (const [field, value] of Object.entries(rule.proof ?? {})) {
        const type = declarations.interfaces.get(result)?.find((each) => each.name === field)?.type ?? '';
        expect(allows(literalsOf(type, result, declarations), value), `${name} by ${field}`).toBe(true);
      }
      for (const [parameter, field] of Object.entries(rule.same ?? {})) {
        expect(takes(method, parameter), `${name} takes ${parameter}`).toBe(true);
        const fields = declarations.interfaces.get(result)?.map((each) => each.name) ?? [];
        // Said only under API versions of before this SDK's.
        expect([...fields, 'paid_out_of_band'], name).toContain(field);
      }
      for (const path of [...(rule.at ?? []), ...(rule.expand === undefined ? [] : [rule.expand])]) {
        const [first, second] = path.split('.');
        const fields = declarations.interfaces.get(result) ?? [];
        const held = fields.find((each) => each.name === first);
        expect(held, `${name} at ${path}`).toBeDefined();
        if (first !== 'status_transitions') continue;
        const times = declarations.interfaces.get(held?.type.replace(/^.*\./, `${result}.`) ?? '') ?? [];
        expect(
          times.map((each) => each.name),
          `${name} at ${path}`,
        ).toContain(second);
      }
      for (const parameter of rule.unless ?? []) expect(takes(method, parameter), name).toBe(true);
      const parent = method.sent?.path.split('/').slice(0, -1).join('/');
      expect(
        methods.some(({ sent }) => sent?.method === 'GET' && sent.path === parent),
        name,
      ).toBe(true);
    }
  });

  it('that is compared answers with what can be read at the same place', () => {
    for (const { entry, lookUp } of allLookUps()) {
      if (lookUp.kind !== 'compare' && lookUp.kind !== 'deletion') continue;
      const path = entry.get === 'parent' ? entry.path.split('/').slice(0, -1).join('/') : entry.path;
      const read = methods.find(({ sent }) => sent?.method === 'GET' && sent.path === path);
      expect(read, entry.name).toBeDefined();
      const write = methods.find(({ name }) => name === entry.name);
      if (lookUp.kind !== 'compare') continue;
      // `Customer | DeletedCustomer` reads what `Customer` was written.
      const [written] = (write?.result ?? '').split(' | ');
      expect(read?.result, entry.name).toContain(written);
    }
  });
});

it('the table is what the installed SDK says; if not, run packages/stripe/test/sdk/write-table.ts', async () => {
  for (const { file, text } of await tableFiles()) expect(readFileSync(file, 'utf8')).toBe(text);
});

/** The texts that a declared type allows: by its own union, or by the alias that it names. */
function literalsOf(type: string, of: string, { aliases }: Declarations): readonly string[] {
  return type.split(' | ').flatMap((part) => aliases.get(part) ?? aliases.get(`${of}.${part}`) ?? [part]);
}

function allows(types: readonly string[], value: StateValue): boolean {
  if (value === null) return types.includes('null');
  if (typeof value === 'boolean') return types.includes('boolean');
  if (typeof value === 'object') return types.length > 0;
  return types.includes(`'${value}'`) || types.includes('string');
}
