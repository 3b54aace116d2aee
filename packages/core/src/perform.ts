import type { Adapter, Connection, VendorWrite, WireResponse } from './adapter.ts';
import type { Budgets } from './budgets.ts';
import { within, type Clock } from './clock.ts';
import { knownAs } from './asking.ts';
import { contractProblem, slotOf, type Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import { standingContract } from './former-names.ts';
import { fingerprint, type Fingerprint } from './fingerprint.ts';
import type { Keeping } from './keeping.ts';
import { observe } from './observe.ts';
import { createJobOf } from './job-of.ts';
import { refuseWithoutConsent, type ConsentParts } from './policing.ts';
import type { Codec } from './payload.ts';
import type { Tracing } from './provenance/tracing.ts';
import * as refusals from './refusals.ts';
import * as unsettled from './unsettled.ts';
import { report } from './reporting.ts';
import type { Ended } from './after-settle.ts';
import type { Runner } from './runner.ts';
import * as guards from './scope-guards.ts';
import { stepIdOf, type EffectFrame, type RunOptions, type ScopeFrame } from './scope.ts';
import { mustBeNamed, nameOf } from './names.ts';
import { abortedBefore, handedIn, untilAborted, type Waiting } from './calling.ts';
import { refuseBeforeItsTurn, telling } from './telling.ts';
import { isRepeat, takeCall, type Call } from './whose-call.ts';

export interface PerformParts extends ConsentParts {
  readonly codec: Codec | undefined;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly waitMs: number;
  readonly unscoped: 'refuse' | 'observe';
  readonly defaultDrift: 'first' | 'refuse';
  readonly budgets: Budgets | undefined;
  readonly keepingOf: (operation: string) => Keeping;
  readonly tracing: Tracing | undefined;
}

/** One write with what was made of its input. */
export interface Printed {
  readonly print: Fingerprint;
  readonly input: unknown;
  readonly call?: Call;
}

/** Which of the ledger's clients a write came through. */
export interface Origin {
  readonly client: string;
  readonly account: string;
  readonly connection: Connection<unknown>;
  readonly adapter: Adapter;
  /** The vendor refused the credentials, or what they allow: who asks for this client next may get another. */
  readonly refused?: () => void;
}

/** Binds writes caught by adapters to the effect they belong to, and runs them. */
export function createPerform(
  parts: PerformParts,
): (origin: Origin, write: VendorWrite, call?: Call) => Promise<WireResponse> {
  const jobOf = createJobOf(parts);
  const inFlight = new Map<string, { readonly running: Promise<Ended>; readonly waiting: Waiting }>();

  return async (origin, write, call = takeCall()) => {
    // Synchronously, before anything is awaited: two unnamed writes begun together must see each other.
    const { frames } = call;
    if (!frames) return unscoped(origin, write);
    const { scope, effect } = frames;
    guards.refuseClosed(scope, effect, write, call);
    guards.refuseForeign(scope, effect, write, call);
    const release = effect
      ? guards.refuseUnexpected(effect, write)
      : write.name === undefined
        ? guards.reserveUnnamed(scope, write)
        : () => {};
    scope.underWay = (scope.underWay ?? 0) + 1;
    try {
      const printed = { ...(await printOf(origin, write)), call };
      if (effect) return await named(origin, write, scope, effect, printed);
      if (write.name !== undefined) {
        const step = stepIdOf(nameOf(write.name), undefined);
        const contract = await standingContract(parts.session, scope, write, {}, step, write.name);
        return await perform(origin, write, scope, contract, {}, printed);
      }
      return await unnamed(origin, write, scope, printed);
    } finally {
      scope.underWay -= 1;
      release();
    }
  };

  async function unscoped(origin: Origin, write: VendorWrite): Promise<WireResponse> {
    if (parts.unscoped === 'refuse') {
      throw new OncelyError('unscoped', {
        message: `${write.operation.name} was called outside of a scope. Nothing was sent.`,
        fix: "oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () => oncely.effect('refund', () => ...))",
      });
    }
    await refuseWithoutConsent(parts, write, knownAs(origin.adapter, write.operation.name), () =>
      printOf(origin, write),
    );
    const response = await write.passThrough();
    // Observing must never cost the caller its answer.
    await printOf(origin, write)
      .then(({ print }) => observe(parts.session, print, write.operation.name))
      .catch(() => {});
    return response;
  }

  async function printOf(origin: Origin, write: VendorWrite): Promise<Printed> {
    const { name, wording } = write.operation;
    const { naming } = await parts.session.info().catch((error: unknown) => {
      throw refusals.withoutLedger(name, undefined, 0, error);
    });
    // Asked for once: each asking may read anew.
    const { parameters } = write;
    const input = parameters instanceof Promise ? await parameters : parameters;
    const print = fingerprint(
      {
        operation: name,
        account: `${origin.client}/${origin.account}`,
        parameters: input,
        ...(wording === undefined ? {} : { wording }),
      },
      naming.hash,
    );
    return { print, input: write.judged?.(input) ?? input };
  }

  async function named(
    origin: Origin,
    write: VendorWrite,
    scope: ScopeFrame,
    effect: EffectFrame,
    printed: Printed,
  ): Promise<WireResponse> {
    const { print } = printed;
    const before = effect.write;
    if (before && (before.operation !== write.operation.name || before.fingerprint !== print.full)) {
      throw new OncelyError('second_write', {
        message: `the effect "${effect.id}" holds a second write, ${write.operation.name}; a named effect is one write. Nothing was sent for it.`,
        fix: `give it a name of its own: oncely.effect('${effect.id}-2', () => ...)`,
      });
    }
    effect.write = { operation: write.operation.name, fingerprint: print.full };
    const { id, given = id, options } = effect;
    const [step, former] = [stepIdOf(id, options.occurrence), stepIdOf(given, options.occurrence)];
    const contract = await standingContract(parts.session, scope, write, options, step, former);
    if (effect.options.submit === true) effect.contract = contract;
    return telling(parts, effect, contract, print, async (onEnded) => {
      await refuseBeforeItsTurn(parts.session, effect, contract);
      const ended = (how: Ended): void => {
        if (how.definite) effect.ended = true;
        if (how.recordedNo) effect.recordedNo = how.recordedNo;
        onEnded(how);
      };
      return handedIn(effect, perform(origin, write, scope, contract, effect.options, printed, ended));
    });
  }

  async function unnamed(
    origin: Origin,
    write: VendorWrite,
    scope: ScopeFrame,
    printed: Printed,
  ): Promise<WireResponse> {
    const { print } = printed;
    const operation = write.operation.name;
    const { pending } = scope;
    guards.refuseAnother(scope, operation, print.full);
    const made = `${operation} ${print.full}`;
    if (!pending && scope.made?.has(made) === true) throw guards.madeBefore(write);
    const number = pending?.number ?? (scope.counts.get(operation) ?? 0) + 1;
    scope.counts.set(operation, number);
    scope.pending = { operation, number, fingerprint: print.full };
    try {
      // Order is the only identity here, so the wording belongs to the guard.
      return await perform(
        origin,
        write,
        scope,
        await standingContract(parts.session, scope, write, {}, `${operation}#${number}`),
        { drift: 'refuse' },
        printed,
        ({ definite, outcome }) => {
          if (definite) delete scope.pending;
          if (definite && outcome !== 'rejected') (scope.made ??= new Set()).add(made);
        },
      );
    } catch (error) {
      throw guards.poisonedBy(scope, `${operation}#${number}`, error);
    }
  }

  async function perform(
    origin: Origin,
    write: VendorWrite,
    scope: ScopeFrame,
    contract: Contract,
    options: RunOptions,
    printed: Printed,
    onEnded?: (ended: Ended) => void,
  ): Promise<WireResponse> {
    const problem = contractProblem(contract);
    if (problem !== undefined) throw new OncelyError('invalid_input', { message: `${problem}. Nothing was sent.` });
    mustBeNamed(contract);
    if (options.signal?.aborted === true) throw abortedBefore(contract);
    const { tracing } = parts;
    const broken = await tracing?.judge(
      knownAs(origin.adapter, write.operation.name),
      printed.input,
      scope,
      origin.adapter.operations,
    );
    const job = jobOf(origin, write, scope, contract, options, printed, broken);
    // Who asks for a person joins nobody who does not: the question must reach the record.
    const asks = job.claim.approval !== undefined || job.untraced !== undefined;
    const id = [slotOf(contract), contract.logicVersion, printed.print.full, options.submit === true, asks].join('\n');
    const before = inFlight.get(id);
    const joins = before !== undefined;
    const waiting = before?.waiting ?? { callers: 0 };
    waiting.callers += 1;
    let running: Promise<Ended>;
    if (before) {
      report(job, slotOf(contract), parts.clock, () => ({ type: 'joined' }));
      // One that joins keeps its own time.
      running = within(parts.clock, job.giveUpAt - parts.clock.monotonic(), before.running, () => {
        throw unsettled.outlasted(job);
      });
    } else {
      const repeated = isRepeat(printed.call, id) ? { sends: 1 } : {};
      running = parts.runner.run({ ...job, ...repeated, wanted: () => waiting.callers > 0 });
      inFlight.set(id, { running, waiting });
      const forget = (): boolean => inFlight.delete(id);
      running.then(forget, forget);
    }
    const called = { operation: job.knownAs, input: printed.input, names: origin.adapter.operations };
    let ended: Ended;
    try {
      ended = await untilAborted(running, options.signal, contract, waiting);
    } catch (error) {
      if (!broken) tracing?.left(scope, called, error);
      throw error;
    }
    tracing?.performed(scope, called, ended.response);
    onEnded?.(joins ? { ...ended, replayed: true } : ended);
    return ended.response;
  }
}
