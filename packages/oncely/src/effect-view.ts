import { twinText, type Effect } from '@oncely/core';

import { masked, printable } from './masked.ts';
import { shortIdOf } from './short-id.ts';
import type { Style, Surroundings } from './surroundings.ts';
import { age, clockTime, isoTime } from './time.ts';
import { workflowOf } from './workflow-name.ts';

type State = Effect['state'];
type Attempt = Effect['attempts'][number];

/** Each state with its colour and whether a person has to do something about it. */
export const states: Readonly<Record<State, { readonly style: Style; readonly person: boolean }>> = {
  awaiting_approval: { style: 'yellow', person: true },
  ready: { style: 'cyan', person: false },
  executing: { style: 'cyan', person: false },
  succeeded: { style: 'green', person: false },
  rejected: { style: 'red', person: false },
  in_doubt: { style: 'yellow', person: false },
  stopped: { style: 'red', person: true },
  declined: { style: 'gray', person: false },
  cancelled: { style: 'gray', person: false },
  compensating: { style: 'cyan', person: false },
  compensated: { style: 'gray', person: false },
};

/** Whether a person has to do something about it. */
export function needsPerson(effect: Effect): boolean {
  return states[effect.state].person || effect.divergence !== undefined || effect.compensation?.state === 'by_hand';
}

export const stateNames: readonly State[] = Object.keys(states) as State[];

/** An effect in JSON: identifiers as they are, free texts masked unless they are `revealed`; never input or results. */
export function effectDocument(effect: Effect, revealed = false): Record<string, unknown> {
  const text = revealed ? (value: string): string => value : masked;
  return {
    id: shortIdOf(effect.slot),
    slot: effect.slot,
    key: effect.key,
    workflow: workflowOf(effect),
    state: effect.state,
    operation: effect.operation,
    client: effect.client,
    account: effect.account,
    logicVersion: effect.contract.logicVersion,
    generation: effect.generation,
    createdAt: isoTime(effect.createdAt),
    vendorId: effect.vendorId ?? null,
    retryAt: effect.retryAt === undefined ? null : isoTime(effect.retryAt),
    stopped: effect.stopped === undefined ? null : text(effect.stopped),
    approval: effect.approval ? approvalDocument(effect.approval, text) : null,
    ...(effect.edited === undefined
      ? {}
      : {
          edited: effect.edited.map(({ at, by, reason, paths }) => ({
            at: isoTime(at),
            by,
            reason: reason === undefined ? null : text(reason),
            paths,
          })),
        }),
    compensation: effect.compensation ? compensationDocument(effect.compensation, text) : null,
    divergence: effect.divergence ?? [],
    attempts: effect.attempts.map((attempt) => attemptDocument(attempt, text)),
  };
}

function approvalDocument(approval: NonNullable<Effect['approval']>, text: (value: string) => string): object {
  const { state, fingerprint, requestedAt, expiresAt, decidedAt, by, reason, approvers, approvedBy } = approval;
  const { standing, lapsed, delegates, limits, twin } = approval;
  return {
    state,
    fingerprint,
    requestedAt: isoTime(requestedAt),
    expiresAt: expiresAt === undefined ? null : isoTime(expiresAt),
    decidedAt: decidedAt === undefined ? null : isoTime(decidedAt),
    by: by ?? null,
    reason: reason === undefined ? null : text(reason),
    approvers: approvers ?? 1,
    approvedBy: approvedBy ?? [],
    twin: twin === undefined ? null : { ...twin, at: isoTime(twin.at) },
    limits: limits?.map(({ why }) => why) ?? [],
    reminders: standing?.reminders ?? 0,
    escalatedTo: standing?.escalatedTo ?? [],
    expired: standing?.expired === true || (state === 'expired' && lapsed !== undefined),
    lapsedAt: lapsed === undefined ? null : isoTime(lapsed.at),
    delegates: delegates?.map(({ from, to }) => ({ from, to })) ?? [],
  };
}

function compensationDocument(
  { state, at, by, reason, why, slot }: NonNullable<Effect['compensation']>,
  text: (value: string) => string,
): object {
  return {
    state,
    at: isoTime(at),
    by,
    reason: reason === undefined ? null : text(reason),
    why: why === undefined ? null : text(why),
    id: shortIdOf(slot),
    slot,
  };
}

function attemptDocument(attempt: Attempt, text: (value: string) => string): object {
  const { generation, holder, claimedAt, leaseUntil, settledAt, evidence, basis, reason, vendorId } = attempt;
  return {
    generation,
    holder,
    claimedAt: isoTime(claimedAt),
    leaseUntil: isoTime(leaseUntil),
    settledAt: settledAt === undefined ? null : isoTime(settledAt),
    evidence,
    basis: basis ?? null,
    reason: reason === undefined ? null : text(reason),
    vendorId: vendorId ?? null,
    ...(attempt.times === undefined ? {} : { times: attempt.times }),
  };
}

/** The one line of an effect: short id, state, age, operation, key. */
export function effectLine(effect: Effect, now: number, paint: Surroundings['paint']): string {
  const twice = effect.divergence ? paint('red', '  TWICE AT THE VENDOR') : '';
  const byHand = effect.compensation?.state === 'by_hand' ? paint('red', '  UNDO BY HAND') : '';
  return [
    shortIdOf(effect.slot),
    paint(states[effect.state].style, effect.state.padEnd(widest)),
    age(now - effect.createdAt).padStart(4),
    `${printable(effect.operation)}  ${printable(effect.key)}${twice}${byHand}`,
  ].join('  ');
}

const widest = Math.max(...stateNames.map((name) => name.length));

/** An effect as a paragraph, without its history. */
export function effectLines(effect: Effect, now: number, paint: Surroundings['paint']): string[] {
  const lines = [
    `${paint('bold', shortIdOf(effect.slot))}  ${paint(states[effect.state].style, effect.state)}  ${printable(effect.operation)}`,
    row('key', printable(effect.key)),
    row('workflow', printable(workflowOf(effect))),
    row('client', printable(effect.account === '' ? effect.client : `${effect.client}, account ${effect.account}`)),
    row('made', `${clockTime(effect.createdAt)}, ${age(now - effect.createdAt)} ago`),
  ];
  if (effect.vendorId !== undefined) lines.push(row('vendor id', printable(effect.vendorId)));
  if (effect.retryAt !== undefined) lines.push(row('not before', clockTime(effect.retryAt)));
  if (effect.stopped !== undefined) lines.push(row('stopped', masked(effect.stopped)));
  if (effect.divergence) lines.push(row('twice', paint('red', effect.divergence.map(printable).join(', '))));
  if (effect.approval) lines.push(row('approval', approvalText(effect.approval)));
  for (const { by, reason, paths } of effect.edited ?? []) {
    lines.push(
      row('edited', printable(`${paths.join(', ')} by ${by}${reason === undefined ? '' : `, "${masked(reason)}"`}`)),
    );
  }
  if (effect.compensation) lines.push(row('undo', undoText(effect.compensation)));
  let number = 1;
  for (const attempt of effect.attempts) {
    lines.push(row(number === 1 ? 'attempts' : '', attemptText(attempt, number)));
    number += attempt.times ?? 1;
  }
  return lines;
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(10)}  ${text}`;
}

function undoText({ state, by, reason, why, slot }: NonNullable<Effect['compensation']>): string {
  const parts = [`${state.replace('_', ' ')}, by ${printable(by)}`];
  if (reason !== undefined) parts.push(`"${masked(reason)}"`);
  parts.push(why === undefined ? `as ${shortIdOf(slot)}` : masked(why));
  return parts.join(', ');
}

function approvalText(approval: NonNullable<Effect['approval']>): string {
  const { state, fingerprint, expiresAt, by, reason, approvers, approvedBy, standing, lapsed, delegates } = approval;
  const { reminders = 0, escalatedTo, expired } = standing ?? {};
  const parts = [`${state}, fingerprint ${fingerprint.slice(0, 16)}`];
  if (expiresAt !== undefined) parts.push(`${expired ? 'expired' : 'until'} ${clockTime(expiresAt)}`);
  if (expired || (state === 'expired' && lapsed)) parts.push('run the agent again to ask anew');
  if (approval.twin) parts.push(`the same in another workflow: ${printable(twinText(approval.twin))}`);
  if (lapsed && state === 'pending') parts.push(`asked anew: the one before expired ${clockTime(lapsed.at)}`);
  if (reminders > 0) parts.push(`${reminders} ${reminders === 1 ? 'reminder' : 'reminders'} due so far`);
  if (escalatedTo) parts.push(`escalated to ${escalatedTo.map(printable).join(', ')}`);
  for (const { from, to } of delegates ?? []) parts.push(`${printable(from)} has given their word to ${printable(to)}`);
  if (approvers !== undefined && approvers > 1) parts.push(`${approvedBy?.length ?? 0} of ${approvers} have approved`);
  if (by !== undefined) parts.push(`by ${printable(by)}`);
  if (reason !== undefined) parts.push(`"${masked(reason)}"`);
  return parts.join(', ');
}

function attemptText(attempt: Attempt, number: number): string {
  const { times = 1 } = attempt;
  const numbers = times === 1 ? `${number}.` : `${number}. to ${number + times - 1}.`;
  const end = attempt.settledAt ?? attempt.leaseUntil;
  const parts = [
    `${numbers} ${clockTime(attempt.claimedAt)}`,
    attempt.basis === undefined ? attempt.evidence : `${attempt.evidence} (by ${attempt.basis})`,
    attempt.settledAt === undefined
      ? `no report, lease until ${clockTime(end)}`
      : `after ${end - attempt.claimedAt} ms`,
    `held by ${printable(attempt.holder)}`,
  ];
  if (attempt.vendorId !== undefined) parts.push(printable(attempt.vendorId));
  if (attempt.reason !== undefined) parts.push(masked(attempt.reason));
  return parts.join(', ');
}
