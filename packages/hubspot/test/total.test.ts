import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Client } from '@hubspot/api-client';
import { describe, expect, it } from 'vitest';

import { isWrite, listed, operationOf, safetyOfKind } from '../src/operations.ts';
import { walk, type Walked } from './walk.ts';

/** What a POST of the SDK is called that only reads. */
const readingNames = /^(read\w*|search|doSearch|translate\w*|fetch\w*|get\w*)$/i;

const walked = await walk(
  (middleware) =>
    new Client({ accessToken: 'token', developerApiKey: 'key', basePath: 'https://api.hubapi.com', middleware }),
);
const methods = walked.filter(({ method }) => !method.endsWith('WithHttpInfo'));

describe('every method that the installed client has', () => {
  it('makes one request, but for one that is broken in the SDK itself', () => {
    const failed = methods.filter(({ failure }) => failure !== undefined).map(({ method }) => method);
    // Its body is of a type that the SDK does not know how to write: it throws whatever it is given.
    expect(failed).toEqual(['crm.exports.publicExportsApi.start']);
    expect(methods).toHaveLength(642);
    // Each has a twin that gives the whole answer; both make the same request.
    const twins = walked.filter(({ method }) => method.endsWith('WithHttpInfo'));
    const request = ({ method, verb, path }: Walked): string => `${method.replace('WithHttpInfo', '')} ${verb} ${path}`;
    expect(twins.map(request).toSorted()).toEqual(methods.map(request).toSorted());
  });

  it('is known as a read or as a write of one operation', () => {
    const made = methods.filter(({ failure }) => failure === undefined);
    const writes = made.filter(({ verb, path }) => isWrite(verb, path));
    const unknown = writes.filter(({ verb, path }) => !isListed(verb, path)).map(({ method }) => method);
    expect(unknown).toEqual([]);
    const counts: Record<string, number> = { read: made.length - writes.length };
    for (const { verb, path } of writes) {
      const { safety } = operationOf(verb, path, 1);
      counts[safety.kind] = (counts[safety.kind] ?? 0) + 1;
    }
    expect(counts).toMatchInlineSnapshot(`
      {
        "constrained": 42,
        "keyed": 1,
        "natural": 176,
        "probed": 5,
        "read": 238,
        "unverifiable": 179,
      }
    `);
  });

  it('is a read only where its own name says so, beside a check and what hands out tokens', () => {
    const reads = methods.filter(({ verb, path, failure }) => failure === undefined && !isWrite(verb, path));
    const posts = reads.filter(({ verb }) => verb !== 'GET');
    const other = posts.filter(({ method }) => !readingNames.test(method.split('.').at(-1) ?? ''));
    expect(other.map(({ method }) => method).toSorted()).toEqual([
      'cms.sourceCode.validationApi.doValidate',
      'conversations.visitorIdentification.generateApi.generateToken',
      'oauth.refreshTokensApi.archive',
      'oauth.tokensApi.create',
    ]);
    expect(posts.filter(({ verb }) => verb === 'POST')).toHaveLength(57);
    const writing = methods.filter(({ verb, path }) => verb !== '' && isWrite(verb, path));
    const odd = writing.filter(({ method }) => /^(read|search|get|list)/i.test(method.split('.').at(-1) ?? ''));
    expect(odd.map(({ method }) => method)).toEqual([]);
  });
});

describe('every path in the SDK, those included that no client leads to', () => {
  const paths = pathsOf();
  const gets = new Set(paths.filter(({ verb }) => verb === 'GET').map(({ path }) => path));
  const writes = paths.filter(({ verb, path }) => isWrite(verb, path));

  it('is listed, where it writes, and no path is listed that the SDK does not have', () => {
    expect(paths).toHaveLength(936);
    expect(writes.filter(({ verb, path }) => !isListed(verb, path))).toEqual([]);
    const used = new Set(writes.map(({ verb, path }) => entryOf(verb, path)?.path));
    expect(listed.filter(({ path }) => !used.has(path)).map(({ path }) => path)).toEqual([]);
    expect({ operations: paths.length, reads: paths.length - writes.length, writes: writes.length })
      .toMatchInlineSnapshot(`
      {
        "operations": 936,
        "reads": 352,
        "writes": 584,
      }
    `);
  });

  it('is marked readable only where a GET of the same path is there', () => {
    const wrong = writes.filter(({ verb, path }) => {
      const entry = entryOf(verb, path);
      return verb !== 'POST' && entry?.readable !== gets.has(path);
    });
    expect(wrong).toEqual([]);
  });

  it('has the safety class that the table in the README says', () => {
    const counts: Record<string, number> = {};
    for (const { kind } of listed) counts[safetyOfKind(kind)] = (counts[safetyOfKind(kind)] ?? 0) + 1;
    expect(counts).toMatchInlineSnapshot(`
      {
        "constrained": 6,
        "keyed": 1,
        "natural": 85,
        "probed": 5,
        "unverifiable": 191,
      }
    `);
  });
});

it('has one way to treat what goes by one name', () => {
  const kinds = new Map<string, Set<string>>();
  for (const { name, kind } of listed) kinds.set(name, (kinds.get(name) ?? new Set()).add(kind));
  expect([...kinds].filter(([, each]) => each.size > 1).map(([name]) => name)).toEqual([]);
});

it('takes what nobody knows for a write that cannot be looked up', () => {
  expect(isWrite('POST', '/crm/v9/spaceships')).toBe(true);
  expect(isWrite('PURGE', '/crm/v3/objects/contacts/1')).toBe(true);
  const operation = operationOf('POST', '/crm/v9/spaceships/AB12/launch', 1);
  expect([operation.name, operation.safety.kind]).toEqual([
    'hubspot.post.crm.v9.spaceships.:id.launch',
    'unverifiable',
  ]);
});

function isListed(verb: string, path: string): boolean {
  return entryOf(verb, path) !== undefined;
}

function entryOf(verb: string, path: string): (typeof listed)[number] | undefined {
  const name = operationOf(verb, path, 1).name;
  return listed.find((each) => {
    if (each.method !== verb) return false;
    const pattern = each.path.replace(/\{path\}/g, '.+').replace(/\{[^}]+\}/g, '[^/]+');
    const type = path.split('/')[4] ?? '';
    return new RegExp(`^${pattern}/?$`).test(path) && each.name.replace('<type>', type) === name;
  });
}

/** The paths in the SDK's generated code, with `1` for every parameter. */
function pathsOf(): { readonly verb: string; readonly path: string }[] {
  const root = join(dirname(createRequire(import.meta.url).resolve('@hubspot/api-client')), 'codegen');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /apis\/\w+Api\.js$/.test(name),
  );
  return files.flatMap((name) => {
    const source = readFileSync(join(root, name), 'utf8');
    return [...source.matchAll(/const localVarPath = '([^']+)'[\s\S]*?HttpMethod\.([A-Z]+)\)/g)].map((found) => ({
      verb: found[2] ?? '',
      path: (found[1] ?? '').replace(/\{[^}]+\}/g, '1').replace(/\/$/, ''),
    }));
  });
}
