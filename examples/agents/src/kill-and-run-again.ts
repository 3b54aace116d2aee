import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Ticket } from './desk.ts';

const asked: Ticket = { id: 'ticket_98342', text: 'Please refund 5.00 usd of ch_1.' };
/** What a model may make of it when it plans anew. */
const replanned: Ticket = { ...asked, text: 'Please refund 50.00 usd of ch_1.' };

/**
 * Kills a process of the agent as soon as Stripe has made the refund, and runs it again in another one, three times.
 * @returns the refunds at Stripe, each by its amount
 */
export async function killAndRunAgain(name: string, say: (line: string) => void): Promise<readonly number[]> {
  const stripe = await startStripeFake();
  stripe.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  const folder = await mkdtemp(join(tmpdir(), 'oncely-agents-'));
  const start = (tickets: readonly Ticket[]): ChildProcess => {
    const { host, port } = stripe;
    const stripeAt = { host, port, protocol: 'http', telemetry: false };
    const run = JSON.stringify({ name, file: join(folder, 'effects.db'), stripeAt, tickets });
    return fork(join(import.meta.dirname, 'run.ts'), [run], {
      execArgv: ['--conditions', '@oncely/source'],
      // Node's own place for it: the second process is quicker to come.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
    });
  };
  try {
    say(`${asked.id}: "${asked.text}"`);
    stripe.fail({ kind: 'delay', ms: 600_000 });
    const first = start([asked]);
    while (stripe.effects().length === 0) {
      if (first.exitCode !== null) throw new Error(`the agent ended with ${first.exitCode}`);
      await sleep(20);
    }
    first.kill('SIGKILL');
    await once(first, 'exit');
    say('run 1: Stripe has made the refund, and the process is killed before it hears of it.');

    let runs = 1;
    const second = start([asked, asked, replanned]);
    second.on('message', (told) =>
      say(`run ${(runs += 1)}: ${runs === 4 ? '(asks for 50.00) ' : ''}${told as string}`),
    );
    const [code] = await once(second, 'exit');
    if (code !== 0) throw new Error(`the agent ended with ${code}`);

    const refunds = stripe.effects('refunds.create').map(({ params }) => Number(params['amount']));
    say(`at Stripe: ${refunds.map((amount) => `one refund of ${(amount / 100).toFixed(2)} usd`).join(', ')}`);
    return refunds;
  } finally {
    await stripe.close();
    await rm(folder, { recursive: true });
  }
}
