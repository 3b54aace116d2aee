/** A worker process: settles the cases that the desk hands to it, with the agent named on its command line. */
import { isOncelyError } from '@oncely/core';

import type { RefundCase } from './cases.ts';

/** What a worker tells the desk. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: string }
  /** To be delivered again later. */
  | { readonly kind: 'failed'; readonly id: string; readonly error: string }
  /** To be delivered again once a person has decided. */
  | { readonly kind: 'asks_a_person'; readonly id: string; readonly effect: string };

const { settle } = process.argv[2] === 'oncely' ? await import('./agent-oncely.ts') : await import('./agent-raw.ts');

process.on('message', (refund: RefundCase) => {
  void work(refund).then(tell);
});
process.on('disconnect', () => process.exit());
tell({ kind: 'ready' });

async function work(refund: RefundCase): Promise<Report> {
  const { id } = refund;
  try {
    await settle(refund);
    return { kind: 'done', id };
  } catch (error) {
    if (isOncelyError(error) && error.next === 'ask-a-person')
      return { kind: 'asks_a_person', id, effect: error.effect ?? '' };
    return { kind: 'failed', id, error: String(error) };
  }
}

function tell(report: Report): void {
  process.send?.(report);
}
