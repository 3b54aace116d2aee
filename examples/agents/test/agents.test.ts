import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { agentNamed, agentNames } from '../src/agent-named.ts';
import { openDesk } from '../src/desk.ts';
import { killAndRunAgain } from '../src/kill-and-run-again.ts';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

let stripe: StripeFake;
let folder = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-agents-test-'));
  stripe = await startStripeFake();
  stripe.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
});
afterEach(async () => {
  await stripe.close();
  rmSync(folder, { recursive: true });
});

/** One run of an agent, by a client and a ledger that are opened anew. */
async function run(name: string, text: string): Promise<string> {
  const { host, port } = stripe;
  const desk = openDesk(join(folder, 'effects.db'), { host, port, protocol: 'http', telemetry: false });
  try {
    const agent = await agentNamed(name);
    return await agent({ id: 'ticket_98342', text }, desk);
  } finally {
    await desk.oncely.close();
  }
}

const refunds = (): string[] =>
  stripe.effects('refunds.create').map(({ id, params }) => `${id} ${Number(params['amount'])}`);

it('each has its command', () => {
  expect(Object.keys(scripts).toSorted()).toEqual(agentNames.toSorted());
});

it.each(agentNames.filter((name) => name !== 'langgraph-node'))(
  '%s refunds once, run three times, whose first answer is lost and whose last one plans another amount',
  async (name) => {
    stripe.fail({ kind: 'reset_after_effect' });
    const first = await run(name, 'Please refund 5.00 usd of ch_1.');
    const [refund = ''] = stripe.effects('refunds.create').map(({ id }) => id);
    expect(first).toMatch(/^Done at /);
    expect(first).toContain(refund);

    const again = await run(name, 'Please refund 5.00 usd of ch_1.');
    expect(again).toMatch(/^Already done at .*Nothing was sent now/);
    expect(again).toContain(refund);

    expect(await run(name, 'Please refund 50.00 usd of ch_1.')).toContain('Nothing was sent now');
    expect(refunds()).toEqual([`${refund} 500`]);
  },
);

it('langgraph-node refunds once, and refuses another amount', async () => {
  stripe.fail({ kind: 'reset_after_effect' });
  const first = await run('langgraph-node', 'Please refund 5.00 usd of ch_1.');
  expect(await run('langgraph-node', 'Please refund 5.00 usd of ch_1.')).toBe(first);
  await expect(run('langgraph-node', 'Please refund 50.00 usd of ch_1.')).rejects.toMatchObject({
    code: 'input_changed',
  });
  expect(refunds()).toHaveLength(1);
  expect(first).toContain(refunds()[0]?.split(' ')[0]);
});

// Two processes each: all of them only where they are asked for.
const killed = process.env['ONCELY_EXAMPLES'] === 'all' ? agentNames : ['ai-sdk'];
it.each(killed)('%s is killed behind the refund, and the next process finds it', { timeout: 180_000 }, async (name) => {
  const lines: string[] = [];
  expect(await killAndRunAgain(name, (line) => lines.push(line))).toEqual([500]);
  expect(lines).toHaveLength(6);
  expect(lines.at(-1)).toBe('at Stripe: one refund of 5.00 usd');
});
