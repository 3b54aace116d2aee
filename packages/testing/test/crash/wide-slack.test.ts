import { LogLevel, WebClient } from '@slack/web-api';
import { describe, test, vi } from 'vitest';

import { startSlackFake } from '../../src/fakes/slack.ts';
import { slackOperations as operations } from './operations/slack.ts';
import { runsOf, runWide, type WideVendor } from './wide.ts';

// A run waits most of its time, for leases to be over.
vi.setConfig({ maxConcurrency: 6 });

const slack: WideVendor<WebClient> = {
  name: 'slack',
  operations,
  start: async () => {
    const fake = await startSlackFake();
    fake.seedChannel({ id: 'C0DESK', name: 'desk' } as never);
    const at = { slackApiUrl: fake.apiUrl, logLevel: LogLevel.ERROR, retryConfig: { retries: 0 } };
    return { fake, raw: new WebClient('xoxb-crash', at) };
  },
  isWrite: ({ path }) => operations.some(({ effect }) => path === `/api/${effect}`),
};

const runs = runsOf('slack');

describe.concurrent(`Slack: ${operations.length} operations, ${operations.length * runs.length} cells`, () => {
  for (const run of runs) {
    const { store, place, revival } = run;
    test(`on ${store}, killed at ${place}, then ${revival}: one effect each`, { timeout: 240_000 }, () =>
      runWide(slack, run),
    );
  }
});
