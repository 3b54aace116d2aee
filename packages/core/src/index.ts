/**
 * Makes the side effects of AI agents happen once.
 * @module
 */
export { aesCodec, envelopeCodec } from './aes-codec.ts';
export type { AesCodecOptions, EnvelopeCodecOptions } from './aes-codec.ts';
export { defineAdapter, defineOperation } from './adapter.ts';
export type {
  Fact,
  OperationNames,
  Said,
  WriteToSay,
  Adapter,
  AdapterRuntime,
  Compensation,
  CompensationTarget,
  Connection,
  Keys,
  Operation,
  Permit,
  ProbeAnswer,
  ProbeMatch,
  Restored,
  Target,
  VendorWrite,
  Verdict,
  WireResponse,
} from './adapter.ts';
export type { Audit, AuditOptions } from './audit/audit.ts';
export type { Checkpoint, CheckpointOptions, MakeCheckpoint } from './audit/checkpoint.ts';
export type { Seal } from './audit/seal.ts';
export type { Sealed, SealOptions, SealSink } from './audit/sealing.ts';
export type {
  AttemptChange,
  Resume,
  Timeline,
  TimelineAttempt,
  TimelineEffect,
  TimelineEntry,
} from './audit/timeline-types.ts';
export type { AuditProblem, Verified, VerifyOptions } from './audit/verify.ts';
export { effectKeyOf } from './contract.ts';
export type { Contract } from './contract.ts';
export { approvalHtml, approvalText, approvalView, twinText } from './approval-view.ts';
export type { ApprovalView } from './approval-view.ts';
export type { Clock } from './clock.ts';
export type { Effect, EffectEdit } from './effect.ts';
export type { Allowed, DecisionAsked, DecisionKind, MayDecide, WorkflowAsked } from './deciding.ts';
export type { Actor, Effects } from './effects.ts';
export type { EffectsPage, EffectsQuery } from './listing.ts';
export type { DecidedOne, Shown } from './several.ts';
export type { Budgets } from './budgets.ts';
export type { ApprovalPolicy } from './policies.ts';
export type { Attending } from './attending.ts';
export { lapsedWords, type Care, type Delegation, type Standing, type Twin } from './lifecycle/standing.ts';
export type { QuietHours } from './quiet-hours.ts';
export type { ApprovalRule, Editable, Quorum } from './policy-rules.ts';
export type { MustComeFrom, Source } from './provenance/rule.ts';
export type { RequestEditor } from './request-editor.ts';
export type { EditedValue } from './lifecycle/edit.ts';
export type { TwinGuard } from './twins.ts';
export type { LimitRule } from './limits/rules.ts';
export type { Aborted, Workflow, WorkflowId, Workflows, WorkflowState } from './workflows.ts';
export { errorCodes, isOncelyError, OncelyError } from './errors.ts';
export type { ErrorCode, Next } from './errors.ts';
export type { About, EffectEvent, LedgerEvent, ReExecution, RunOutcome } from './events.ts';
export type { LimitUse, LimitUses, LimitsQuery } from './limits/listing.ts';
export type { Inspect, Kept, LedgerState } from './inspect.ts';
export type { Ledger } from './ledger.ts';
export type { ClientOf, Flow, Oncely } from './handle.ts';
export { createOncely } from './oncely.ts';
export type { OncelyOptions } from './options.ts';
export type { Redact } from './keeping.ts';
export type { Codec, SealedPlace } from './payload.ts';
export type { NotJudged, OperationObserved, PolicyObserved } from './policy-observe.ts';
export type { PolicyAnswer, PolicyView } from './policy-view.ts';
export type { Pruned, PruneOptions } from './prune.ts';
export type { Resealed, ResealOptions } from './reseal.ts';
export type { ResultRule, RetentionOptions, RetentionRule } from './retention.ts';
export type { SweepOptions, Swept } from './sweep.ts';
export type { EffectState, Evidence, Run, SafetyClass } from './record.ts';
export type { Recovered, RecoverOptions } from './recover.ts';
export type { EffectOptions, Scope } from './scope.ts';
