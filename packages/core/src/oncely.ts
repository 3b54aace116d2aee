import { createAudit } from './audit/audit.ts';
import { checkpointing } from './audit/checkpoint.ts';
import { randomToken, systemClock } from './clock.ts';
import { createConnections } from './connections.ts';
import { contractOf } from './contract-of.ts';
import { drainOnTermination } from './drain.ts';
import { compilePolicy } from './compiled-policy.ts';
import { givenTo, refusedAs, scopeRefusal } from './effect-options.ts';
import { createEffects } from './effects.ts';
import { OncelyError } from './errors.ts';
import { asGiven, givenNames, named } from './former-names.ts';
import type { Flow, Oncely } from './handle.ts';
import { createKeeping } from './keeping.ts';
import { holderName } from './in-hand.ts';
import { createInspect } from './inspect.ts';
import { ledgerSession } from './ledger-session.ts';
import { createLimitKeeper } from './limits/keeper.ts';
import { compileLimits } from './limits/rules.ts';
import { observedDuplicates } from './observe.ts';
import { knowingOptions } from './operators-options.ts';
import { refuseBadOptions, type Adapters, type OncelyOptions } from './options.ts';
import { patientCodec } from './payload.ts';
import { createPerform } from './perform.ts';
import { createTracing } from './provenance/tracing.ts';
import { createPolicyView } from './policy-view.ts';
import { prune } from './prune.ts';
import { reseal } from './reseal.ts';
import { recover } from './recover.ts';
import { createRetention } from './retention.ts';
import { sweep } from './sweep.ts';
import { markRecorded } from './recorded.ts';
import { createRunner, type Runner } from './runner.ts';
import { mustBeNamed, nameOf } from './names.ts';
import { enter, noteOpen } from './open-frames.ts';
import { bindResult } from './live-results.ts';
import { afterwards, begun } from './scope-binding.ts';
import {
  currentFrames,
  requireScope,
  asksAround,
  runInFrames,
  stepIdOf,
  type EffectFrame,
  type EffectOptions,
  type RunOptions,
  type ScopeFrame,
} from './scope.ts';
import { createUnrecorded } from './unrecorded.ts';
import { rememberValue } from './values.ts';
import { refuseBorrowedScope } from './whose-call.ts';
import { createWorkflows } from './workflows.ts';

/** How long closing waits for a ledger that does not take what is known. */
const closingPatienceMs = 10_000;

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
  const waitMs = options.waitMs ?? 30_000;
  const retention = createRetention(options.retention);
  const keepingOf = createKeeping(retention, options.redact);
  const approvals = options.approvals && compilePolicy(options.approvals, options.clients);
  const limits = compileLimits(options.limits, options.clients);
  const session = ledgerSession(options.ledger, clock, approvals, retention, options.fingerprintKey);
  const codec = options.codec && patientCodec(options.codec, clock);
  const { audit, observing } = createAudit(session, clock, options.audit);
  const unrecorded = createUnrecorded(session, clock, leaseMs);
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let takeBack: (() => void) | undefined;
  const close = async (why: string): Promise<void> => {
    closing.abort(why);
    while (underWay.size > 0) await Promise.allSettled(underWay);
    takeBack?.();
    await unrecorded.drain(closingPatienceMs);
    await observing.drain();
    await options.ledger.close();
  };

  const untracked = createRunner({
    session,
    clock,
    token: options.token ?? randomToken,
    codec,
    closing: closing.signal,
    observing,
    unrecorded,
    twins: options.twins,
    limits: { all: limits, keeper: createLimitKeeper(session, clock) },
    options: {
      leaseMs,
      sendWindowMs: leaseMs / 2,
      maxAttempts: options.maxAttempts ?? 5,
      holder: holderName,
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
  const tracing = createTracing(approvals, session);
  const perform = createPerform({
    session,
    codec,
    runner,
    clock,
    waitMs,
    unscoped: options.unscoped ?? 'refuse',
    defaultDrift: options.drift ?? 'first',
    approvals,
    limits,
    budgets: options.budgets,
    keepingOf,
    tracing,
  });

  const connections = createConnections(options.clients ?? {}, perform, clock, tracing?.reads);
  const originOf: (typeof connections)['of'] = (...of) => connections.of(...of);

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

  const frameOf = (id: string, effectOptions: RunOptions): EffectFrame => {
    const name = nameOf(id);
    stepIdOf(name, effectOptions.occurrence);
    return {
      id: name,
      ...(name === id ? {} : { given: id }),
      options: { ...effectOptions, within: asksAround() },
      closed: false,
    };
  };
  const effectIn = <T>(frame: ScopeFrame, effect: EffectFrame, fn: () => T): T => {
    const rest = noteOpen(effect);
    // Its scope lives at least as long: what it returned may be read after the scope's function has ended.
    const leave = enter(frame);
    const inside = <R>(work: () => R): R => runInFrames({ scope: frame, effect }, work);
    const end = (error?: unknown): void => {
      markRecorded(error, effect.recordedNo);
      effect.closed = true;
      rest();
      leave();
    };
    return afterwards(
      () => inside(() => begun(fn())),
      (result) => bindResult(result, { inside, end, rest }),
      end,
    );
  };
  const effectFor =
    (scopeOf: () => ScopeFrame): Oncely['effect'] =>
    <T>(id: string, second: EffectOptions | (() => T), third?: () => T): T => {
      let begin: () => T;
      try {
        const { options: given, fn } = givenTo('oncely.effect', second, third);
        const [scope, effect] = [scopeOf(), frameOf(id, given)];
        begin = () => effectIn(scope, effect, fn);
      } catch (error) {
        return refusedAs(error, third ?? second, 'reject');
      }
      return begin();
    };
  const valueFor =
    (frameOf: () => ScopeFrame): Oncely['value'] =>
    async (id, fn) => {
      const frame = frameOf();
      const contract = contractOf(frame, stepIdOf(nameOf(id), undefined), {});
      mustBeNamed(contract);
      const value = await rememberValue(session, codec, [contract, asGiven(contract, frame, id)], fn);
      tracing?.valued(frame, value);
      return value;
    };

  const checkpointFor = checkpointing(session, codec);
  const submitFor =
    (scopeOf: () => ScopeFrame): Oncely['submit'] =>
    async (id, second, third?) => {
      const { options: given, fn } = givenTo('oncely.submit', second, third as (() => unknown) | undefined);
      const frame = frameOf(id, { ...given, submit: true });
      try {
        await effectIn(scopeOf(), frame, async () => fn());
      } catch (error) {
        if (frame.submitted !== true) throw error;
      }
      const effect = frame.contract && (await effects.get(frame.contract));
      if (!effect) throw nothingSubmitted(id);
      return effect;
    };

  const has = (client: string): boolean => options.clients?.[client] !== undefined;
  const { budgets } = options;
  const mayDecide = options.approvals?.mayDecide;
  const finishParts = { session, runner, clock, codec, keepingOf, originOf, budgets, approvals, waitMs, mayDecide };
  const effects = createEffects({ ...finishParts, limits });
  const recoverParts = { ...finishParts, place: { after: '', chosen: new Map() }, has };
  return knowingOptions({
    clients,
    scope: (scope, fn) => {
      const refused = scopeRefusal(scope);
      if (refused) return refusedAs(refused, fn, 'throw');
      const outer = currentFrames()?.scope;
      const tenant = scope.tenant ?? outer?.given?.tenant ?? outer?.scope.tenant;
      const { given, ...own } = scope;
      const ids = { ...own, ...(tenant === undefined ? {} : { tenant }) };
      const frame: ScopeFrame = {
        // A copy: an object that its owner reuses for the next case must not rename this one.
        scope: named(ids),
        ...givenNames(ids),
        closed: false,
        asks: asksAround(),
        ...(outer === undefined ? {} : { outer }),
        counts: new Map(),
        met: new Set(),
        ...(scope.deadlineMs === undefined ? {} : { deadlineAt: clock.monotonic() + scope.deadlineMs }),
      };
      if (given !== undefined) tracing?.opened(frame, given);
      const inside = <R>(work: () => R): R => runInFrames({ scope: frame }, work);
      const rest = noteOpen(frame);
      const end = enter(frame);
      const of = (): ScopeFrame => frame;
      const flow: Flow = {
        effect: effectFor(of),
        submit: submitFor(of),
        value: valueFor(of),
        checkpoint: checkpointFor(of),
      };
      frame.remember = flow.value;
      return afterwards(
        () => inside(() => begun(fn(flow))),
        (result) => {
          frame.returned = true;
          return bindResult(result, { inside, end, rest });
        },
        end,
      );
    },
    effect: effectFor(() => scopeFor('oncely.effect')),
    submit: submitFor(() => scopeFor('oncely.submit')),
    value: valueFor(() => scopeFor('oncely.value')),
    checkpoint: checkpointFor(() => requireScope('oncely.checkpoint')),
    effects,
    workflows: createWorkflows(finishParts),
    policy: createPolicyView(approvals, options.clients, (operation) => keepingOf(operation).preview, finishParts),
    audit,
    inspect: createInspect(session, codec, limits),
    recover: (recoverOptions) => recover(recoverParts, recoverOptions),
    prune: (pruneOptions) => prune({ session, clock, retention }, pruneOptions),
    reseal: (resealOptions) => reseal({ session, clock, codec }, resealOptions),
    sweep: (sweepOptions) => sweep(recoverParts, sweepOptions),
    observed: () => observedDuplicates(session),
    suspect: async (since) => {
      await session.info();
      session.renew(await options.ledger.markSuspect(since?.getTime()));
    },
    close: () => close('this process is closing'),
  });
}

function scopeFor(what: string): ScopeFrame {
  const scope = requireScope(what);
  refuseBorrowedScope(scope, what);
  return scope;
}

function nothingSubmitted(id: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `oncely.submit("${id}"): there was no write in it, so nothing was handed in.`,
    fix: `make the one write inside: oncely.submit('${id}', () => stripe.refunds.create(...))`,
    next: 'fix-code',
  });
}
