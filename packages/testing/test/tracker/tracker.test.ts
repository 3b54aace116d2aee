import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { ToolResult } from '@oncely/core/tools';
import {
  adapterConformance,
  httpFaultOf,
  httpFaults,
  type AdapterInput,
  type AdapterKit,
  type AdapterSettings,
} from '@oncely/testing/conformance/adapter';
import { toolProblems } from '@oncely/testing/conformance/tools';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { oncelyTracker, type Issue, type Tracker } from './adapter.ts';
import { startTrackerFake } from './tracker-fake.ts';
import { trackerTools } from './tools.ts';

const token = 'RecognisableSecretOfOurs';
const page = readFileSync(new URL('../../../../docs/adding-an-adapter.md', import.meta.url), 'utf8');

describe('docs/adding-an-adapter.md', () => {
  it.each(['operations.ts', 'classify.ts', 'adapter.ts', 'tools.ts'])('shows %s as it is run here', (name) => {
    const block = new RegExp(`\\*\\*${name.replace('.', '\\.')}\\*\\*[^\`]*\`\`\`ts\\n(.*?)\`\`\``, 's').exec(
      page,
    )?.[1];
    expect(block).toBe(readFileSync(new URL(name, import.meta.url), 'utf8'));
  });
});

type Write = (tracker: Tracker, input: AdapterInput, issue: string) => Promise<Issue>;

const kits: readonly (readonly [AdapterKit['operation'], AdapterKit['safety'], AdapterKit['changed'], Write])[] = [
  [
    'tracker.issues.create',
    'probed',
    { field: 'project', value: 'billing' },
    (tracker, input) =>
      tracker.createIssue({
        project: { usual: 'desk', changed: 'billing', refused: '' }[input],
        title: 'A broken cup',
      }),
  ],
  [
    'tracker.issues.close',
    'natural',
    { field: 'issue', value: 'i_2' },
    (tracker, input, issue) => tracker.closeIssue({ usual: issue, changed: 'i_2', refused: 'i_9' }[input]),
  ],
];

describe.each(kits)('%s', (operation, safety, changed, write) => {
  const kit: AdapterKit = {
    operation,
    safety,
    changed,
    secret: token,
    faults: httpFaults,
    open: async () => {
      const fake = await startTrackerFake();
      const headers = { authorization: 'Bearer setup' };
      for (const project of ['desk', 'billing']) {
        const body = JSON.stringify({ project, title: 'There before', reference: '' });
        await fetch(`${fake.url}/issues`, { method: 'POST', headers, body });
      }
      const before = { effects: fake.effects().length, requests: fake.requests.length };
      const of = operation.replace('tracker.', '');
      return {
        fail: (fault) => fake.fail(httpFaultOf(fault)),
        refuse: (refused) => fake.refuse(refused),
        effects: () =>
          fake
            .effects()
            .slice(before.effects)
            .filter((effect) => effect.operation === of).length,
        sent: () => fake.requests.slice(before.requests).filter(({ method }) => method !== 'GET').length,
        verify: (result) => expect(result).toMatchObject({ id: fake.effects().at(-1)?.id, project: 'desk' }),
        start: (ledger: Ledger, { landingBoundMs, ...settings }: AdapterSettings) => {
          const oncely = createOncely({
            ledger,
            clients: { tracker: oncelyTracker({ url: fake.url, token, landingBoundMs }) },
            drainOnSigterm: false,
            ...settings,
          });
          const { tracker } = oncely.clients;
          return { oncely, write: (input) => write(tracker, input, 'i_1'), read: () => tracker.issues() };
        },
        close: () => fake.close(),
      };
    },
  };
  for (const { name, suits, run } of adapterConformance) it.runIf(suits(kit))(name, () => run(kit));
});

describe('its tools', () => {
  it('make one issue of what a model words twice, and find it again behind a lost answer', async () => {
    const fake = await startTrackerFake();
    const oncely = createOncely({
      ledger: memoryLedger(),
      clients: { tracker: oncelyTracker({ url: fake.url, token, landingBoundMs: 40 }) },
      drainOnSigterm: false,
    });
    const tools = trackerTools(oncely.clients.tracker);
    expect(toolProblems(tools)).toEqual([]);
    const [create, close] = tools;
    const call = (tool: typeof create, input: object): Promise<ToolResult> =>
      oncely.scope({ businessId: 'ticket_7', workflowId: 'triage' }, () => tool?.execute(input) as Promise<ToolResult>);
    fake.fail({ kind: 'reset_after_effect' });
    expect(await call(create, { project: 'desk', title: 'A broken cup' })).toMatchObject({ output: { id: 'i_1' } });
    const again = await call(create, { project: 'desk', title: 'The cup is broken', body: null });
    expect(again).toMatchObject({ status: 'already_done', output: { id: 'i_1' } });
    expect(await call(close, { issue: 'i_1' })).toMatchObject({ status: 'succeeded', output: { state: 'closed' } });
    expect(await call(close, { issue: 'i_1' })).toMatchObject({ status: 'already_done' });
    expect(fake.effects().map(({ operation }) => operation)).toEqual(['issues.create', 'issues.close']);
    await fake.close();
  });
});
