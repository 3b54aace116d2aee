import { createOncely } from '@oncely/core';
import { oncelySlack } from '@oncely/slack';
import { WebClient } from '@slack/web-api';
import { Agent } from 'node:http';
import { expect, it } from 'vitest';

import { lineBy } from '../src/lines.ts';
import { addressOf, scope, startWorld, token } from './world.ts';

it('an httpAgent carries reads, writes, and the bytes of an upload', async () => {
  const { fake, ledger } = await startWorld();
  const carried: string[] = [];
  class Watched extends Agent {
    addRequest(request: { path: string }, ...rest: unknown[]): void {
      carried.push(request.path);
      (Agent.prototype as unknown as { addRequest: (...all: unknown[]) => void }).addRequest.call(
        this,
        request,
        ...rest,
      );
    }
  }
  const httpAgent = new Watched();
  const oncely = createOncely({
    ledger,
    clients: { slack: oncelySlack((config) => new WebClient(token, { ...addressOf(fake), ...config }), { httpAgent }) },
    drainOnSigterm: false,
  });
  const { slack } = oncely.clients;
  await slack.auth.test();
  await oncely.scope(scope, () =>
    oncely.effect('receipt', () =>
      slack.files.uploadV2({ channel_id: 'C0DESK', filename: 'a.bin', file: Buffer.from([0, 255, 137]) }),
    ),
  );
  expect(carried).toEqual(fake.requests.map(({ path }) => path));
  expect(carried).toEqual([
    '/api/auth.test',
    '/api/files.getUploadURLExternal',
    expect.stringMatching(/^\/upload\/F/),
    '/api/files.completeUploadExternal',
  ]);
  expect(fake.requests[2]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
});

it('by an agent a lost answer is the error that it is without one', async () => {
  const { fake } = await startWorld();
  for (const fault of [{ kind: 'reset_before_effect' }, { kind: 'truncate' }] as const) {
    const seen = await Promise.all(
      [undefined, new Agent()].map(async (agent) => {
        fake.fail(fault, { match: () => true });
        const text = (lineBy(agent) ?? fetch)(`${fake.apiUrl}auth.test`, { method: 'POST' }).then((response) =>
          response.text(),
        );
        return text.catch((error: unknown) => (error as Error).constructor.name);
      }),
    );
    expect(seen).toEqual(['TypeError', 'TypeError']);
  }
});
