import type { Adapter } from './adapter.ts';
import type { Audit } from './audit/audit.ts';
import type { MakeCheckpoint } from './audit/checkpoint.ts';
import type { Effect } from './effect.ts';
import type { Effects } from './effects.ts';
import type { Inspect } from './inspect.ts';
import type { Observation } from './observe.ts';
import type { Adapters } from './options.ts';
import type { PolicyView } from './policy-view.ts';
import type { Pruned, PruneOptions } from './prune.ts';
import type { Recovered, RecoverOptions } from './recover.ts';
import type { Resealed, ResealOptions } from './reseal.ts';
import type { EffectOptions, Scope } from './scope.ts';
import type { SweepOptions, Swept } from './sweep.ts';
import type { Workflows } from './workflows.ts';

/** A built client, or a function of the account where the adapter was told `accounts: 'many'`. */
export type ClientOf<A> =
  A extends Adapter<infer Client, 'many'>
    ? (account: string) => Client
    : A extends Adapter<infer Client>
      ? Client
      : never;

/** A scope's handle, for code that lost the asynchronous context. */
export interface Flow {
  effect: Oncely['effect'];
  submit: Oncely['submit'];
  value: Oncely['value'];
  checkpoint: MakeCheckpoint;
}

/** What `createOncely` gives. */
export interface Oncely<A extends Adapters = Adapters> {
  readonly clients: { readonly [Name in keyof A]: ClientOf<A[Name]> };
  /**
   * Runs `fn` as work on one business case. Writes inside of it are effects of that case. A scope that cannot be opened is
   * refused by a rejection where `fn` is an async function, and else by an error that is thrown at once.
   */
  scope<T>(scope: Scope, fn: (flow: Flow) => T): T;
  /**
   * Runs `fn`, in which one write may happen, once for this case however often it is run. A call that is refused before
   * `fn` runs rejects, as an async function does; only that of a generator function throws at once.
   */
  effect<T>(id: string, fn: () => T): T;
  effect<T>(id: string, options: EffectOptions, fn: () => T): T;
  /**
   * Hands in the one write that `fn` makes: it is stored and not sent, survives this process, and gives what to follow
   * it by. `effects.complete(id)` or `recover()` performs it.
   */
  submit(id: string, fn: () => unknown): Promise<Effect>;
  submit(id: string, options: EffectOptions, fn: () => unknown): Promise<Effect>;
  /** Computes a JSON value once for this case: a date, a generated text. */
  value<T>(id: string, fn: () => T | Promise<T>): Promise<T>;
  /** Stores the hash of where this run of the scope is, for the audit; the effects that follow are tied to it. */
  checkpoint: MakeCheckpoint;
  readonly effects: Effects;
  readonly workflows: Workflows;
  /** What the approval policy of this process says, without a write. */
  readonly policy: PolicyView;
  /** For operators. */
  readonly inspect: Inspect;
  readonly audit: Audit;
  /** Settles what is in doubt, in any process. */
  recover(options?: RecoverOptions): Promise<Recovered>;
  /** What `unscoped: 'observe'` saw more than once. */
  observed(): Promise<readonly Observation[]>;
  /** Marks the ledger as one that may have forgotten what happened since then (a restored backup, a failover). */
  suspect(since: Date | undefined): Promise<void>;
  /** Drops and compacts what retention says has been kept for long enough; open effects are never touched. */
  prune(options?: PruneOptions): Promise<Pruned>;
  /** Seals anew, with the codec's current key, what was sealed with an older one or not at all. */
  reseal(options?: ResealOptions): Promise<Resealed>;
  /** Compares settled effects with the vendor: missing there, twice there. */
  sweep(options?: SweepOptions): Promise<Swept>;
  /** Sends nothing more, waits for what is under way, closes the ledger. */
  close(): Promise<void>;
}
