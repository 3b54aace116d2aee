import type { Effect } from '@oncely/core';

import {
  actionIdOf,
  blockPrefixOf,
  digest,
  jsonIn,
  readButton,
  type ApprovalButton,
  type ApprovalChoice,
} from './approval-button.ts';

/** Who clicked, as Slack says it. */
export interface SlackActor {
  /** `U0123456789`. */
  readonly user: string;
  /** As Slack shows it; people may change it, so it identifies nobody. */
  readonly name?: string;
  /** The workspace of the person. In a channel shared with another company it may be theirs. */
  readonly team?: string;
  /** The workspace in which the app is installed; absent where it is installed for an organisation. */
  readonly appTeam?: string;
  readonly enterprise?: string;
  readonly channel?: string;
}

/** One click on a button of ours. */
export interface ApprovalClick extends ApprovalButton {
  readonly choice: ApprovalChoice;
  readonly actor: SlackActor;
  /** The same whenever Slack delivers this click, another one for every other click. */
  readonly decisionId: string;
  readonly responseUrl?: string;
}

/** Reads a `block_actions` payload; `undefined` for one that is not a click on a button of ours. */
export function readClick(payload: unknown, namespace: string): ApprovalClick | undefined {
  const body = objectIn(payload);
  if (body['type'] !== 'block_actions' || !Array.isArray(body['actions']) || body['actions'].length !== 1)
    return undefined;
  const action = objectIn(body['actions'][0]);
  const choice = (['approve', 'decline'] as const).find((each) => action['action_id'] === actionIdOf(namespace, each));
  const inBlock = textIn(action['block_id'])?.startsWith(blockPrefixOf(namespace)) ?? false;
  const button = readButton(action['value']);
  const user = textIn(objectIn(body['user'])['id']);
  const clickedAt = textIn(action['action_ts']);
  if (!choice || !inBlock || !button || user === undefined || clickedAt === undefined) return undefined;
  if (action['type'] !== 'button' || !/^[UW][A-Z0-9]+$/.test(user)) return undefined;
  const actor = actorIn(body, user);
  const responseUrl = textIn(body['response_url']);
  const container = objectIn(body['container']);
  const identity = [actor.appTeam, actor.channel, container['message_ts'], user, choice, action['value'], clickedAt];
  return {
    ...button,
    choice,
    actor,
    decisionId: `slack:${digest(JSON.stringify(identity))}`,
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
}

/** Whether what was shown is what stands there: the same input, version and generation, asked for at the same time. */
export function isAbout(click: ApprovalClick, { key, approval }: Effect): boolean {
  return key === click.key && approval?.fingerprint === click.fingerprint && approval.requestedAt === click.requestedAt;
}

/** The one payload of an interactivity request's body; `undefined` where there is none, or several. */
export function payloadIn(body: Uint8Array): unknown {
  const [payload, ...more] = new URLSearchParams(new TextDecoder().decode(body)).getAll('payload');
  return payload === undefined || more.length > 0 ? undefined : jsonIn(payload);
}

function actorIn(body: Readonly<Record<string, unknown>>, user: string): SlackActor {
  const person = objectIn(body['user']);
  // A name is the person's to choose: nothing in it may look like another line of the audit.
  const given = textIn(person['name']) ?? textIn(person['username']);
  const name = given?.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '').slice(0, 80);
  const known = {
    name: name === '' ? undefined : name,
    team: textIn(person['team_id']),
    appTeam: textIn(objectIn(body['team'])['id']),
    enterprise: textIn(objectIn(body['enterprise'])['id']),
    channel: textIn(objectIn(body['channel'])['id']) ?? textIn(objectIn(body['container'])['channel_id']),
  };
  const defined = Object.entries(known).filter(([, value]) => value !== undefined);
  return { user, ...(Object.fromEntries(defined) as Omit<SlackActor, 'user'>) };
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
