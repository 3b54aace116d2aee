import { contractProblem } from './contract.ts';
import { durationProblem } from './clock.ts';
import { OncelyError } from './errors.ts';
import { refuseUnknown, type NamesOf } from './known-options.ts';
import type { EffectOptions, Scope } from './scope.ts';

const ofEffect: NamesOf<EffectOptions> = {
  version: true,
  expect: true,
  occurrence: true,
  drift: true,
  approval: true,
  onDoubt: true,
  onRejected: true,
  signal: true,
  correlationId: true,
};

const ofApproval: NamesOf<Exclude<EffectOptions['approval'], 'required' | undefined>> = {
  ttlMs: true,
  approvers: true,
};

const ofScope: NamesOf<Scope> = {
  tenant: true,
  businessId: true,
  workflowId: true,
  logicVersion: true,
  requestedBy: true,
  correlationId: true,
  traceparent: true,
  deadlineMs: true,
  given: true,
  slotScope: true,
};

/** What a call of `effect` or `submit` was given. @throws OncelyError `invalid_input` */
export function givenTo<T>(
  call: string,
  second: EffectOptions | (() => T) | undefined,
  third: (() => T) | undefined,
): { readonly options: EffectOptions; readonly fn: () => T } {
  const options = typeof second === 'function' || second === undefined ? {} : second;
  const fn = typeof second === 'function' ? second : third;
  if (typeof second === 'function' && third !== undefined) {
    refuse(
      call,
      'its options stand behind the function, where they say nothing',
      `${call}('refund', { ... }, () => ...)`,
    );
  }
  refuseUnknown(call, options, ofEffect);
  const problem = optionsProblem(options);
  if (problem !== undefined) refuse(call, problem);
  if (typeof fn !== 'function') {
    refuse(
      call,
      `what it runs must be a function, got ${typeof fn}`,
      `${call}('refund', () => stripe.refunds.create(...))`,
    );
  }
  return { options, fn: fn as () => T };
}

function optionsProblem({
  expect,
  drift,
  onDoubt,
  onRejected,
  approval,
  signal,
  correlationId,
}: EffectOptions): string | undefined {
  const names = typeof expect === 'string' ? [expect] : (expect ?? []);
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) {
    return "expect must be an operation's name, or a list of some";
  }
  if (typeof approval === 'object') refuseUnknown("oncely.effect's approval", approval, ofApproval);
  if (typeof approval === 'string' && approval !== 'required') return "approval must be 'required', or say how";
  if (signal !== undefined && typeof (signal as Partial<AbortSignal>).aborted !== 'boolean') {
    return 'signal must be an AbortSignal';
  }
  if (correlationId !== undefined && typeof correlationId !== 'string') return 'correlationId must be a string';
  return (
    choiceProblem('drift', drift, ['first', 'refuse']) ??
    choiceProblem('onDoubt', onDoubt, ['stop', 'resend']) ??
    choiceProblem('onRejected', onRejected, ['replay', 'again'])
  );
}

/** Why a scope is not opened: `invalid_input`, naming the field. */
export function scopeRefusal(scope: Scope): unknown {
  try {
    refuseBadScope(scope);
    return undefined;
  } catch (error) {
    return error;
  }
}

function refuseBadScope(scope: Scope): void {
  const fix = "oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () => ...)";
  if (typeof scope !== 'object' || scope === null) refuse('oncely.scope', 'its first argument must be an object', fix);
  refuseUnknown('oncely.scope', scope, ofScope);
  const texts = (['requestedBy', 'correlationId', 'traceparent'] as const).find(
    (name) => scope[name] !== undefined && typeof scope[name] !== 'string',
  );
  const problem =
    contractProblem({ ...scope, stepId: 'any', logicVersion: scope.logicVersion ?? 1 }) ??
    durationProblem('deadlineMs', scope.deadlineMs) ??
    choiceProblem('slotScope', scope.slotScope, ['workflow', 'business']) ??
    (scope.given === undefined || (typeof scope.given === 'object' && scope.given !== null)
      ? undefined
      : "given must be an object: { charge: 'ch_1' }") ??
    (texts === undefined ? undefined : `${texts} must be a string`);
  if (problem !== undefined) refuse('oncely.scope', problem, fix);
}

function choiceProblem(name: string, value: unknown, choices: readonly string[]): string | undefined {
  if (value === undefined || choices.includes(value as string)) return undefined;
  return `${name} must be ${choices.map((each) => `'${each}'`).join(' or ')}`;
}

/**
 * Gives a refusal to the caller as the function would have given its result. Of an async function that is a rejection,
 * so that a call among many leaves none of the others unwatched; of a generator function it is thrown at once, since its
 * result is not awaited. What any other function would have given is not known: `other` says what it is taken for.
 */
export function refusedAs<T>(error: unknown, fn: unknown, other: 'reject' | 'throw'): T {
  const kind = typeof fn === 'function' ? (Reflect.get(fn, Symbol.toStringTag) as unknown) : undefined;
  const isThrown = kind !== 'AsyncFunction' && (other === 'throw' || String(kind).endsWith('GeneratorFunction'));
  if (isThrown) throw error;
  return Promise.reject(error as Error) as T;
}

function refuse(call: string, problem: string, fix?: string): never {
  throw new OncelyError('invalid_input', {
    message: `${call}: ${problem}. Nothing was sent.`,
    next: 'fix-code',
    ...(fix === undefined ? {} : { fix }),
  });
}
