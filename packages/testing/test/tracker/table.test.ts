import { createOncely, type Ledger } from '@oncely/core';
import { HttpAnswerError } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import {
  adapterConformance,
  httpFaultOf,
  httpFaults,
  type AdapterInput,
  type AdapterKit,
  type AdapterSettings,
} from '@oncely/testing/conformance/adapter';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';

import { oncelyTracker } from './table.ts';
import { startTrackerFake } from './tracker-fake.ts';

const token = 'RecognisableSecretOfOurs';
const desk = { businessId: 'ticket_7', workflowId: 'triage' } as const;

type Tracker = ReturnType<ReturnType<typeof oncelyTracker>['connect']>['client'];
type Row = readonly [
  operation: string,
  effect: string,
  safety: AdapterKit['safety'],
  changed: AdapterKit['changed'],
  write: (tracker: Tracker, input: AdapterInput) => Promise<unknown>,
];

const rows: readonly Row[] = [
  [
    'tracker.createIssue',
    'issues.create',
    'probed',
    { field: 'project', value: 'billing' },
    (tracker, input) =>
      tracker.createIssue({
        project: { usual: 'desk', changed: 'billing', refused: '' }[input],
        title: 'A broken cup',
      }),
  ],
  [
    'tracker.closeIssue',
    'issues.close',
    'natural',
    { field: 'issue', value: 'i_2' },
    (tracker, input) => tracker.closeIssue({ issue: { usual: 'i_1', changed: 'i_2', refused: 'i_9' }[input] }),
  ],
];

describe.each(rows)('an adapter from a table: %s', (operation, effect, safety, changed, write) => {
  const kit: AdapterKit = {
    operation,
    safety,
    changed,
    secret: token,
    faults: httpFaults,
    open: async () => {
      const fake = await startTrackerFake();
      for (const project of ['desk', 'billing']) {
        const body = JSON.stringify({ project, title: 'There before', reference: '' });
        // Without a connection that stays, which the adapter's first write would use.
        const setup = request(`${fake.url}/issues`, {
          method: 'POST',
          headers: { authorization: 'Bearer setup' },
          agent: false,
        });
        const [answer] = (await once(setup.end(body), 'response')) as [IncomingMessage];
        await once(answer.resume(), 'close');
      }
      const before = { effects: fake.effects().length, requests: fake.requests.length };
      const made = () => fake.effects().slice(before.effects);
      return {
        fail: (fault) => fake.fail(httpFaultOf(fault)),
        refuse: (refused) => fake.refuse(refused),
        effects: () => made().filter((each) => each.operation === effect).length,
        sent: () => fake.requests.slice(before.requests).filter(({ method }) => method !== 'GET').length,
        verify: (result) => expect(result).toMatchObject({ id: fake.effects().at(-1)?.id, project: 'desk' }),
        start: (ledger: Ledger, { landingBoundMs, ...settings }: AdapterSettings) => {
          const oncely = createOncely({
            ledger,
            clients: { tracker: oncelyTracker(fake.url, token, landingBoundMs) },
            drainOnSigterm: false,
            ...settings,
          });
          const { tracker } = oncely.clients;
          return { oncely, write: (input) => write(tracker, input), read: () => tracker.read('/issues') };
        },
        close: () => fake.close(),
      };
    },
  };
  for (const { name, suits, run } of adapterConformance) it.runIf(suits(kit))(name, () => run(kit));
});

describe('an adapter from a table', () => {
  const start = async () => {
    const fake = await startTrackerFake();
    let now = Date.now();
    const oncely = createOncely({
      ledger: memoryLedger({ now: () => now }),
      clients: { tracker: oncelyTracker(fake.url, token, 0) },
      drainOnSigterm: false,
    });
    const { tracker } = oncely.clients;
    const create = (project = 'desk'): Promise<unknown> =>
      oncely.scope(desk, () => oncely.effect('create', () => tracker.createIssue({ project, title: 'A broken cup' })));
    return { fake, oncely, create, later: (ms: number) => (now += ms) };
  };

  it('takes back what it made by the operation that it names, once', async () => {
    const { fake, oncely, create } = await start();
    await create();
    for (let again = 0; again < 2; again += 1) await oncely.effects.compensate('ticket_7:triage:create', { by: 'ann' });
    expect(fake.effects()).toEqual([
      { operation: 'issues.create', id: 'i_1' },
      { operation: 'issues.close', id: 'i_1' },
    ]);
    await fake.close();
  });

  it('gives the vendor’s own no, and the same on a replay', async () => {
    const { fake, create } = await start();
    const failures = [
      await create('').catch((error: unknown) => error),
      await create('').catch((error: unknown) => error),
    ];
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(HttpAnswerError);
      expect(failure).toMatchObject({ status: 422, body: expect.stringContaining('no_such_project') });
    }
    expect(fake.requests).toHaveLength(1);
    await fake.close();
  });

  it('is swept by the id of what it made', async () => {
    const { fake, oncely, create, later } = await start();
    await create();
    later(60_000);
    expect(await oncely.sweep()).toMatchObject({ examined: 1, matching: 1, missing: [] });
    await fake.close();
  });

  it('refuses a table that is declared wrongly', () => {
    expect(() => oncelyTracker('http://127.0.0.1:1', token, -1)).toThrow(/tracker\.createIssue.*landingBoundMs/);
  });

  it('is what docs/adding-an-adapter.md shows', () => {
    const page = readFileSync(new URL('../../../../docs/adding-an-adapter.md', import.meta.url), 'utf8');
    const [, block] = /\*\*table\.ts\*\*[^`]*```ts\n(.*?)```/s.exec(page) ?? [];
    expect(block).toBe(readFileSync(new URL('table.ts', import.meta.url), 'utf8'));
  });
});
