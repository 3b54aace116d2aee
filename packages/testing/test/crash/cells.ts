const all = process.env['ONCELY_CRASH'] === 'all';

export const adapters = [
  'stripe refunds.create',
  'stripe paymentIntents.create',
  'stripe customers.del',
  'slack chat.postMessage',
  'email sendMail',
] as const;

export type AdapterName = (typeof adapters)[number];

/**
 * Where the process is killed. `answer_lost`: the vendor has committed and its answer is still on its way. `settled`:
 * recorded, and the caller not yet told. `returned`: the caller has the result.
 */
export const deaths = [
  'before_claim',
  'after_claim',
  'before_send',
  'after_check',
  'answer_lost',
  'answer_received',
  'settled',
  'returned',
] as const;

export type Death = (typeof deaths)[number];

/** What comes first after the death. */
export const revivals = ['the agent is run again', 'recovery without a caller', 'both at once'] as const;

export type Revival = (typeof revivals)[number];

export interface Cell {
  readonly adapter: AdapterName;
  readonly death: Death;
  readonly revival: Revival;
}

/** One of each way in which doubt ends; all operations of a vendor are in its wide matrix. */
export const killed: readonly AdapterName[] = ['stripe refunds.create', 'slack chat.postMessage', 'email sendMail'];

/**
 * Each of them, killed at every point, revived in every way. In `npm test` each of them at every point, revived in one
 * way; all by `npm run soak:crash`.
 */
export const cells: readonly Cell[] = killed.flatMap((adapter, ofAdapter) =>
  deaths.flatMap((death, ofDeath) =>
    revivals
      .filter((_, ofRevival) => all || (ofAdapter + ofDeath) % revivals.length === ofRevival)
      .map((revival) => ({ adapter, death, revival })),
  ),
);

/** Whether the effect has happened when the process dies. */
export function happensBefore(death: Death): boolean {
  return death === 'answer_lost' || death === 'answer_received' || death === 'settled' || death === 'returned';
}

/** Whether the ledger, when the process dies, holds an attempt of which nobody reported. */
export function leavesDoubt(death: Death): boolean {
  return death !== 'before_claim' && death !== 'settled' && death !== 'returned';
}
