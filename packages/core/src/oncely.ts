import { hostname } from 'node:os';

import type { Adapter, Connection } from './adapter.ts';
import { durationProblem, randomToken, systemClock } from './clock.ts';
import { contractProblem, type Contract } from './contract.ts';
import { drainOnTermination } from './drain.ts';
import { createEffects, type Effects } from './effects.ts';
import { OncelyError } from './errors.ts';
import { ledgerSession } from './ledger-session.ts';
import { observedDuplicates, type Observation } from './observe.ts';
import { refuseBadOptions, type Adapters, type OncelyOptions } from './options.ts';
import { patientCodec } from './payload.ts';
import { createPerform, type Origin } from './perform.ts';
import { recover, type Recovered, type RecoverOptions } from './recover.ts';
import { createRunner, type Runner } from './runner.ts';
import { afterwards, begun, bindResult } from './scope-binding.ts';
import {
  currentFrames,
  requireScope,
  runInFrames,
  stepIdOf,
  type EffectFrame,
  type EffectOptions,
  type Scope,
  type ScopeFrame,
} from './scope.ts';
import { rememberValue } from './values.ts';
import { createWorkflows, type Workflows } from './workflows.ts';

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
  value: Oncely['value'];
}

export interface Oncely<A extends Adapters = Adapters> {
  readonly clients: { readonly [Name in keyof A]: ClientOf<A[Name]> };
  /** Runs `fn` as work on one business case. Writes inside of it are effects of that case. */
  scope<T>(scope: Scope, fn: (flow: Flow) => T): T;
  /** Runs `fn`, in which one write may happen, once for this case however often it is run. */
  effect<T>(id: string, fn: () => T): T;
  effect<T>(id: string, options: EffectOptions, fn: () => T): T;
  /** Computes a JSON value once for this case: a date, a generated text. */
  value<T>(id: string, fn: () => T | Promise<T>): Promise<T>;
  readonly effects: Effects;
  readonly workflows: Workflows;
  /** Settles what is in doubt, in any process. */
  recover(options?: RecoverOptions): Promise<Recovered>;
  /** What `unscoped: 'observe'` saw more than once. */
  observed(): Promise<readonly Observation[]>;
  /** Marks the ledger as one that may have forgotten what happened since then (a restored backup, a failover). */
  suspect(since: Date | undefined): Promise<void>;
  /** Sends nothing more, waits for what is under way, closes the ledger. */
  close(): Promise<void>;
}

/**
 * Makes the side effects of an agent happen once: each write through one of `clients` is remembered in `ledger`.
 * Constructing does no I/O.
 *
 * @throws OncelyError `invalid_config`
 * @example
 * const oncely = createOncely({
 *   ledger: sqliteLedger('effects.db'),
 *   clients: { stripe: oncelyStripe((config) => new Stripe(process.env.STRIPE_KEY!, config)) },
 * });
 * await oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () =>
 *   oncely.effect('refund', () => oncely.clients.stripe.refunds.create({ charge: 'ch_1', amount: 1000 })));
 */
export function createOncely<const A extends Adapters = Record<never, never>>(options: OncelyOptions<A>): Oncely<A> {
  refuseBadOptions(options);
  const clock = options.clock ?? systemClock;
  const leaseMs = options.leaseMs ?? 60_000;
  const session = ledgerSession(options.ledger, clock);
  const codec = options.codec && patientCodec(options.codec, clock);
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let takeBack: (() => void) | undefined;
  const close = async (why: string): Promise<void> => {
    closing.abort(why);
    while (underWay.size > 0) await Promise.allSettled(underWay);
    takeBack?.();
    await options.ledger.close();
  };

  const untracked = createRunner({
    session,
    clock,
    token: options.token ?? randomToken,
    codec,
    closing: closing.signal,
    options: {
      leaseMs,
      sendWindowMs: leaseMs / 2,
      maxAttempts: options.maxAttempts ?? 5,
      holder: `${hostname()}:${process.pid}`,
    },
  });
  const runner: Runner = {
    run: (job) => {
      if (options.drainOnSigterm !== false)
        takeBack ??= drainOnTermination(() => close('this process received SIGTERM'));
      const running = untracked.run(job);
      underWay.add(running);
      const done = (): boolean => underWay.delete(running);
      running.then(done, done);
      return running;
    },
  };
  const perform = createPerform({
    session,
    runner,
    clock,
    fingerprintKey: options.fingerprintKey,
    waitMs: options.waitMs ?? 30_000,
    unscoped: options.unscoped ?? 'refuse',
    defaultDrift: options.drift ?? 'first',
  });

  const origins = new Map<string, Origin>();
  const originOf = (client: string, account: string): Origin | undefined => {
    const adapter = options.clients?.[client];
    if (!adapter) return undefined;
    const id = `${client}/${account}`;
    let origin = origins.get(id);
    if (!origin) {
      const connection: Connection<unknown> = adapter.connect(
        {
          perform: (write) => perform({ client, account, connection, adapter }, write),
        },
        account,
      );
      origin = { client, account, connection, adapter };
      origins.set(id, origin);
    }
    return origin;
  };

  const clients = {} as Oncely<A>['clients'];
  for (const [name, adapter] of Object.entries(options.clients ?? {})) {
    Object.defineProperty(clients, name, {
      enumerable: true,
      get: () =>
        adapter.accounts === 'many'
          ? (account: string) => originOf(name, account)?.connection.client
          : originOf(name, '')?.connection.client,
    });
  }

  const effectIn = <T>(frame: ScopeFrame, id: string, effectOptions: EffectOptions, fn: () => T): T => {
    stepIdOf(id, effectOptions.occurrence);
    const effect: EffectFrame = { id, options: { ...effectOptions }, closed: false };
    const end = (): void => {
      effect.closed = true;
    };
    return afterwards(
      () => runInFrames({ scope: frame, effect }, () => begun(fn())),
      (result) => {
        end();
        return result;
      },
      end,
    );
  };
  const effectFor =
    (frameOf: () => ScopeFrame): Oncely['effect'] =>
    <T>(id: string, second: EffectOptions | (() => T), third?: () => T): T =>
      typeof second === 'function'
        ? effectIn(frameOf(), id, {}, second)
        : effectIn(frameOf(), id, second, third as () => T);
  const valueFor =
    (frameOf: () => ScopeFrame): Oncely['value'] =>
    async (id, fn) => {
      const { scope } = frameOf();
      const contract: Contract = {
        ...(scope.tenant === undefined ? {} : { tenant: scope.tenant }),
        businessId: scope.businessId,
        workflowId: scope.workflowId,
        stepId: stepIdOf(id, undefined),
        logicVersion: scope.logicVersion ?? 1,
      };
      return rememberValue(session, codec, contract, fn);
    };

  const recoverParts = { session, runner, clock, codec, originOf, place: { after: '' } };
  return {
    clients,
    scope: (scope, fn) => {
      refuseBadScope(scope);
      const outer = currentFrames()?.scope.scope;
      const tenant = scope.tenant ?? outer?.tenant;
      const frame: ScopeFrame = {
        // A copy: an object that its owner reuses for the next case must not rename this one.
        scope: { ...scope, ...(tenant === undefined ? {} : { tenant }) },
        closed: false,
        counts: new Map(),
        ...(scope.deadlineMs === undefined ? {} : { deadlineAt: clock.monotonic() + scope.deadlineMs }),
      };
      const inside = <R>(work: () => R): R => runInFrames({ scope: frame }, work);
      const end = (): void => {
        frame.closed = true;
      };
      const flow: Flow = { effect: effectFor(() => frame), value: valueFor(() => frame) };
      frame.remember = flow.value;
      return afterwards(
        () => inside(() => begun(fn(flow))),
        (result) => bindResult(result, inside, end),
        end,
      );
    },
    effect: effectFor(() => requireScope('oncely.effect')),
    value: valueFor(() => requireScope('oncely.value')),
    effects: createEffects({ session, codec, originOf }),
    workflows: createWorkflows(session),
    recover: (recoverOptions) => recover(recoverParts, recoverOptions),
    observed: () => observedDuplicates(session),
    suspect: async (since) => {
      await session.info();
      session.renew(await options.ledger.markSuspect(since?.getTime()));
    },
    close: () => close('this process is closing'),
  };
}

function refuseBadScope(scope: Scope): void {
  const problem =
    contractProblem({ ...scope, stepId: 'any', logicVersion: scope.logicVersion ?? 1 }) ??
    durationProblem('deadlineMs', scope.deadlineMs);
  if (problem === undefined) return;
  throw new OncelyError('invalid_input', {
    message: `oncely.scope: ${problem}. Nothing was sent.`,
    fix: "oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () => ...)",
  });
}
