import { startChild, type Child } from '@oncely/testing/crash/child';
import type { CrashAt } from '@oncely/testing/crash/protocol';
import { startExim, type EximServer } from '@oncely/testing/servers/exim';
import { watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { agent, recovery, type EximAgentArguments } from './exim-agent.ts';
import { loseReplies } from './lost-reply.ts';

// Each case waits for a lease and two looks most of its time.
vi.setConfig({ maxConcurrency: 8, testTimeout: 180_000 });

const rounds = Number(process.env['ONCELY_EXIM'] ?? 0);
const started: EximServer | string =
  rounds === 0 ? 'npm run soak:exim' : await startExim().catch((error: unknown) => (error as Error).message);
const exim = started as EximServer;
const why = typeof started === 'string' ? `: skipped, ${started}` : '';

const folder = await mkdtemp(join(tmpdir(), 'oncely-exim-test-'));
afterAll(async () => {
  if (why === '') await exim.stop();
  await rm(folder, { recursive: true });
});

function argumentsOf(businessId: string, changes: Partial<EximAgentArguments> = {}): EximAgentArguments {
  const ledger = join(folder, `${businessId}.db`);
  return { ledger, smtpPort: exim.port, logFile: exim.logFile, pool: false, businessId, ...changes };
}

function start(argument: EximAgentArguments, at?: CrashAt): Child {
  const module = new URL('./exim-agent.ts', import.meta.url);
  return startChild({ module, exports: ['agent'], argument, ...(at ? { at } : {}), timeoutMs: 120_000 });
}

const acceptedOf = async (id: string): Promise<number> => (await exim.accepted(`${id}@customer.example`)).length;

/** Whoever was killed: one mail at Exim in the end, whatever recovers and whoever calls again. */
async function expectOne(args: EximAgentArguments): Promise<void> {
  await recovery(args);
  const messageId = await agent(args);
  expect(messageId).toMatch(/^<oncely_/);
  expect(await agent(args)).toBe(messageId);
  expect(await acceptedOf(args.businessId)).toBe(1);
}

describe.skipIf(why !== '').concurrent(`Exim${why}`, () => {
  for (const pool of [false, true]) {
    it(`takes a mail once (pool: ${pool})`, async () => {
      await expectOne(argumentsOf(`plain-${pool}`, { pool }));
    });

    it.each([
      ['before_claim', 0],
      ['after_claim', 0],
      ['before_send', 0],
      ['after_check', 0],
      ['answer_received', 1],
      ['settled', 1],
    ] as const)(`killed at %s (pool: ${pool})`, async (point, accepted) => {
      const args = argumentsOf(`killed-${point.replace('_', '-')}-${pool}`, { pool });
      expect((await start(args, { point, signal: 'SIGKILL' }).ended).how).toBe('killed');
      expect(await acceptedOf(args.businessId)).toBe(accepted);
      await expectOne(args);
    });
  }

  it.each(Array.from({ length: rounds }, (_, index) => index))(
    'killed as soon as Exim took it, round %i',
    async (n) => {
      const args = argumentsOf(`taken-${n}`);
      const child = start(args);
      // Not by asking again and again: the moment is over within a millisecond.
      const taken = new Promise<void>((resolve) => {
        const watching = watch(exim.logFile, () => {
          void acceptedOf(args.businessId).then((times) => times > 0 && resolve());
        });
        onTestFinished(() => watching.close());
      });
      await taken;
      child.signal('SIGKILL');
      await child.ended;
      await expectOne(args);
    },
  );

  it.each(['cut', 'silent'] as const)(
    'its word behind the dot is lost, the line %s, and the process killed',
    async (how) => {
      const line = await loseReplies(exim, how);
      onTestFinished(() => line.close());
      const args = argumentsOf(`lost-${how}`, { smtpPort: line.port });
      const child = start(args);
      await expect.poll(() => line.lost(), { timeout: 120_000 }).toBe(1);
      child.signal('SIGKILL');
      await child.ended;
      line.heal();
      expect(await acceptedOf(args.businessId)).toBe(1);
      await expectOne(args);
    },
  );
});

describe.skipIf(why !== '')(`Exim that dies${why}`, () => {
  it('behind the dot, with our process: found in its log, not sent again', async () => {
    const line = await loseReplies(exim, 'silent');
    onTestFinished(() => line.close());
    const args = argumentsOf('both-die', { smtpPort: line.port });
    const child = start(args);
    await expect.poll(() => line.lost(), { timeout: 120_000 }).toBe(1);
    await exim.kill('SIGKILL');
    child.signal('SIGKILL');
    await child.ended;
    await exim.restart();
    line.heal();
    await expectOne(args);
  });
});
