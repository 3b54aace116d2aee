import { effectKeyOf, type Contract } from './contract.ts';
import { isOncelyError, OncelyError, type ErrorDetail, type ErrorCode } from './errors.ts';
import type { WorkflowRow } from './ledger.ts';
import type { Seen } from './ledger-session.ts';
import type { Refusal } from './lifecycle/claim.ts';
import type { Exceeded } from './limits/watch.ts';
import { lapsedWords } from './lifecycle/standing.ts';
import { hasHappened, unknownAttempts } from './lifecycle/state.ts';
import type { Difference } from './policy-digest.ts';
import type { Draft, EffectRecord } from './record.ts';
import type { Job } from './job.ts';
import { readWorkflowDoc } from './workflow-doc.ts';

/** The errors of the runner: what happened, whether the vendor was or may have been called, the line to change. */
export function about(job: Job, code: ErrorCode, detail: ErrorDetail): OncelyError {
  return new OncelyError(code, { effect: effectKeyOf(job.claim.contract), ...detail });
}

/** The reason that a person gave, behind who they are. */
const because = (reason: string | undefined): string => {
  const words = reason?.trim().replace(/[.!?]$/, '') ?? '';
  return words === '' ? '' : ` ("${words}")`;
};

/** That the question before this one ran out, which whoever waited for its answer must hear. */
const lapsed = ({ approval }: EffectRecord): string => {
  const words = approval ? lapsedWords(approval) : '';
  return words === '' ? '' : ` ${words}`;
};

export const named = (job: Job): string => `${job.claim.operation} (${effectKeyOf(job.claim.contract)})`;

/** What is known of a doubt: the vendor's own words where this process read them, else how the attempt ended. */
export function known(record: EffectRecord, cause: unknown): string {
  const { attempts } = record;
  const doubtful = unknownAttempts(record);
  const said = saidBy(cause);
  const reason = doubtful.findLast((attempt) => attempt.reason !== undefined)?.reason;
  const ended =
    said ??
    (reason === undefined ? 'nobody has reported how its last attempt ended' : `its last attempt ended as ${reason}`);
  // A no that was said to a later attempt is no word on the earlier one, and yet what whoever looks must know.
  const no = attempts.findLast(({ evidence }) => evidence === 'rejected');
  const isLater = no !== undefined && attempts.indexOf(no) > attempts.findIndex((each) => each === doubtful[0]);
  if (!isLater || no.reason === undefined || no.logicVersion !== record.contract.logicVersion) return ended;
  return `${ended}; a later attempt was refused by the vendor (${no.reason}), which says nothing of the one before`;
}

/** The first line of an error's words; `undefined` where it has none. */
export function saidBy(cause: unknown): string | undefined {
  const line = cause instanceof Error ? cause.message.split('\n')[0] : undefined;
  return line === '' ? undefined : line;
}

export function refused(job: Job, record: EffectRecord, refusal: Refusal, cause?: unknown): OncelyError {
  const what = named(job);
  const id = job.claim.contract.stepId;
  switch (refusal.code) {
    case 'input_changed': {
      const fields = refusal.fields.join(', ') || 'the operation or the account';
      const { vendorId } = record;
      const surely = vendorId !== undefined || hasHappened(record);
      const happened = `${surely ? 'has' : 'may have'} happened already${vendorId === undefined ? '' : ` (${vendorId})`}`;
      return about(job, 'input_changed', {
        message: `${what} ${happened} with other input; what differs: ${fields}. Nothing was sent now.`,
        fix: refusal.wordingOnly
          ? `oncely.effect('${id}', { drift: 'first' }, ...) replays the first wording`
          : `call it with the input of the first time, or, if this is meant as one more: oncely.effect('${id}', { occurrence: 2 }, ...)`,
        ...(record.vendorId === undefined ? {} : { vendorId: record.vendorId }),
      });
    }
    case 'outdated_logic':
      return about(job, 'outdated_logic', {
        message: `${what} was recorded by logic version ${refusal.recorded}; this process runs version ${job.claim.contract.logicVersion}. Nothing was sent now.`,
        fix: 'deploy the newer version everywhere; an older one never acts on a newer record',
      });
    case 'approval_required':
      return about(job, 'approval_required', {
        message: `${what} waits for a person's approval of exactly this input.${lapsed(record)} This call sent nothing.`,
        fix: `await oncely.effects.approve('${effectKeyOf(job.claim.contract)}', { by: 'name', fingerprint })  // of effect.approval; \`npx oncely show <id> --reveal\` shows it with the input`,
      });
    case 'declined':
    case 'cancelled':
      return about(job, refusal.code, {
        message: `${what} was ${refusal.code} by ${refusal.by}${because(record.noMoreAttempts?.reason)}. Nothing was sent now.`,
        fix: `if that is revised: await oncely.effects.reopen('${effectKeyOf(job.claim.contract)}', { by: 'name' })`,
      });
    case 'compensated':
      return about(job, 'compensated', {
        message: `${what} happened and was taken back by ${refusal.by}${because(record.undo?.reason)}. Nothing was sent now.`,
        fix: `if it is meant to happen again: oncely.effect('${id}', { occurrence: 2 }, ...)`,
      });
    case 'in_doubt':
      return about(job, 'in_doubt', {
        message: `${what}: an attempt of logic version ${refusal.recorded} is in doubt and must be settled before version ${job.claim.contract.logicVersion} acts. Nothing was sent now.`,
        fix: 'await oncely.recover()',
      });
    case 'stopped':
      if (refusal.spent === true) {
        return about(job, 'stopped', {
          message: `${what} has not happened: ${refusal.reason}. It is not sent again by itself, so that a vendor is not asked without end. Nothing was sent now.`,
          cause,
          fix: `end what the vendor refuses, then await oncely.effects.reopen('${effectKeyOf(job.claim.contract)}', { by: 'name' })  // or cancel(...), where it is no longer wanted`,
        });
      }
      return about(job, 'stopped', {
        message: `${what} was sent, and whether it happened cannot be found out: ${refusal.reason}. What is known: ${known(record, cause)}. It is not sent again. A person who looked must say which:`,
        cause,
        fix: `await oncely.effects.resolve('${effectKeyOf(job.claim.contract)}', { happened: { vendorId: '...' } }, { by: 'name' })  // or { happened: false }`,
      });
  }
}

export function cannotSubmit(contract: Contract): OncelyError {
  return new OncelyError('invalid_config', {
    effect: effectKeyOf(contract),
    message: `${effectKeyOf(contract)} cannot be handed in: retention keeps no requests, so nobody could perform it. Nothing was sent.`,
    fix: "createOncely({ retention: { requests: 'open' } }), or oncely.effect(...) in place of oncely.submit(...)",
  });
}

export function submitted(job: Job): OncelyError {
  return about(job, 'submitted', {
    message: `${named(job)} is handed in and not sent yet.`,
    fix: 'await oncely.effects.complete(id), or let oncely.recover() perform it',
  });
}

export function twin(operation: string, contract: Contract, other: string): OncelyError {
  return new OncelyError('twin', {
    effect: effectKeyOf(contract),
    message: `${operation} (${effectKeyOf(contract)}): another workflow has done the same for this business case, or is about to: ${other}. Nothing was sent.`,
    fix: 'if both are meant, say so by the business id, or twins: { onTwin: "approve" }',
  });
}

export function outdatedPolicy(job: Job, newest: number, own: number): OncelyError {
  return about(job, 'outdated_policy', {
    message: `${named(job)} needs approval by version ${newest} of the approval policy; this process runs ${own === 0 ? 'none' : `version ${own}`}. Nothing was sent.`,
    fix: 'deploy the newer policy everywhere: createOncely({ approvals: { version, operations } })',
  });
}

/** That processes of one version have different rules, and in what. */
export function otherRulesSaid(version: number, { name, fields }: Difference): string {
  const here =
    fields.length === 0 ? 'this process has none' : `this process has another (they differ in ${fields.join(', ')})`;
  return `version ${version} of the approval policy ran on this ledger with a rule for ${name}, and ${here}`;
}

export function otherRules(job: Job, version: number, difference: Difference): OncelyError {
  return about(job, 'outdated_policy', {
    message: `${named(job)}: ${otherRulesSaid(version, difference)}. Which of them holds is not known. Nothing was sent.`,
    fix: `approvals: { version: ${version + 1}, operations: { ... } } with the rules that are meant, in every process; or the rules of version ${version} here`,
  });
}

/** A ledger that does not answer, told with what that means for the vendor; any other error as it is. */
export function withoutLedger(operation: string, effect: string | undefined, sends: number, error: unknown): unknown {
  if (!isOncelyError(error) || error.code !== 'ledger_unavailable' || error.effect !== undefined) return error;
  const happened =
    sends === 0
      ? 'This call sent nothing to the vendor.'
      : 'What this call sent before may have happened; it is in doubt.';
  const [said, fix] = error.message.replace(/^\[\w+\] /, '').split('\n  fix: ', 2);
  return new OncelyError('ledger_unavailable', {
    message: `${operation}: ${said} ${happened}`,
    fix: `${fix === undefined ? '' : `${fix}; `}call again with the same input once the ledger answers`,
    ...(effect === undefined ? {} : { effect }),
    cause: error.cause ?? error,
  });
}

export function resultUnavailable(job: Job, record: EffectRecord, cause: unknown): OncelyError {
  const why = record.tombstone
    ? 'expired by retention'
    : record.result?.kind === 'omitted'
      ? record.result.reason
      : 'unreadable';
  return about(job, 'result_unavailable', {
    message: `${named(job)} has happened${record.vendorId === undefined ? '' : ` (${record.vendorId})`}, but its result cannot be given again: ${why}. It was not sent again.`,
    fix: 'read the object at the vendor by its id',
    ...(record.vendorId === undefined ? {} : { vendorId: record.vendorId }),
    cause,
  });
}

export function requestGone(job: Job, draft: Draft): OncelyError {
  return about(job, 'in_doubt', {
    message: `${named(job)} must be sent again, and the ledger did not keep its request (${draft.request?.kind === 'omitted' ? draft.request.reason : 'not stored'}). Only its own caller can. Nothing was sent now.`,
    fix: 'run the code that made this effect again',
  });
}

/** In recovery without the request; the vendor was not asked, so nothing is known and nothing is stopped. */
export function lookUpNeedsCaller(job: Pick<Job, 'claim'>, why: string): OncelyError {
  const effect = effectKeyOf(job.claim.contract);
  return new OncelyError('in_doubt', {
    effect,
    message: `${job.claim.operation} (${effect}) was sent and may have happened. The ledger did not keep its request (retention: requests 'never'), without which this process cannot look it up: ${why}. Only its own caller can. Nothing was sent now.`,
    fix: 'run the code that made this effect again',
  });
}

export function rejectionUnavailable(job: Job, record: EffectRecord): OncelyError {
  const reason = record.attempts.findLast((attempt) => attempt.evidence === 'rejected')?.reason;
  return about(job, 'rejection_unavailable', {
    message: `${named(job)} was rejected by the vendor${reason === undefined ? '' : ` (${reason})`}; nothing happened there. The answer itself was not kept.`,
    fix: `correct the input, or await oncely.effects.reopen('${effectKeyOf(job.claim.contract, record.generation)}', { by: 'name' })`,
  });
}

export function codecFailed(job: Job, seen: Seen, cause: unknown): OncelyError {
  return stillOpen(job, seen, 'not_sent', {
    message: `${named(job)}: the codec could not seal the request.`,
    fix: 'call again with the same input once the codec works',
    cause,
  });
}

/** An adapter that says by which of our names its vendor knows a write, and does not send that. */
export function withoutName(job: Job, seen: Seen, name: 'key' | 'marker'): OncelyError {
  const { operation, safety } = job.claim;
  return stillOpen(job, seen, 'invalid_config', {
    message: `${named(job)}: its adapter declares ${operation} as ${safety.kind}, and the request that it prepares does not carry the ${name}.`,
    fix:
      name === 'key'
        ? "put `keys.key` into what `prepare` gives, where the vendor takes an idempotency key; or declare safety: { kind: 'probed' } or { kind: 'unverifiable' }"
        : "put `keys.marker` into what `prepare` gives, in a field that the look-up reads; or declare findsBy: 'content' where it knows the write by what it says, or safety: { kind: 'unverifiable' }",
  });
}

export function notPrepared(job: Job, seen: Seen, cause: unknown): OncelyError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return stillOpen(job, seen, 'not_sent', {
    message: `${named(job)}: the vendor did not say what stands there before the write (${why}).`,
    fix: 'call again with the same input',
    cause,
  });
}

export function held(job: Job, seen: Seen, workflow: WorkflowRow): OncelyError {
  const { reason } = readWorkflowDoc(workflow);
  return stillOpen(job, seen, 'workflow_held', {
    message: `${named(job)}: the workflow ${workflow.workflow} is ${workflow.state}${reason === undefined ? '' : ` (${reason})`}.`,
    fix:
      workflow.state === 'paused'
        ? `await oncely.workflows.resume(${idOf(job.claim.contract)}, { by: 'name' })`
        : 'a cancelled workflow stays so; start another, under another workflowId',
  });
}

/** The workflow of a contract, as one writes it. */
function idOf({ tenant, businessId, workflowId, slotScope }: Contract): string {
  const parts = { tenant, businessId, workflowId, slotScope: slotScope === 'business' ? slotScope : undefined };
  const written = Object.entries(parts).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: '${value.replaceAll(/['\\]/g, '\\$&')}'`],
  );
  return `{ ${written.join(', ')} }`;
}

export function limited(job: Job, seen: Seen, { use, why, roomInMs }: Exceeded): OncelyError {
  return stillOpen(job, seen, 'limit_reached', {
    message: `${named(job)} is one too many for a limit (${use.limit.label}, ${use.limit.window.label}): ${why}.`,
    fix:
      use.uncountable === undefined
        ? "raise the maximum, or let a person decide: limits: [{ ..., then: 'approve' }]"
        : `give it in the call: ${use.uncountable}`,
    ...(use.uncountable === undefined ? {} : { next: 'fix-input' }),
    ...(roomInMs === undefined ? {} : { next: 'wait', retryAfterMs: roomInMs }),
  });
}

/** `refused`: the paths, never what stands there. */
export function untraced(job: Job, seen: Seen, refused: readonly string[]): OncelyError {
  const paths = refused.join(', ');
  return stillOpen(job, seen, 'invalid_input', {
    message: `${named(job)}: its approval policy says where these values must come from, and they come from elsewhere: ${paths}. Look it up first, and take ${paths} from what the look-up says.`,
    fix: `read the object at the vendor in this scope, before the effect, or let the caller give it: oncely.scope({ ..., given: { ... } })`,
    next: 'fix-input',
  });
}

export function closing(job: Job, seen: Seen, why: string): OncelyError {
  return stillOpen(job, seen, 'closing', {
    message: `${named(job)}: ${why}.`,
    fix: 'run it again in a process that stays',
  });
}

/** Says of a call that ends before its effect does whether the vendor may have been called. */
function stillOpen(job: Job, seen: Seen, code: ErrorCode, detail: ErrorDetail): OncelyError {
  const inDoubt = seen.record !== undefined && unknownAttempts(seen.record).length > 0;
  return about(job, code, {
    ...detail,
    message: `${detail.message} ${inDoubt ? 'Nothing more was sent; what was sent before may have happened.' : 'Nothing was sent.'}`,
  });
}
