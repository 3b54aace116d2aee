import { AssertionError } from 'node:assert';
import { existsSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { crashTest, type CrashTestOptions, type CrashWorld } from '../../src/crash-test.ts';
import { startSlackFake } from '../../src/fakes/slack.ts';
import { startSmtpFake } from '../../src/fakes/smtp.ts';
import { startStripeFake } from '../../src/fakes/stripe.ts';

const timeout = 180_000;

const refundWorld: CrashTestOptions<'refunds' | 'messages'>['setup'] = async ({ directory }) => {
  const [stripe, slack] = await Promise.all([startStripeFake({ autoCharges: true }), startSlackFake()]);
  return {
    env: { LEDGER: `${directory}/effects.db`, STRIPE_PORT: `${stripe.port}`, SLACK_API_URL: slack.apiUrl },
    counts: { refunds: () => stripe.effects().length, messages: () => slack.effects().length },
    close: () => Promise.all([stripe.close(), slack.close()]),
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
      agent: agentNamed('refund-agent'),
      expect: { refunds: 1, messages: 1 },
      setup: refundWorld,
      print: (text) => (table = text),
    });
    const points = ['before_claim', 'after_claim', 'before_send', 'after_check', 'answer_received', 'settled'];
    // A busy machine may need a second attempt, which comes to the same points again, and to `settled` without a send.
    const firsts = rows.map((row) => row.death).filter((death) => !death.includes('#'));
    const expected = [
      ...points.map((point) => `${point} of invoice_1:refund-desk:refund`),
      ...points.map((point) => `${point} of invoice_1:refund-desk:message`),
      'after effect 1',
      'after effect 2',
      'after the agent returned',
    ];
    expect(firsts.toSorted()).toEqual(expected.toSorted());
    for (const row of rows) expect(row).toMatchObject({ end: 'returned', counts: { refunds: 1, messages: 1 } });
    expect(rows.filter((row) => row.killed === 'killed').length).toBeGreaterThanOrEqual(points.length * 2);
    expect(table.split('\n')).toHaveLength(rows.length + 1);
  });

  test('a call that forgot Oncely is caught, and the table says behind which death', { timeout }, async () => {
    const error = await failureOf(
      crashTest({ agent: agentNamed('half-raw-agent'), expect: { refunds: 1, messages: 1 }, setup: refundWorld }),
    );
    expect(error.message).toMatch(/^WRONG +after effect 2 .*messages: 2 instead of 1$/m);
    expect(error.message).toMatch(/^WRONG +after the agent returned .*messages: 2 instead of 1$/m);
    expect(error.message).toMatch(/^ok +settled of invoice_1:refund-desk:refund /m);
    expect(error.message).not.toMatch(/refunds: [02] instead/);
  });

  test('an effect that is stopped for a person may be missing', { timeout }, async () => {
    const rows = await crashTest({
      agent: agentNamed('mail-agent'),
      expect: { mails: 1 },
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
        agent: agentNamed('refund-agent'),
        expect: { refunds: 2, messages: 1 },
        setup: async (run) => {
          const world = await refundWorld(run);
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
    expect(error.message).toBe('the agent is wrong before anything kills it: refunds: 1 instead of 2');
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
      crashTest({ agent: agentNamed('restless-agent'), expect: { refunds: 1, messages: 0 }, setup: refundWorld }),
    );
    expect(error.message).toContain('give scopes and effects the same ids in every run');
  });
});
