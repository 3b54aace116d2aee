import { AssertionError } from 'node:assert';
import { existsSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { crashTest, type CrashTestOptions, type CrashWorld } from '../../src/crash-test.ts';
import { startSlackFake } from '../../src/fakes/slack.ts';
import { startSmtpFake } from '../../src/fakes/smtp.ts';

const timeout = 180_000;

const postsWorld: CrashTestOptions<'posts' | 'others'>['setup'] = async ({ directory }) => {
  const slack = await startSlackFake();
  const postsIn = (channel: string): number => slack.effects().filter((each) => each.channel === channel).length;
  return {
    env: { LEDGER: `${directory}/effects.db`, SLACK_API_URL: slack.apiUrl },
    counts: { posts: () => postsIn('C1'), others: () => postsIn('C2') },
    close: () => slack.close(),
  };
};

const agentNamed = (name: string): URL => new URL(`./agents/${name}.ts`, import.meta.url);

async function failureOf(work: Promise<unknown>): Promise<AssertionError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AssertionError)) throw new Error('it did not fail with an AssertionError', { cause: error });
  return error;
}

describe.concurrent('crashTest', () => {
  test('an agent under Oncely passes, killed at every point of both of its effects', { timeout }, async () => {
    let table = '';
    const rows = await crashTest({
      agent: agentNamed('posting-agent'),
      expect: { posts: 1, others: 1 },
      setup: postsWorld,
      print: (text) => (table = text),
    });
    const points = ['before_claim', 'after_claim', 'before_send', 'after_check', 'answer_received', 'settled'];
    // A busy machine may need a second attempt, which comes to the same points again, and to `settled` without a send.
    const firsts = rows.map((row) => row.death).filter((death) => !death.includes('#'));
    const expected = [
      ...points.map((point) => `${point} of invoice_1:desk:post`),
      ...points.map((point) => `${point} of invoice_1:desk:other`),
      'after effect 1',
      'after effect 2',
      'after the agent returned',
    ];
    expect(firsts.toSorted()).toEqual(expected.toSorted());
    for (const row of rows) expect(row).toMatchObject({ end: 'returned', counts: { posts: 1, others: 1 } });
    expect(rows.filter((row) => row.killed === 'killed').length).toBeGreaterThanOrEqual(points.length * 2);
    expect(table.split('\n')).toHaveLength(rows.length + 1);
  });

  test('a call that forgot Oncely is caught, and the table says behind which death', { timeout }, async () => {
    const error = await failureOf(
      crashTest({
        agent: agentNamed('half-raw-agent'),
        expect: { posts: 1, others: 1 },
        setup: postsWorld,
        only: /settled|after effect|returned/,
      }),
    );
    expect(error.message).toMatch(/^WRONG +after effect 2 .*others: 2 instead of 1$/m);
    expect(error.message).toMatch(/^WRONG +after the agent returned .*others: 2 instead of 1$/m);
    expect(error.message).toMatch(/^ok +settled of invoice_1:desk:post /m);
    expect(error.message).not.toMatch(/posts: [02] instead/);
  });

  test('only the deaths that were asked for, and never none of them', { timeout }, async () => {
    const options = { agent: agentNamed('posting-agent'), expect: { posts: 1, others: 1 }, setup: postsWorld };
    const rows = await crashTest({ ...options, only: /^settled of .*:post$/ });
    expect(rows.map(({ death, end }) => `${end}: ${death}`)).toEqual(['returned: settled of invoice_1:desk:post']);
    await expect(crashTest({ ...options, only: /after lunch/ })).rejects.toThrow(
      /^none of the 15 deaths has a name as in `only` \(\/after lunch\/\): before_claim of/,
    );
  });

  test('an effect that is stopped for a person may be missing', { timeout }, async () => {
    const rows = await crashTest({
      agent: agentNamed('mail-agent'),
      expect: { mails: 1 },
      only: /before_claim|after_check|answer_received|settled/,
      setup: async ({ directory }): Promise<CrashWorld<'mails'>> => {
        const smtp = await startSmtpFake();
        return {
          env: { LEDGER: `${directory}/effects.db`, SMTP_PORT: `${smtp.port}` },
          counts: { mails: () => smtp.effects().length },
          close: () => smtp.close(),
        };
      },
    });
    const ends = Object.fromEntries(
      rows.map(({ death, end, counts }) => [death.split(' ')[0], `${end} ${counts['mails']}`]),
    );
    expect(ends).toMatchObject({
      before_claim: 'returned 1',
      after_check: 'stopped 0',
      // Without a mail only where the machine was too busy to send within the window.
      answer_received: expect.stringMatching(/^stopped [01]$/),
      settled: 'returned 1',
    });
  });

  test('a wrong expectation fails before anything is killed', { timeout }, async () => {
    let closed = 0;
    let place = '';
    const error = await failureOf(
      crashTest({
        agent: agentNamed('posting-agent'),
        expect: { posts: 2, others: 1 },
        setup: async (run) => {
          const world = await postsWorld(run);
          place = run.directory;
          return {
            ...world,
            close: async () => {
              await world.close?.();
              closed += 1;
            },
          };
        },
      }),
    );
    expect(error.message).toBe('the agent is wrong before anything kills it: posts: 1 instead of 2');
    expect(closed).toBe(1);
    expect(existsSync(place)).toBe(false);
  });

  test('an agent that fails by itself, or is none, is named as the fault', { timeout }, async () => {
    const world = { counts: { effects: () => 0 } };
    const failing = crashTest({ agent: agentNamed('failing-agent'), expect: { effects: 0 }, setup: () => world });
    expect((await failureOf(failing)).message).toContain('the desk is closed');
    const nothing = crashTest({
      agent: new URL('./cells.ts', import.meta.url),
      expect: { effects: 0 },
      setup: () => world,
    });
    expect((await failureOf(nothing)).message).toContain('exports no function named agent or default');
  });

  test('an agent that hangs is ended', { timeout }, async () => {
    const hanging = crashTest({
      agent: agentNamed('hanging-agent'),
      expect: { effects: 0 },
      setup: () => ({ counts: { effects: () => 0 } }),
      timeoutMs: 1_000,
    });
    expect((await failureOf(hanging)).message).toContain('timed_out');
  });

  test('an agent with other ids in every run is told so', { timeout }, async () => {
    const error = await failureOf(
      crashTest({ agent: agentNamed('restless-agent'), expect: { posts: 1, others: 0 }, setup: postsWorld }),
    );
    expect(error.message).toContain('give scopes and effects the same ids in every run');
    // All other deaths would say the same.
    expect(error.message).toMatch(/^[1-4] of [1-6] deaths/);
  });
});
