import { isOncelyError, type ErrorCode, type OncelyError } from '../errors.ts';
import { lapsedWords } from '../lifecycle/standing.ts';
import type { EffectState } from '../record.ts';
import type { Told } from '../telling.ts';
import { result, type RejectedReason, type ToolResult } from './tool.ts';

/** What the texts of one effect are made from. */
export interface Telling<Output> {
  readonly occurrence: number;
  readonly maxOccurrence: number;
  readonly wording: readonly string[];
  readonly told: Told | undefined;
  readonly output: Output | null;
  /** What was done, for the model; absent where the output is. */
  readonly said: string | undefined;
}

export function done<Output>(telling: Telling<Output>): ToolResult<Output> {
  const { told, output, said } = telling;
  const about = { ...recorded(told), output, next: null };
  const by = editedText(told);
  const what = said ?? (told?.vendorId === undefined ? 'it' : `it (${told.vendorId})`);
  if (!told?.replayed) return result('succeeded', { ...about, text: `Done${when(told)}: ${what}.${by}` });
  // A change of wording alone replays the first one, and must not be taken for sent.
  const stands =
    told.differs.length === 0 ? '' : ` What was sent first stands (what differs: ${told.differs.join(', ')}).`;
  return result('already_done', {
    ...about,
    text: `Already done${when(told)}: ${what}. Nothing was sent now.${stands}${by}${further(telling)}`,
  });
}

/** What a person changed of what this call asks for, and why: the model goes on with what was done. */
function editedText(told: Told | undefined): string {
  if (!told?.edited || told.edited.length === 0) return '';
  const steps = told.edited.map(({ by, reason, paths, changes }) => {
    const values = changes.map(({ path, from, to }) => `${path} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`);
    const what = values.length === 0 ? paths.join(', ') : values.join(', ');
    return `${by} changed ${what}${reason === undefined ? '' : ` (${JSON.stringify(reason)})`}`;
  });
  return ` It is not what you asked for: before the approval ${steps.join('; then ')}. That stands: go on with it, and do not ask for the rest.`;
}

/** What an error of a write means for the model; a fault of the program is thrown on. */
export function failed<Output>(error: unknown, telling: Telling<Output>): ToolResult<Output> {
  return isOncelyError(error) ? refusedHere(error, telling) : refusedByVendor(error, telling.told);
}

function refusedHere<Output>(error: OncelyError, telling: Telling<Output>): ToolResult<Output> {
  const { told } = telling;
  const about = {
    ...recorded(told),
    ...(error.effect === undefined ? {} : { effect: error.effect }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    next: error.next,
  };
  const rejected = (reason: RejectedReason, text: string): ToolResult<Output> =>
    result('rejected', { ...about, reason, text });
  switch (error.code) {
    case 'input_changed':
      if (told?.state === 'succeeded' && told.differs.every((name) => telling.wording.includes(name))) {
        return done({ ...telling, told: { ...told, replayed: true } });
      }
      return rejected('input_changed', changedText(telling));
    case 'approval_required':
      return result('pending_approval', {
        ...about,
        approval: told?.approval?.fingerprint ?? '',
        at: isoOf(told?.approval?.requestedAt),
        text: `A person has to approve exactly this first${when(told, 'asked')}.${lapsed(told)} Nothing was sent. After the approval the same call with the same input does it.${editedText(told)}`,
      });
    case 'result_unavailable':
      return done({ ...telling, told: told && { ...told, replayed: true } });
    case 'not_sent':
      return rejected(
        'not_sent',
        'It did not reach the vendor, and nothing happened there. The same call with the same input may be made later.',
      );
    case 'declined':
    case 'cancelled':
    case 'workflow_held':
      return told?.state === 'in_doubt' || told?.state === 'stopped'
        ? unknown(about, told, error)
        : rejected('declined', `A person has said no: ${plain(error)} Do not do it in another way; tell the person.`);
    case 'limit_reached':
      return told?.state === 'in_doubt' || told?.state === 'stopped'
        ? unknown(about, told, error)
        : rejected('declined', `${plain(error)} Do not do it in another way or in smaller parts; tell the person.`);
    case 'compensated':
    case 'twin':
    case 'not_allowed':
      return rejected('declined', `${plain(error)} Do not do it in another way; tell the person.`);
    case 'rejection_unavailable':
      return rejected('refused_by_vendor', `${plain(error)} Corrected input may be tried.`);
    case 'invalid_input':
      return rejected('invalid_input', plain(error));
    case 'in_progress':
    case 'in_doubt':
    case 'stopped':
      if (told?.usedUp !== true) return unknown(about, told, error);
      return rejected(
        'not_sent',
        'It did not happen: the vendor has said no again and again, and it is not tried any more. A person has to end what the vendor refuses, and open it again. Do not do it in another way; tell the person.',
      );
    case 'not_recorded':
    case 'ledger_unavailable':
    case 'aborted':
    case 'closing':
    case 'submitted':
      return unknown(about, told, error);
    case 'invalid_config':
    case 'unscoped':
    case 'scope_closed':
    case 'scope_poisoned':
    case 'parallel_unnamed':
    case 'foreign_context':
    case 'second_write':
    case 'unexpected_operation':
    case 'outdated_logic':
    case 'outdated_policy':
    case 'ledger_unusable':
    case 'not_found':
      throw error;
  }
}

/** The vendor's own error: what it proves stands in the ledger, not in its class. */
function refusedByVendor<Output>(error: unknown, told: Told | undefined): ToolResult<Output> {
  const about = recorded(told);
  const message = messageOf(error);
  switch (told?.state) {
    case 'rejected':
      return result('rejected', {
        ...about,
        reason: 'refused_by_vendor',
        next: 'fix-input',
        text: `${told.replayed ? `Already refused by the vendor${when(told)}` : 'The vendor refused it'}: ${message} Nothing happened. Corrected input may be tried; the same again would be refused again.`,
      });
    case 'ready':
      if (told.retryAfterMs !== undefined) {
        return result('rejected', {
          ...about,
          reason: 'not_sent',
          retryAfterMs: told.retryAfterMs,
          next: 'retry',
          text: `The vendor took nothing for now: ${message} Nothing happened. The same call with the same input may be made in ${inSeconds(told.retryAfterMs)}.`,
        });
      }
      return result('rejected', {
        ...about,
        reason: 'not_sent',
        next: 'ask-a-person',
        text: `The vendor took nothing, for a reason that other input does not mend (credentials, permissions or its limits): ${message} Nothing happened. Tell the person.`,
      });
    case 'succeeded':
      return result('already_done', {
        ...about,
        next: null,
        text: `It is done${when(told)}, but the answer could not be read. Nothing needs to be sent again.`,
      });
    case 'executing':
    case 'in_doubt':
      return unknown({ ...about, next: 'wait' }, told, undefined);
    case 'stopped':
      return unknown({ ...about, next: 'ask-a-person' }, told, undefined);
    case 'compensating':
    case 'compensated':
      return result('rejected', {
        ...about,
        reason: 'declined',
        next: 'ask-a-person',
        text: `It was done, and has been taken back since or is being taken back: ${message} Do not do it in another way; tell the person.`,
      });
    case undefined:
    case 'awaiting_approval':
    case 'declined':
    case 'cancelled':
      return result('rejected', {
        ...about,
        reason: 'invalid_input',
        next: 'fix-input',
        text: `Nothing was sent: ${message}`,
      });
  }
}

/**
 * What may have happened. Whether the same call later settles it stands in the record: where a person has to find out,
 * a program that only calls again would do so for ever.
 */
function unknown<Output>(
  about: Partial<ToolResult<Output>>,
  told: Told | undefined,
  error: OncelyError | undefined,
): ToolResult<Output> {
  const { reason: _reason, ...rest } = about;
  const never = 'Do not try it in another way, with other values or as a further occurrence';
  if (told?.state === 'stopped' || error?.code === 'stopped') {
    return result('unknown', {
      ...rest,
      state: 'stopped',
      next: 'ask-a-person',
      text: `Nobody knows whether this happened${when(told, 'first sent')}, and no program can find out. A person has to look at the vendor and say which; until then nothing more is sent, and the same call gives this answer again. ${never}; tell the person that its outcome is open and waits for somebody to find out.`,
    });
  }
  const later = rest.retryAfterMs == null ? 'later' : `in ${inSeconds(rest.retryAfterMs)}`;
  return result('unknown', {
    ...rest,
    text: `It is not known yet whether this happened${when(told, 'first sent')}. The same call with the same input, made ${later}, finds out and sends nothing twice. ${never}; tell the person that its outcome is open.`,
  });
}

function inSeconds(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
}

function changedText<Output>(telling: Telling<Output>): string {
  const { told } = telling;
  const differs = told === undefined || told.differs.length === 0 ? '' : ` (what differs: ${told.differs.join(', ')})`;
  if (told?.state !== 'succeeded') {
    return `Not done: the same was begun${when(told)} with other input${differs} and may still happen. Nothing was sent now. Do not try it with other values; tell the person.`;
  }
  const id = told.vendorId === undefined ? '' : ` (${told.vendorId})`;
  return `Not done: this was already done${when(told)} with other input${differs}, and that stands${id}. Nothing was sent now. If what was done is wrong, tell the person.${further(telling)}`;
}

/** How one more is asked for, where the policy allows it. */
function further({ occurrence, maxOccurrence }: Telling<unknown>): string {
  if (occurrence >= maxOccurrence) return '';
  return ` Only if a person asked for a further, separate one: occurrence ${occurrence + 1} (of at most ${maxOccurrence}).`;
}

function recorded(told: Told | undefined): {
  effect: string | null;
  id: string | null;
  at: string | null;
  differs: readonly string[] | null;
  state: EffectState | null;
} {
  return {
    state: told?.state ?? null,
    effect: told?.effect ?? null,
    id: told?.vendorId ?? null,
    at: isoOf(told?.firstAt),
    differs: told === undefined || told.differs.length === 0 ? null : told.differs,
  };
}

function lapsed(told: Told | undefined): string {
  const words = told?.approval ? lapsedWords(told.approval) : '';
  return words === '' ? '' : ` ${words}`;
}

function when(told: Told | undefined, what?: string): string {
  const at = isoOf(told?.firstAt);
  if (at === null) return '';
  return what === undefined ? ` at ${at}` : ` (${what} at ${at})`;
}

function isoOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

/** An error of ours without its code and without the line for the program, which is nothing for a model. */
export function plain(error: OncelyError): string {
  const code: ErrorCode = error.code;
  return error.message.replace(`[${code}] `, '').replace(/\n {2}fix: .*$/s, '');
}

/** The vendor's words, cut to what a model needs. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const short = text.length > 300 ? `${text.slice(0, 300)}...` : text;
  return /[.!?]$/.test(short) ? short : `${short}.`;
}
