/** What the caller should do next. */
export type Next = 'retry' | 'wait' | 'fix-input' | 'fix-code' | 'approve' | 'ask-a-person';

export type ErrorCode =
  | 'invalid_input'
  | 'invalid_config'
  | 'unscoped'
  | 'scope_closed'
  | 'scope_poisoned'
  | 'parallel_unnamed'
  | 'foreign_context'
  | 'second_write'
  | 'unexpected_operation'
  | 'input_changed'
  | 'outdated_logic'
  | 'approval_required'
  | 'outdated_policy'
  | 'not_allowed'
  | 'submitted'
  | 'declined'
  | 'cancelled'
  | 'compensated'
  | 'twin'
  | 'limit_reached'
  | 'workflow_held'
  | 'in_progress'
  | 'in_doubt'
  | 'stopped'
  | 'not_sent'
  | 'rejection_unavailable'
  | 'result_unavailable'
  | 'ledger_unavailable'
  | 'ledger_unusable'
  | 'not_recorded'
  | 'aborted'
  | 'closing'
  | 'not_found';

/**
 * Every error code with its standing advice and whether the vendor was called for this effect: `no` this call did not
 * reach the vendor, `may` an attempt may have, `yes` the effect happened. The error reference is made from it.
 */
export const errorCodes: Readonly<Record<ErrorCode, { readonly next: Next; readonly vendor: 'no' | 'may' | 'yes' }>> = {
  invalid_input: { next: 'fix-input', vendor: 'no' },
  invalid_config: { next: 'fix-code', vendor: 'no' },
  unscoped: { next: 'fix-code', vendor: 'no' },
  scope_closed: { next: 'fix-code', vendor: 'no' },
  scope_poisoned: { next: 'fix-code', vendor: 'no' },
  parallel_unnamed: { next: 'fix-code', vendor: 'no' },
  foreign_context: { next: 'fix-code', vendor: 'no' },
  second_write: { next: 'fix-code', vendor: 'no' },
  unexpected_operation: { next: 'fix-code', vendor: 'no' },
  input_changed: { next: 'fix-input', vendor: 'may' },
  outdated_logic: { next: 'fix-code', vendor: 'no' },
  approval_required: { next: 'approve', vendor: 'no' },
  outdated_policy: { next: 'fix-code', vendor: 'no' },
  not_allowed: { next: 'ask-a-person', vendor: 'no' },
  submitted: { next: 'wait', vendor: 'no' },
  declined: { next: 'ask-a-person', vendor: 'no' },
  cancelled: { next: 'ask-a-person', vendor: 'no' },
  compensated: { next: 'ask-a-person', vendor: 'yes' },
  twin: { next: 'ask-a-person', vendor: 'no' },
  limit_reached: { next: 'ask-a-person', vendor: 'may' },
  workflow_held: { next: 'ask-a-person', vendor: 'may' },
  in_progress: { next: 'wait', vendor: 'may' },
  in_doubt: { next: 'wait', vendor: 'may' },
  stopped: { next: 'ask-a-person', vendor: 'may' },
  not_sent: { next: 'retry', vendor: 'no' },
  rejection_unavailable: { next: 'fix-input', vendor: 'no' },
  result_unavailable: { next: 'fix-code', vendor: 'yes' },
  ledger_unavailable: { next: 'retry', vendor: 'may' },
  ledger_unusable: { next: 'fix-code', vendor: 'no' },
  not_recorded: { next: 'retry', vendor: 'may' },
  aborted: { next: 'retry', vendor: 'may' },
  closing: { next: 'retry', vendor: 'may' },
  not_found: { next: 'fix-input', vendor: 'no' },
};

export interface ErrorDetail {
  readonly message: string;
  /** The line of the caller's code to change, printed behind the message. */
  readonly fix?: string;
  readonly next?: Next;
  readonly retryAfterMs?: number;
  /** The effect key this is about. */
  readonly effect?: string;
  readonly vendorId?: string;
  readonly cause?: unknown;
}

// Registered, so that two copies of this package recognise each other's errors.
const marker = Symbol.for('@oncely/core/error');

/** The one error of this library: `code` says what happened, `next` what to do, `cause` keeps the vendor's error. */
export class OncelyError extends Error {
  override readonly name = 'OncelyError';
  readonly code: ErrorCode;
  readonly next: Next;
  readonly retryAfterMs?: number;
  readonly effect?: string;
  readonly vendorId?: string;

  constructor(code: ErrorCode, detail: ErrorDetail) {
    const fix = detail.fix === undefined ? '' : `\n  fix: ${detail.fix}`;
    super(`[${code}] ${detail.message}${fix}`, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.next = detail.next ?? errorCodes[code].next;
    if (detail.retryAfterMs !== undefined) this.retryAfterMs = detail.retryAfterMs;
    if (detail.effect !== undefined) this.effect = detail.effect;
    if (detail.vendorId !== undefined) this.vendorId = detail.vendorId;
    Object.defineProperty(this, marker, { value: true });
  }
}

/** Whether a value is an error of this library, whichever copy of it threw. */
export function isOncelyError(value: unknown): value is OncelyError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true;
}
