/**
 * Makes the side effects of AI agents happen once.
 * @module
 */
export { defineAdapter, defineOperation } from './adapter.ts';
export type {
  Adapter,
  AdapterRuntime,
  Connection,
  Keys,
  Operation,
  Permit,
  ProbeAnswer,
  Restored,
  Target,
  VendorWrite,
  Verdict,
  WireResponse,
} from './adapter.ts';
export { effectKeyOf } from './contract.ts';
export type { Contract } from './contract.ts';
export type { Clock } from './clock.ts';
export type { Actor, Effect, Effects } from './effects.ts';
export { errorCodes, isOncelyError, OncelyError } from './errors.ts';
export type { ErrorCode, Next } from './errors.ts';
export type { EffectEvent } from './events.ts';
export type { Inspect, Kept, LedgerState } from './inspect.ts';
export type { Ledger } from './ledger.ts';
export { createOncely } from './oncely.ts';
export type { ClientOf, Flow, Oncely } from './oncely.ts';
export type { OncelyOptions } from './options.ts';
export type { Codec } from './payload.ts';
export type { EffectState, Evidence, SafetyClass } from './record.ts';
export type { Recovered, RecoverOptions } from './recover.ts';
export type { EffectOptions, Scope } from './scope.ts';
