import { approvalView, OncelyError, twinText, type Effect } from '@oncely/core';

import {
  actionIdOf,
  blockIdOf,
  buttonValueOf,
  defaultNamespace,
  digest,
  refuseBadNamespace,
  type ApprovalChoice,
} from './approval-button.ts';
import { code, literal, person, slackDate } from './mrkdwn.ts';

/** What `chat.postMessage` and `chat.update` take beside the channel. */
export interface ApprovalMessage {
  /** For notifications and readers without blocks. */
  readonly text: string;
  readonly blocks: ApprovalBlock[];
}

export interface ApprovalMessageOptions {
  /** What it is about in your words: `Refund 10 € to Ann`. Shown as it is, never as markup. */
  readonly detail?: string | undefined;
  /** Begins the ids of block and buttons; where one Slack app serves several ledgers, one for each. Default `oncely`. */
  readonly namespace?: string | undefined;
}

interface Text<T extends 'mrkdwn' | 'plain_text'> {
  type: T;
  text: string;
}

/** Taken word by word: no links or mentions are made of what the words contain. */
interface Markdown extends Text<'mrkdwn'> {
  verbatim: true;
}

interface Button {
  type: 'button';
  action_id: string;
  style: 'primary' | 'danger';
  text: Text<'plain_text'>;
  value: string;
  confirm: {
    title: Text<'plain_text'>;
    text: Markdown;
    confirm: Text<'plain_text'>;
    deny: Text<'plain_text'>;
    style: 'primary' | 'danger';
  };
}

export type ApprovalBlock =
  | { type: 'section'; text: Markdown }
  | { type: 'section'; fields: Markdown[] }
  | { type: 'context'; elements: Markdown[] }
  | { type: 'actions'; block_id: string; elements: Button[] };

/** Slack's: a section's text, one of its fields, the text of a confirmation. */
const limits = { section: 3_000, field: 2_000, confirm: 300 } as const;

/**
 * The message that asks people for an approval: what would happen, for which business case, until when, and two
 * buttons, which carry the names and the fingerprint of the effect and never its input. A preview that core keeps of
 * the input is shown. Post it as an effect of its own, named by `approvalStep`.
 *
 * @throws OncelyError `invalid_input` where nothing waits for approval, or its names take more than 2,000 characters.
 * @example
 * await oncely.effect(approvalStep(effect), () =>
 *   slack.chat.postMessage({ channel, ...approvalMessage(effect, { detail: 'Refund 10 € to Ann' }) }));
 */
export function approvalMessage(effect: Effect, options: ApprovalMessageOptions = {}): ApprovalMessage {
  const { namespace = defaultNamespace, detail } = options;
  refuseBadNamespace(namespace);
  if (effect.approval?.standing?.expired) return expiredMessage(effect, detail);
  const value = buttonValueOf(effect);
  return {
    text: summaryOf(headOf(effect), effect, detail),
    blocks: [
      ...described(`*${headOf(effect)}*`, effect, detail),
      {
        type: 'actions',
        block_id: blockIdOf(namespace, value),
        elements: [
          button(effect, { choice: 'approve', namespace, value }),
          button(effect, { choice: 'decline', namespace, value }),
        ],
      },
    ],
  };
}

/**
 * The message after the decision: the same without buttons, and who decided and when.
 *
 * @throws OncelyError `invalid_input` where nobody decided yet.
 */
export function decidedMessage(effect: Effect, { detail }: ApprovalMessageOptions = {}): ApprovalMessage {
  const { approval } = effect;
  if (!approval || approval.state === 'pending') {
    throw new OncelyError('invalid_input', {
      message: `${effect.key}: nobody decided yet.`,
      fix: 'approvalMessage(effect)',
      effect: effect.key,
    });
  }
  if (approval.state === 'expired') return expiredMessage(effect, detail);
  const { state, by, decidedAt, reason, approvedBy = [] } = approval;
  // Where several had to, the last one alone would hide the others.
  const people = state === 'approved' && approvedBy.length > 1 ? approvedBy : by === undefined ? [] : [by];
  const verdict = state === 'approved' ? 'Approved' : 'Declined';
  const who = people.length === 0 ? '' : ` by ${peopleIn(people)}`;
  const when = decidedAt === undefined ? '' : `, ${slackDate(decidedAt)}`;
  const why = reason === undefined ? '' : `\nReason: ${literal(reason, 200)}`;
  const revoked = state === 'revoked' ? ' (an approval was taken back)' : '';
  const since = state === 'approved' && effect.state !== 'ready' ? `\nThe effect: ${effect.state}` : '';
  return {
    text: summaryOf(`${verdict}${who}`, effect, detail),
    blocks: described(`*${verdict}*${who}${when}${revoked}${why}${since}`, effect, detail),
  };
}

/** Nobody answered in time: when that was over, and what to do. */
function expiredMessage(effect: Effect, detail: string | undefined): ApprovalMessage {
  const { lapsed, expiresAt = lapsed?.at } = effect.approval ?? {};
  const when = expiresAt === undefined ? '' : ` ${slackDate(lapsed?.at ?? expiresAt)}`;
  const why = lapsed?.was === 'approved' ? 'it was approved and not used in time' : 'nobody decided in time';
  const head = `*Expired*${when}: ${why}. Nothing was sent. Run the agent again to ask anew.`;
  return { text: summaryOf('Expired', effect, detail), blocks: described(head, effect, detail) };
}

/** What a message begins with: the first asking, a reminder, or that others are asked. */
function headOf({ approval }: Effect): string {
  const { reminders = 0, escalatedTo } = approval?.standing ?? {};
  if (escalatedTo) return 'Approval needed, and nobody has answered: escalated';
  return reminders > 0 ? `Approval needed (reminder ${reminders})` : 'Approval needed';
}

/** The message of a request that can no longer be decided here, and why. */
export function closedMessage(effect: Effect, why: string, { detail }: ApprovalMessageOptions = {}): ApprovalMessage {
  return { text: summaryOf(why, effect, detail), blocks: described(`*${why}*`, effect, detail) };
}

/**
 * The step under which to post the message, the same in every process: another one for other input and for a request
 * that was made anew, whose old message nobody can use. Each reminder and the escalation have one of their own, so that
 * whoever posts what waits posts each once, however many do.
 */
export function approvalStep(effect: Effect): string {
  const { reminders = 0, escalatedTo, expired } = effect.approval?.standing ?? {};
  const again = `${reminders > 0 ? `.r${reminders}` : ''}${escalatedTo ? '.e' : ''}${expired ? '.x' : ''}`;
  return `${effect.contract.stepId.slice(0, 440)}.ask.${digest(buttonValueOf(effect)).slice(0, 12)}${again}`;
}

function described(head: string, effect: Effect, detail: string | undefined): ApprovalBlock[] {
  const { contract, approval, operation, client, account } = effect;
  const fields: [string, string | undefined][] = [
    ['Operation', operation],
    ['Business case', contract.businessId],
    ['Workflow', contract.workflowId],
    ['Step', contract.stepId],
    ['Tenant', contract.tenant],
    ['Client', client],
    ['Account', account === '' ? undefined : account],
  ];
  const named = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [markdown(`*${name}*\n${code(value, limits.field - 50)}`)],
  );
  if (approval?.state === 'pending') {
    const until = approval.expiresAt === undefined ? 'no time limit' : slackDate(approval.expiresAt);
    named.push(markdown(`*Until*\n${until}`));
    const { approvers = 1, approvedBy = [] } = approval;
    const so = approvedBy.length === 0 ? '' : `: ${peopleIn(approvedBy)}`;
    if (approvers > 1) named.push(markdown(`*Approved so far*\n${approvedBy.length} of ${approvers}${so}`));
  }
  const words = detail === undefined || detail === '' ? '' : `\n${literal(detail, 1_200, 'lines')}`;
  return [
    { type: 'section', text: markdown(`${head}${words}`) },
    { type: 'section', fields: named },
    ...previewOf(effect),
    {
      type: 'context',
      elements: [
        markdown(`Effect ${code(effect.key, 2_900)}`),
        ...sinceAsked(approval).map(markdown),
        ...(approval ? [markdown(`Fingerprint ${code(approval.fingerprint, 200)}`)] : []),
      ],
    },
  ];
}

/** What became of a question since it was asked, each in a line. */
function sinceAsked(approval: Effect['approval']): string[] {
  if (approval?.state !== 'pending') return [];
  const { standing, delegates = [], lapsed } = approval;
  const { escalatedTo = [] } = standing ?? {};
  const given = delegates.slice(0, 4).map(({ from, to }) => `${person(from, 300)} → ${person(to, 300)}`);
  return [
    ...(lapsed ? [`Asked anew: the question before expired ${slackDate(lapsed.at)}`] : []),
    ...(escalatedTo.length > 0 ? [`Asked as well: ${literal(escalatedTo.join(', '), 500)}`] : []),
    ...(given.length > 0 ? [`Word given: ${given.join(', ')}`] : []),
  ];
}

function peopleIn(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((by) => person(by, 300));
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}

/** What core kept of the input for people, its secrets left out: the adapter's words, then all that is given. */
function previewOf(effect: Effect): ApprovalBlock[] {
  const preview = effect.approval?.preview;
  if (preview === undefined) return [];
  const view = approvalView(effect);
  const rest = view ? { ...preview, ...hidden } : preview;
  const blocks: ApprovalBlock[] = [];
  if (view && typeof (preview as { $summary?: unknown }).$summary === 'string') {
    blocks.push(section(literal(view.summary, limits.section)));
  }
  const changes = view?.changed.map(
    ({ name, before, now }) => `${name}: ${before === undefined ? '' : `${before} → `}${now}`,
  );
  if (changes && changes.length > 0) {
    const text = literal(changes.join('\n'), limits.section - 60, 'lines');
    blocks.push(section(`*Changed since it was asked before*\n${text}`));
  }
  const edits = (effect.edited ?? []).map(
    ({ by, reason, paths }) => `${paths.join(', ')}, by ${by}${reason === undefined ? '' : `: ${reason}`}`,
  );
  if (edits.length > 0) {
    blocks.push(section(`*Edited before approval*\n${literal(edits.join('\n'), limits.section - 60, 'lines')}`));
  }
  const written = view?.lines.filter((line) => line.written).map(({ name }) => name) ?? [];
  if (written.length > 0) {
    const names = literal(written.join(', '), 500);
    blocks.push({ type: 'context', elements: [markdown(`A model may have written: ${names}`)] });
  }
  const { twin } = effect.approval ?? {};
  if (twin) blocks.push(section(`*The same in another workflow*\n${literal(twinText(twin), limits.section - 60)}`));
  const over = (effect.approval?.limits ?? []).map(({ why }) => why);
  if (over.length > 0) {
    blocks.push(section(`*One too many for a limit*\n${literal(over.join('\n'), limits.section - 60, 'lines')}`));
  }
  const { untraced } = effect.approval ?? {};
  if (untraced)
    blocks.push(section(`*Neither given nor read in this case*\n${literal(untraced.join(', '), limits.section - 60)}`));
  const json = literal(JSON.stringify(rest, undefined, 2), limits.section - '```\n\n```'.length, 'lines');
  return [...blocks, section(`\`\`\`\n${json}\n\`\`\``)];
}

/** What is said above the rest already. */
const hidden = { $summary: undefined, $written: undefined, $changed: undefined } as const;

function section(text: string): ApprovalBlock {
  return { type: 'section', text: markdown(text) };
}

function button(
  effect: Effect,
  { choice, namespace, value }: { readonly choice: ApprovalChoice; readonly namespace: string; readonly value: string },
): Button {
  const { operation, contract } = effect;
  const style = choice === 'approve' ? 'primary' : 'danger';
  const does = choice === 'approve' ? 'It will be done once:' : 'It will not be done:';
  const label = choice === 'approve' ? 'Approve' : 'Decline';
  return {
    type: 'button',
    action_id: actionIdOf(namespace, choice),
    style,
    text: plain(label),
    value,
    confirm: {
      title: plain(`${label} this?`),
      text: markdown(`${does} ${code(operation, 120)} for ${code(contract.businessId, 120)}.`),
      confirm: plain(label),
      deny: plain('Back'),
      style,
    },
  };
}

function summaryOf(head: string, { operation, contract }: Effect, detail: string | undefined): string {
  const about = `${literal(operation, 200)} for ${literal(contract.businessId, 600)} (${literal(contract.workflowId, 600)})`;
  return `${head}: ${about}${detail === undefined || detail === '' ? '' : `. ${literal(detail, 1_000)}`}`;
}

function markdown(text: string): Markdown {
  return { type: 'mrkdwn', text, verbatim: true };
}

function plain(text: string): Text<'plain_text'> {
  return { type: 'plain_text', text };
}
