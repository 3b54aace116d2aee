import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { plays } from '../src/plays/all-plays.ts';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Of what starts processes and servers, on a busy machine. */
const timeout = 180_000;

/** Left to `npm run soak:examples`: processes are killed, and come to it slowly. */
const kills = process.env['ONCELY_EXAMPLES'] === 'all';

/** Plays one; gives what was counted at the vendors, and what was said. */
async function played(name: string): Promise<{ counts: Readonly<Record<string, number>>; said: string }> {
  const lines: string[] = [];
  const counts = await plays[name]?.((line) => lines.push(line));
  return { counts: counts ?? {}, said: lines.join('\n') };
}

it('each has its command', () => {
  expect(Object.keys(scripts).toSorted()).toEqual(Object.keys(plays).toSorted());
});

it('a handler whose answers are lost, asked twice at once and after a restart, refunds once', async () => {
  const { counts, said } = await played('handler');
  expect(counts).toEqual({ refunds: 1 });
  expect(new Set(said.match(/200 .*/g))).toHaveLength(1);
  expect(said.match(/200 .*/g)).toHaveLength(4);
  expect(said).toContain('409 {"code":"input_changed"}');
});

it('a webhook that fails halfway and is delivered four times tells and mails once', async () => {
  const { counts, said } = await played('webhook');
  expect(counts).toEqual({ messages: 1, mails: 1 });
  expect(said).toContain('evt_1: 500; 1 in Slack, 0 by mail');
  expect(said.match(/: 200; 1 in Slack, 1 by mail/g)).toHaveLength(3);
});

it.runIf(kills)('a queue whose worker is killed, and whose job is added twice, refunds once', { timeout }, async () => {
  const { counts, said } = await played('queue');
  expect(counts).toEqual({ refunds: 1 });
  const ids = said.match(/re_\w+$/gm);
  expect(ids).toHaveLength(2);
  expect(new Set(ids)).toHaveLength(1);
  expect(said).toContain('[input_changed]');
});

it('a cron job that ends halfway and is run by two machines at once charges each fee once a month', async () => {
  const { counts, said } = await played('cron');
  expect(counts).toEqual({ fees: 6 });
  expect(said).toContain('2026-11: ended (in_doubt); fees at Stripe: 2');
  expect(said.match(/2026-11: done; fees at Stripe: 3/g)).toHaveLength(2);
});

it('tenants with the same invoice refund it once each, and recovery takes the right account', async () => {
  const { counts, said } = await played('tenants');
  expect(counts).toEqual({ north: 1, south: 1 });
  expect(said).toContain('south: in_doubt');
  expect(said).toContain('"succeeded":1');
});

it('a refund asked for in Slack is asked once, approved once and made once', async () => {
  const { counts, said } = await played('approval');
  expect(counts).toEqual({ refunds: 1, messages: 1 });
  expect(said).toContain('Approved by <@U0ANN>');
});

it('a function whose time is over hands its message back, and finds the refund when it comes again', async () => {
  const { counts, said } = await played('serverless');
  expect(counts).toEqual({ refunds: 1 });
  expect(said.match(/(?<=left: ).*/g)).toEqual(['m_1 is to be delivered again', 'done', 'done']);
});

it.runIf(kills)('a step of a durable engine that is killed and run again refunds once', { timeout }, async () => {
  const { counts, said } = await played('durable-step');
  expect(counts).toEqual({ refunds: 1, messages: 1 });
  const ids = said.match(/re_\w+$/gm);
  expect(ids).toHaveLength(2);
  expect(new Set(ids)).toHaveLength(1);
});

it('an operator settles what nobody can look up, and the mail is not sent again', async () => {
  const { counts, said } = await played('operator');
  expect(counts).toEqual({ mails: 1 });
  expect(said).toContain('needs a person: oncely list --state stopped');
  expect(said).toContain('the program, run again: sent');
  expect(said).toContain('nothing needs a person');
});
