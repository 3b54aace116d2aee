// Generated from docs/errors.md by test/write-error-texts.ts; a test compares the two.
import type { ErrorCode } from '@oncely/core';

/** What `explain` says of each error code. */
export const errorTexts: Readonly<Record<ErrorCode, { readonly what: string; readonly todo: string }>> = {
  invalid_input: {
    what: 'an id, a parameter or a decision cannot be taken as it is',
    todo: 'the message names the field',
  },
  invalid_config: {
    what: '`createOncely` or an adapter was set up wrongly',
    todo: 'the message shows the line',
  },
  unscoped: {
    what: 'a write outside of any scope',
    todo: "open `oncely.scope(...)` around it, or set `unscoped: 'observe'`",
  },
  scope_closed: {
    what: 'a write after its scope or effect had ended',
    todo: 'await the call inside of it, or return from the scope the stream that makes it',
  },
  scope_poisoned: {
    what: 'an unnamed write came in another order, or with other input, than recorded',
    todo: 'name the writes of this scope',
  },
  parallel_unnamed: {
    what: 'two unnamed writes of a scope at once, or one with the very input of another that was made',
    todo: 'name them',
  },
  foreign_context: {
    what: 'a queue started the call in the context of another scope or effect, so it is not known whose it is',
    todo: '`queue.add(() => flow.effect(id, () => ...))`, or `AsyncResource.bind` the task',
  },
  second_write: {
    what: 'a second write inside one named effect',
    todo: 'give it a name of its own',
  },
  unexpected_operation: {
    what: 'another operation than `expect` allows; nothing was recorded',
    todo: 'correct the call, or `expect`',
  },
  input_changed: {
    what: 'the effect has or may have happened with other input; the message names what differs',
    todo: 'call it as the first time, or `occurrence: 2` for one more',
  },
  outdated_logic: {
    what: 'a newer logic version has acted on this effect',
    todo: 'deploy the newer version everywhere',
  },
  approval_required: {
    what: 'a person must approve exactly this input first',
    todo: '`oncely.effects.approve(effect, { by, fingerprint })`, then call again',
  },
  outdated_policy: {
    what: "a newer approval policy than this process's speaks of the operation, or one of its version with other rules",
    todo: 'deploy the newer policy everywhere; raise `approvals.version` with each change of the rules',
  },
  not_allowed: {
    what: "`approvals.mayDecide` refused this person's decision",
    todo: 'ask somebody who may',
  },
  submitted: {
    what: 'it was handed in by `oncely.submit` and is not sent yet',
    todo: '`oncely.effects.complete(effect)`, or `oncely.recover()`',
  },
  declined: {
    what: 'a person declined it, or took the approval back',
    todo: '`oncely.effects.reopen(effect, { by })` if that is revised',
  },
  cancelled: {
    what: 'a person cancelled it',
    todo: '`oncely.effects.reopen(effect, { by })` if that is revised',
  },
  compensated: {
    what: 'it happened and was taken back',
    todo: '`occurrence: 2` if it is meant to happen again',
  },
  twin: {
    what: 'another workflow has made the same write for this business case',
    todo: 'use one workflow, or another business id if both are meant',
  },
  limit_reached: {
    what: 'it is one too many for a limit; the message says which, and how far it is used',
    todo: 'wait `retryAfterMs`, raise the maximum, or `then: "approve"`',
  },
  workflow_held: {
    what: 'the workflow is paused or cancelled',
    todo: '`oncely.workflows.resume(...)`; a cancelled one stays so',
  },
  in_progress: {
    what: 'another caller is sending it',
    todo: 'call again: it waits for, or gets, that outcome',
  },
  in_doubt: {
    what: 'it was sent, and no answer proves whether it happened; the message quotes what the vendor said',
    todo: 'call again after `retryAfterMs`, or `oncely.recover()`',
  },
  stopped: {
    what: 'whether it happened cannot be found out, and the message says where to look; or it did not happen in 1,000 attempts, and the message says so',
    todo: '`oncely.effects.resolve(effect, { happened }, { by })`; or `oncely.effects.reopen(effect, { by })`',
  },
  not_sent: {
    what: 'proven not applied: no connection, a rate limit, no time left',
    todo: 'call again',
  },
  rejection_unavailable: {
    what: 'the vendor rejected it; its answer was not kept',
    todo: 'correct the input, or `oncely.effects.reopen(effect, { by })`',
  },
  result_unavailable: {
    what: 'it happened, and its result was not kept or cannot be read again',
    todo: 'read the object at the vendor by `vendorId`',
  },
  ledger_unavailable: {
    what: 'the ledger did not answer; what it could not record was not sent',
    todo: 'call again; an earlier attempt of the same call stays in doubt',
  },
  ledger_unusable: {
    what: "the ledger's place or file is unfit, corrupt or of a newer version",
    todo: 'the message says what to change',
  },
  not_recorded: {
    what: 'it was sent, and the ledger failed before the end was recorded; the message says how the vendor answered',
    todo: 'call again: it is settled by evidence',
  },
  aborted: {
    what: 'your `signal` ended the waiting; the message says whether anything was sent',
    todo: 'call again to get the outcome',
  },
  closing: {
    what: 'this process is closing',
    todo: 'run it again in a process that stays',
  },
  not_found: {
    what: '`oncely.effects` was given an id that is not in this ledger',
    todo: 'check the key; a slot works as well',
  },
};
