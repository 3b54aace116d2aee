import { AsyncLocalStorage } from 'node:async_hooks';

import type { Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import type { Quorum } from './policy-rules.ts';
import { inLineage } from './lineage.ts';
import type { Traced } from './provenance/traced.ts';
import type { Told } from './telling.ts';

/** What a scope is opened with: the business part of the contract, and how this run is to be treated. */
export interface Scope {
  readonly tenant?: string;
  readonly businessId: string;
  readonly workflowId: string;
  /** The default of the scope's effects. Default 1. */
  readonly logicVersion?: number;
  /** On whose behalf this run works, by identity: they never approve what it asks for. It is never part of a key. */
  readonly requestedBy?: string;
  /** The run's own id, for the audit only; it is never part of a key. */
  readonly correlationId?: string;
  /** The caller's place in its trace (W3C `traceparent`), kept with each effect so that recovery continues the trace. */
  readonly traceparent?: string;
  /** How long this run may take from here, in milliseconds: a serverless function's remaining time. */
  readonly deadlineMs?: number;
  /** What the caller gives, for rules that say where values must come from (`mustComeFrom`). It is kept in memory only. */
  readonly given?: Readonly<Record<string, unknown>>;
  /**
   * `business`: its effects happen once for the business case, whichever workflow asks first. They are paused and
   * cancelled together, under the same option. Default `workflow`.
   */
  readonly slotScope?: 'workflow' | 'business';
}

export interface EffectOptions {
  /** Rises when the step's meaning changes and it must be done anew. */
  readonly version?: number;
  /** The one operation, or the few, that may happen here; another is refused before the ledger is touched. */
  readonly expect?: string | readonly string[];
  /** From 2 up: the same effect once more, on purpose. */
  readonly occurrence?: number;
  /** After success, a change of wording only: `first` (default) replays the record, `refuse` is an error. */
  readonly drift?: 'first' | 'refuse';
  /** `required`: nothing is sent before a person approved exactly this input. */
  readonly approval?: 'required' | { readonly ttlMs?: number; readonly approvers?: number | readonly Quorum[] };
  /** For an unverifiable effect in doubt: `stop` (default) for a person, or `resend`, which may double it. */
  readonly onDoubt?: 'stop' | 'resend';
  /**
   * After the vendor's definite no, the same input: `replay` (default) gives that no again, marked by `error.oncely`;
   * `again` asks the vendor once more, under a new key and with a fresh approval.
   */
  readonly onRejected?: 'replay' | 'again';
  /** Stops this caller's waiting. What was sent goes on; where nothing was, nothing is sent once nobody waits. */
  readonly signal?: AbortSignal;
  /** This call's own id, for the audit only; it is never part of a key. Default: the scope's. */
  readonly correlationId?: string;
}

/** A vendor's no that was not said now but is recorded; it stands on the error as `error.oncely`. */
export interface RecordedNo {
  readonly replayed: true;
  /** When it was recorded, on the ledger's clock, in milliseconds since 1970. */
  readonly at: number;
  readonly effect: string;
  /** What opens it again. */
  readonly fix: string;
}

/** An effect's options with what only we set: to hand it in instead of performing it. */
export interface RunOptions extends EffectOptions {
  readonly submit?: true;
  /** What the effects around it ask for. */
  readonly within?: readonly EffectOptions['approval'][];
}

/** A running scope. */
export interface ScopeFrame {
  /** `undo`: what is done here takes back the effects of the same contract. */
  readonly scope: Omit<Scope, 'given'> & { readonly undo?: true };
  /** Its ids as they were given, where that is not the form in which they are compared. */
  readonly given?: Pick<Scope, 'tenant' | 'businessId' | 'workflowId'>;
  readonly deadlineAt?: number;
  /** What the effects ask for that it was opened within. */
  readonly asks?: readonly EffectOptions['approval'][];
  /** The scope that this one was opened in. */
  readonly outer?: ScopeFrame;
  closed: boolean;
  /** Its function has returned; where it is not closed, it lives on in what that gave. */
  returned?: true;
  /** How much of it lives: its own function and what that returned, and its effects. */
  within?: number;
  /** How many calls of ours it waits for. */
  underWay?: number;
  poisoned?: string;
  /** The checkpoint that was reached last: what is claimed from here on is tied to it. */
  checkpoint?: { readonly id: string; readonly hash: string };
  /** The slots that were met here first, so that the next call of one is no return to it. */
  readonly met: Set<string>;
  /** The count of this scope as one that was entered again, once it was seen to be. */
  reentry?: Promise<void>;
  /** Computes a value once for the case, as `oncely.value` does. */
  remember?: <T>(id: string, compute: () => T | Promise<T>) => Promise<T>;
  /** The unnamed writes that were made here, by operation and input. */
  made?: Set<string>;
  /** What is known here of where values came from, where a rule asks for it. */
  traced?: Traced;
  /** How many unnamed writes of each operation have begun. */
  readonly counts: Map<string, number>;
  /** The unnamed write under way. */
  busy?: string;
  /** The unnamed write that ended without a definite outcome: the next must be its retry. */
  pending?: { readonly operation: string; readonly number: number; readonly fingerprint: string };
}

/** A running named effect. */
export interface EffectFrame {
  readonly id: string;
  /** The id as it was given, where that is not the form in which ids are compared. */
  readonly given?: string;
  readonly options: RunOptions;
  closed: boolean;
  /** What is to be handed in here, and whether it was. */
  contract?: Contract;
  submitted?: true;
  /** Its write has come to a clear end. */
  ended?: true;
  write?: { readonly operation: string; readonly fingerprint: string };
  /** Its write was not sent: the vendor's no of before was given again. */
  recordedNo?: RecordedNo;
  /** Hears how the write stands in the ledger once it has ended, however it did. */
  readonly tell?: (told: Told) => void;
  /** The step that must have happened before this one may. */
  readonly follows?: string;
}

/** What running code belongs to. */
export interface Frames {
  readonly scope: ScopeFrame;
  readonly effect?: EffectFrame;
  /** It looks at what a model has named, so what it reads is no word of the vendor's on where that came from. */
  readonly looks?: true;
}

// On a registered symbol, so that two copies of this package share one storage.
const key = Symbol.for('@oncely/core/scope');
const shared = globalThis as unknown as Record<symbol, AsyncLocalStorage<Frames> | undefined>;
const storage: AsyncLocalStorage<Frames> = (shared[key] ??= new AsyncLocalStorage<Frames>());

/** What the code running here belongs to. */
export function currentFrames(): Frames | undefined {
  return storage.getStore();
}

/** What the effects around here ask for: whatever is opened within them needs no less. */
export function asksAround(): readonly EffectOptions['approval'][] {
  const frames = storage.getStore();
  const { approval, within = [] } = frames?.effect?.options ?? {};
  return [...(approval === undefined ? [] : [approval]), ...within, ...(frames?.scope.asks ?? [])];
}

export function runInFrames<T>(frames: Frames, fn: () => T): T {
  return storage.run(frames, () => inLineage(frames.effect ?? frames.scope, fn));
}

/** The frame of the scope that runs here, or an error that shows how to open one. */
export function requireScope(what: string): ScopeFrame {
  const frames = storage.getStore();
  if (!frames) {
    throw new OncelyError('unscoped', {
      message: `${what} needs a scope, and none is open here. Nothing was sent.`,
      fix: "oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () => ...)",
    });
  }
  return frames.scope;
}

/** The step id of a named effect. The endings `@2` and `#2` are ours: occurrence and unnamed number. */
export function stepIdOf(id: string, occurrence: number | undefined): string {
  if (typeof id !== 'string' || id.length === 0) {
    throw new OncelyError('invalid_input', {
      message: 'an effect needs an id: a stable name of this one write. Nothing was sent.',
    });
  }
  if (/[#@]\d+$/.test(id)) {
    throw new OncelyError('invalid_input', {
      message: `the effect id "${id}" ends like an occurrence, which is reserved. Nothing was sent.`,
      fix: `oncely.effect('${id.replace(/[#@]\d+$/, '')}', { occurrence: 2 }, ...)`,
    });
  }
  if (occurrence === undefined || occurrence === 1) return id;
  if (!Number.isSafeInteger(occurrence) || occurrence < 1) {
    throw new OncelyError('invalid_input', {
      message: `occurrence of "${id}" must be a whole number from 1. Nothing was sent.`,
    });
  }
  return `${id}@${occurrence}`;
}
