import { createSecretKey, type KeyObject } from 'node:crypto';

import type { Adapter, Connection, VendorWrite, WireResponse } from './adapter.ts';
import { within, type Clock } from './clock.ts';
import { contractProblem, slotOf, type Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import { fingerprint, type Fingerprint } from './fingerprint.ts';
import type { LedgerSession } from './ledger-session.ts';
import { observe } from './observe.ts';
import type { Job } from './job.ts';
import * as refusals from './refusals.ts';
import type { Ended, Runner } from './runner.ts';
import { poison, refuseClosed, refuseUnexpected, reserveUnnamed } from './scope-guards.ts';
import { currentFrames, stepIdOf, type EffectFrame, type EffectOptions, type ScopeFrame } from './scope.ts';
import { refuseBeforeItsTurn, telling } from './telling.ts';

export interface PerformParts {
  readonly session: LedgerSession;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly fingerprintKey: Uint8Array | undefined;
  readonly waitMs: number;
  readonly unscoped: 'refuse' | 'observe';
  readonly defaultDrift: 'first' | 'refuse';
}

/** Which of the ledger's clients a write came through. */
export interface Origin {
  readonly client: string;
  readonly account: string;
  readonly connection: Connection<unknown>;
  readonly adapter: Adapter;
}

const approvalTtlMs = 7 * 24 * 3_600_000;

/** Binds writes caught by adapters to the effect they belong to, and runs them. */
export function createPerform(parts: PerformParts): (origin: Origin, write: VendorWrite) => Promise<WireResponse> {
  let imported: KeyObject | undefined;
  const inFlight = new Map<string, Promise<Ended>>();

  return async (origin, write) => {
    // Synchronously, before anything is awaited: two unnamed writes begun together must see each other.
    const frames = currentFrames();
    if (!frames) return unscoped(origin, write);
    const { scope, effect } = frames;
    refuseClosed(scope, effect, write);
    const release = effect
      ? refuseUnexpected(effect, write)
      : write.name === undefined
        ? reserveUnnamed(scope, write)
        : () => {};
    try {
      const print = await printOf(origin, write);
      if (effect) return await named(origin, write, scope, effect, print);
      if (write.name !== undefined)
        return await perform(origin, write, scope, stepIdOf(write.name, undefined), {}, print);
      return await unnamed(origin, write, scope, print);
    } finally {
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
    const response = await write.passThrough();
    // Observing must never cost the caller its answer.
    await printOf(origin, write)
      .then((print) => observe(parts.session, print, write.operation.name))
      .catch(() => {});
    return response;
  }

  async function hashKey(): Promise<KeyObject> {
    // Imported once: with raw bytes each digest would import them again, which costs more than the digest.
    imported ??= createSecretKey(parts.fingerprintKey ?? (await parts.session.info()).key);
    return imported;
  }

  async function printOf(origin: Origin, write: VendorWrite): Promise<Fingerprint> {
    const { name, wording } = write.operation;
    const key = await hashKey().catch((error: unknown) => {
      throw refusals.withoutLedger(name, undefined, 0, error);
    });
    const { parameters } = write;
    return fingerprint(
      {
        operation: name,
        account: `${origin.client}/${origin.account}`,
        parameters: parameters instanceof Promise ? await parameters : parameters,
        ...(wording === undefined ? {} : { wording }),
      },
      key,
    );
  }

  async function named(
    origin: Origin,
    write: VendorWrite,
    scope: ScopeFrame,
    effect: EffectFrame,
    print: Fingerprint,
  ): Promise<WireResponse> {
    const before = effect.write;
    if (before && (before.operation !== write.operation.name || before.fingerprint !== print.full)) {
      throw new OncelyError('second_write', {
        message: `the effect "${effect.id}" holds a second write, ${write.operation.name}; a named effect is one write. Nothing was sent for it.`,
        fix: `give it a name of its own: oncely.effect('${effect.id}-2', () => ...)`,
      });
    }
    effect.write = { operation: write.operation.name, fingerprint: print.full };
    const stepId = stepIdOf(effect.id, effect.options.occurrence);
    const contract = contractOf(scope, stepId, effect.options, write);
    return telling(parts.session, effect, contract, print, async (onEnded) => {
      await refuseBeforeItsTurn(parts.session, effect, contract);
      return perform(origin, write, scope, stepId, effect.options, print, onEnded);
    });
  }

  async function unnamed(
    origin: Origin,
    write: VendorWrite,
    scope: ScopeFrame,
    print: Fingerprint,
  ): Promise<WireResponse> {
    const operation = write.operation.name;
    const { pending } = scope;
    if (pending && (pending.operation !== operation || pending.fingerprint !== print.full)) {
      throw poison(
        scope,
        `the unnamed write before it (${pending.operation}#${pending.number}) ended without a clear outcome, and this is another one`,
      );
    }
    const number = pending?.number ?? (scope.counts.get(operation) ?? 0) + 1;
    scope.counts.set(operation, number);
    scope.pending = { operation, number, fingerprint: print.full };
    try {
      // Order is the only identity here, so the wording belongs to the guard.
      return await perform(
        origin,
        write,
        scope,
        `${operation}#${number}`,
        { drift: 'refuse' },
        print,
        ({ definite }) => {
          if (definite) delete scope.pending;
        },
      );
    } catch (error) {
      if (error instanceof OncelyError && error.code === 'input_changed') {
        throw poison(
          scope,
          `${operation}#${number} was recorded with other input, so this run does not repeat the earlier one`,
          error,
        );
      }
      throw error;
    }
  }

  async function perform(
    origin: Origin,
    write: VendorWrite,
    scope: ScopeFrame,
    stepId: string,
    options: EffectOptions,
    print: Fingerprint,
    onEnded?: (ended: Ended) => void,
  ): Promise<WireResponse> {
    const contract = contractOf(scope, stepId, options, write);
    const problem = contractProblem(contract);
    if (problem !== undefined) throw new OncelyError('invalid_input', { message: `${problem}. Nothing was sent.` });
    if (options.signal?.aborted === true) throw abortedBefore(contract);
    const id = [slotOf(contract), contract.logicVersion, print.full].join('\n');
    const job = jobOf(origin, write, scope, contract, options, print);
    let running = inFlight.get(id);
    const joins = running !== undefined;
    if (running) {
      // One that joins keeps its own time.
      running = within(parts.clock, job.giveUpAt - parts.clock.monotonic(), running, () => {
        throw refusals.outlasted(job);
      });
    } else {
      running = parts.runner.run(job);
      inFlight.set(id, running);
      const forget = (): boolean => inFlight.delete(id);
      running.then(forget, forget);
    }
    const ended = await untilAborted(running, options.signal, contract);
    onEnded?.(joins ? { ...ended, replayed: true } : ended);
    return ended.response;
  }

  function jobOf(
    origin: Origin,
    write: VendorWrite,
    { scope, deadlineAt }: ScopeFrame,
    contract: Contract,
    options: EffectOptions,
    print: Fingerprint,
  ): Job {
    const { approval, correlationId = scope.correlationId } = options;
    return {
      claim: {
        contract,
        client: origin.client,
        account: origin.account,
        operation: write.operation.name,
        safety: write.operation.safety,
        landingBoundMs: write.operation.landingBoundMs,
        fingerprint: print,
        drift: options.drift ?? parts.defaultDrift,
        onDoubt: options.onDoubt ?? 'stop',
        ...(approval === undefined ? {} : { approval: approval === 'required' ? { ttlMs: approvalTtlMs } : approval }),
      },
      prepare: (keys) => write.prepare(keys),
      ...(write.complete === undefined
        ? {}
        : { complete: (request) => write.complete?.(request) ?? Promise.resolve(request) }),
      rekey: (request) => request,
      send: (target, permit) => write.send(target.request, permit, target),
      probe: (target) => origin.connection.probe(target),
      restore: (target) => origin.connection.restore(target),
      giveUpAt: Math.min(parts.clock.monotonic() + parts.waitMs, deadlineAt ?? Infinity),
      ...(deadlineAt === undefined ? {} : { deadlineAt }),
      ...(correlationId === undefined ? {} : { correlationId }),
    };
  }
}

function contractOf(frame: ScopeFrame, stepId: string, options: EffectOptions, write: VendorWrite): Contract {
  const { tenant, businessId, workflowId, logicVersion } = frame.scope;
  const expected = typeof options.expect === 'string' ? options.expect : write.operation.name;
  return {
    ...(tenant === undefined ? {} : { tenant }),
    businessId,
    workflowId,
    stepId,
    expectedEffect: expected,
    logicVersion: options.version ?? logicVersion ?? 1,
  };
}

function untilAborted<T>(running: Promise<T>, signal: AbortSignal | undefined, contract: Contract): Promise<T> {
  if (!signal) return running;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(
        new OncelyError('aborted', {
          message: `this caller stopped waiting for ${slotOf(contract)}; the effect goes on and may happen.`,
          cause: signal.reason,
        }),
      );
    };
    signal.addEventListener('abort', abort, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function abortedBefore(contract: Contract): OncelyError {
  return new OncelyError('aborted', { message: `${slotOf(contract)} was aborted before it began. Nothing was sent.` });
}
