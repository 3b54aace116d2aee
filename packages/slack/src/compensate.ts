import type { Compensation as CoreCompensation, CompensationTarget, Effect } from '@oncely/core';

import { messageAt } from './look-messages.ts';
import { fileAt } from './look-things.ts';
import { isError, type Call, type SlackLike } from './looking.ts';

/** How what an effect did is undone, as Slack shows it now. */
export type Compensation =
  /** By this write, which is an effect of its own. */
  | {
      readonly kind: 'write';
      /** `slack.chat.delete`. */
      readonly operation: string;
      readonly parameters: Readonly<Record<string, unknown>>;
    }
  /** It is undone, or there is nothing to undo. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** Slack has no way: for a person. */
  | { readonly kind: 'impossible'; readonly why: string };

interface Plan {
  readonly method: string;
  /** The arguments, by the parts of the vendor's id. */
  readonly parameters: (...parts: string[]) => Readonly<Record<string, unknown>>;
  /** Why there is nothing to do any more; not asked where the token may not read it. */
  readonly gone?: (call: Call, ...parts: string[]) => Promise<string | undefined>;
}

const deletion: Plan = {
  method: 'chat.delete',
  parameters: (channel, ts) => ({ channel, ts }),
  gone: async (call, channel = '', ts = '') =>
    (await messageAt(call, channel, ts)) === undefined ? 'the message is gone' : undefined,
};

const fileDeletion: Plan = {
  method: 'files.delete',
  parameters: (file) => ({ file }),
  gone: async (call, file = '') => ((await fileAt(call, file)) === undefined ? 'the file is gone' : undefined),
};

const plans: Readonly<Record<string, Plan>> = {
  'slack.chat.postMessage': deletion,
  'slack.chat.meMessage': deletion,
  'slack.chat.startStream': deletion,
  'slack.chat.scheduleMessage': {
    method: 'chat.deleteScheduledMessage',
    parameters: (channel, id) => ({ channel, scheduled_message_id: id }),
  },
  'slack.reactions.add': {
    method: 'reactions.remove',
    parameters: (channel, timestamp, name) => ({ channel, timestamp, name }),
  },
  'slack.pins.add': { method: 'pins.remove', parameters: (channel, timestamp) => ({ channel, timestamp }) },
  'slack.bookmarks.add': {
    method: 'bookmarks.remove',
    parameters: (channel, id) => ({ channel_id: channel, bookmark_id: id }),
  },
  'slack.reminders.add': { method: 'reminders.delete', parameters: (reminder) => ({ reminder }) },
  'slack.files.completeUploadExternal': fileDeletion,
  'slack.canvases.create': { method: 'canvases.delete', parameters: (canvas) => ({ canvas_id: canvas }) },
  'slack.conversations.create': { method: 'conversations.archive', parameters: (channel) => ({ channel }) },
  'slack.conversations.archive': { method: 'conversations.unarchive', parameters: (channel) => ({ channel }) },
};

/** The operations that can be undone. */
export const compensable: readonly string[] = Object.keys(plans);

/** Says what undoes an effect: a deletion for a message, the schedule's for a scheduled one. Nothing is written. */
export async function compensationOf(
  slack: SlackLike,
  effect: Pick<Effect, 'operation' | 'state' | 'vendorId'>,
): Promise<Compensation> {
  const planned = planOf(effect);
  if (planned.kind !== 'write') return planned;
  const call: Call = (method, options) => slack.apiCall(method, options);
  const why = await plans[effect.operation]?.gone?.(call, ...partsOf(effect)).catch(unreadable);
  return why === undefined ? planned : { kind: 'nothing', why };
}

/**
 * How core takes an effect back: read by a client of ours, written through the one under the ledger. Once begun, the
 * message may be gone because of it, so it is not asked for again.
 */
export async function planCompensation(
  reader: SlackLike,
  slack: SlackLike,
  target: CompensationTarget,
): Promise<CoreCompensation> {
  const { operation, vendorId, begun } = target;
  const effect = { operation, state: 'succeeded', ...(vendorId === undefined ? {} : { vendorId }) } as const;
  const plan = begun === undefined ? await compensationOf(reader, effect) : planOf(effect);
  if (plan.kind !== 'write') return plan;
  return {
    kind: 'write',
    operation: plan.operation,
    run: () => slack.apiCall(plan.operation.replace(/^slack\./, ''), { ...plan.parameters }),
  };
}

function planOf(effect: Pick<Effect, 'operation' | 'state' | 'vendorId'>): Compensation {
  const { operation, state, vendorId } = effect;
  const plan = plans[operation];
  if (!plan) return { kind: 'impossible', why: `${operation} has no compensation` };
  if (state === 'in_doubt' || state === 'executing' || state === 'stopped')
    return { kind: 'impossible', why: `whether it happened is not known yet (${state}): settle that first` };
  if (state !== 'succeeded') return { kind: 'nothing', why: `it did not happen (${state})` };
  if (vendorId === undefined) return { kind: 'impossible', why: 'the ledger does not know what it made' };
  const parts = partsOf(effect);
  if (operation === 'slack.files.completeUploadExternal' && vendorId.includes(','))
    return { kind: 'impossible', why: 'these are several files: delete each' };
  // Found after it was posted, it is a message.
  const posted = operation === 'slack.chat.scheduleMessage' && /^\d+\.\d+$/.test(parts[1] ?? '');
  const { method, parameters } = posted ? deletion : plan;
  return { kind: 'write', operation: `slack.${method}`, parameters: parameters(...parts) };
}

function partsOf({ vendorId = '' }: Pick<Effect, 'vendorId'>): string[] {
  return vendorId.split(':');
}

/** Where it cannot be read, the write itself says whether there is something to undo. */
function unreadable(error: unknown): undefined {
  if (isError(error, 'missing_scope', 'not_in_channel', 'channel_not_found', 'not_allowed_token_type'))
    return undefined;
  throw error;
}
