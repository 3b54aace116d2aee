import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { documentedErrors } from '../src/documented-errors.ts';
import { lookUps } from '../src/look-ups.ts';
import { isWrite, operationOf } from '../src/methods.ts';
import { entryOf, table } from '../src/table.ts';

/** Every method of the client, as it is called on it, and the name under which it goes out. */
async function sdkMethods(): Promise<readonly { readonly name: string; readonly sent: string }[]> {
  let sent = '';
  class Listening extends WebClient {
    override async apiCall(method: string): Promise<never> {
      sent = method;
      throw new Error('only listening');
    }
  }
  const found: { name: string; sent: string }[] = [];
  const walk = async (value: object, path: readonly string[]): Promise<void> => {
    for (const [key, inner] of Object.entries(value)) {
      const name = [...path, key];
      if (typeof inner === 'function') {
        sent = '';
        await (inner as (options: object) => Promise<unknown>)({}).catch(() => undefined);
        found.push({ name: name.join('.'), sent });
      } else if (typeof inner === 'object' && inner !== null) await walk(inner as object, name);
    }
  };
  const client = new Listening('x');
  const own = Object.keys(new (class extends WebClient {})('x', {})).filter((key) => !ofTheClient.has(key));
  for (const key of own) await walk((client as unknown as Record<string, object>)[key] ?? {}, [key]);
  return found;
}

/** What a client holds beside its methods. */
const ofTheClient: ReadonlySet<string> = new Set([
  '_events',
  '_eventsCount',
  'allowAbsoluteUrls',
  'defaultHeaders',
  'fetchFn',
  'logger',
  'rejectRateLimitedCalls',
  'requestQueue',
  'retryConfig',
  'slackApiUrl',
  'teamId',
  'timeout',
  'token',
]);

describe('every method of the installed SDK', () => {
  it('is in the table, and the table holds no other', async () => {
    const methods = await sdkMethods();
    expect(methods).toHaveLength(281);
    expect(methods.map(({ name }) => name).toSorted()).toEqual(table.map(({ method }) => method).toSorted());
  });

  it('goes out under the name that it has in the client, but for the upload in steps', async () => {
    for (const { name, sent } of await sdkMethods()) {
      expect([name, sent]).toEqual([name, name === 'files.uploadV2' ? '' : name]);
    }
  });

  it('so many read, pass and write, by class', () => {
    const counts = Map.groupBy(table, ({ kind }) => kind);
    expect(Object.fromEntries([...counts].map(([kind, of]) => [kind, of.length]))).toEqual({
      read: 95,
      passes: 8,
      steps: 1,
      constrained: 122,
      natural: 5,
      probed: 9,
      unverifiable: 41,
    });
  });

  it('no helper of the client makes a call of its own beside those', () => {
    const helpers = Object.getOwnPropertyNames(WebClient.prototype).filter((name) => name !== 'constructor');
    expect(helpers.toSorted()).toEqual([
      'apiCall',
      'buildResult',
      'chatStream',
      'completeFileUploads',
      'deriveRequestUrl',
      'fetchAllUploadURLExternal',
      'filesUploadV2',
      'getAllFileUploads',
      'makeRequest',
      'paginate',
      'postFileUploadsToExternalURL',
      'serializeBody',
    ]);
  });
});

describe('the table', () => {
  it('declares an operation of every write, and an unknown method is one', () => {
    for (const { method, kind } of table) {
      expect([method, isWrite(method)]).toEqual([method, kind !== 'read' && kind !== 'passes']);
      if (isWrite(method)) expect(operationOf(method, 1).name).toBe(`slack.${method}`);
    }
    expect(operationOf('brand.new', 1)).toMatchObject({ safety: { kind: 'unverifiable' } });
    expect(isWrite('brand.new')).toBe(true);
  });

  it('knows how to look up, or why not', () => {
    for (const { method, kind, look, done } of table) {
      const looked = kind === 'probed' || kind === 'natural' || kind === 'constrained';
      expect([method, look !== undefined]).toEqual([method, looked]);
      // Only a look can tell of these.
      if (kind === 'probed' || kind === 'natural') expect(look, method).not.toBe('repeat');
      for (const error of done) expect(documentedErrors, `${method}: ${error}`).toContain(error);
    }
    for (const look of Object.keys(lookUps)) expect(table.map((entry) => entry.look)).toContain(look);
  });

  it('looks only with methods that read', () => {
    for (const { reads } of Object.values(lookUps)) {
      for (const method of reads) expect([method, entryOf(method).kind]).toEqual([method, 'read']);
    }
  });

  it('calls reading only what says so by its name, or is named here', () => {
    const bySound = /\.(get[A-Z]?\w*|list[A-Z]?\w*|info|history|replies|teamInfo|lookup|search)$|^search\./;
    expect(table.flatMap(({ kind, method }) => (kind === 'read' && !bySound.test(method) ? [method] : []))).toEqual([
      'api.test',
      'apps.manifest.export',
      'apps.manifest.validate',
      'auth.test',
      'blocks.validate',
      'conversations.members',
      'migration.exchange',
      'openid.connect.userInfo',
      'team.accessLogs',
      'team.billableInfo',
      'team.integrationLogs',
      'users.conversations',
      'users.identity',
      'users.lookupByEmail',
    ]);
  });
});
