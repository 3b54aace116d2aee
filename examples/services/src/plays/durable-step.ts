import { startPostgres } from '@oncely/testing/servers/postgres';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { killOnce, startChild } from './killed-child.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

export const durableStepPlay: Play = (say) =>
  withVendors(async ({ stripe, slack, at }) => {
    const postgres = await startPostgres();
    const start = (...workflowIds: readonly string[]): ChildProcess =>
      startChild('durable-process.ts', { url: postgres.url, at, workflowIds });
    try {
      say('the engine runs the step; Stripe makes the refund, and the process is killed before the step ends');
      stripe.fail({ kind: 'delay', ms: 600_000 });
      await killOnce(() => stripe.effects().length > 0, start('run-1'));

      const next = start('run-1', 'run-2');
      const words = [
        'the engine runs the step again in another process',
        'somebody starts the same refund under another workflow id',
      ];
      next.on('message', (refund) => say(`${words.shift()}: ${refund as string}`));
      const [code] = await once(next, 'exit');
      if (code !== 0) throw new Error(`the engine ended with ${code}`);
      return { refunds: stripe.effects('refunds.create').length, messages: slack.effects().length };
    } finally {
      await postgres.stop();
    }
  });
