import { OncelyError, type Effect } from '@oncely/core';
import { createHash } from 'node:crypto';

/** What a button says of the effect that it is about. Never its input: whoever sees the message can read it. */
export interface ApprovalButton {
  readonly slot: string;
  /** The effect key: the slot with version and generation. */
  readonly key: string;
  /** Of the input that was shown. */
  readonly fingerprint: string;
  /** When approval was asked for; the same input may be asked anew after that request expired. */
  readonly requestedAt: number;
}

export type ApprovalChoice = 'approve' | 'decline';

export const defaultNamespace = 'oncely';

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
const maxValue = 2_000;

/** @throws OncelyError `invalid_config` */
export function refuseBadNamespace(namespace: string): void {
  if (/^[\w-]{1,40}$/.test(namespace)) return;
  throw new OncelyError('invalid_config', {
    message: 'namespace must be 1 to 40 letters, digits, _ or -.',
    fix: "namespace: 'billing'",
  });
}

export function actionIdOf(namespace: string, choice: ApprovalChoice): string {
  return `${namespace}:approval:${choice}`;
}

/** Another one for each effect and input, as Slack wants it of a message that changes. */
export function blockIdOf(namespace: string, value: string): string {
  return `${blockPrefixOf(namespace)}${digest(value)}`;
}

export function blockPrefixOf(namespace: string): string {
  return `${namespace}:approval:`;
}

/** @throws OncelyError `invalid_input` where nothing waits for approval, or its names are too long for a button. */
export function buttonValueOf(effect: Effect): string {
  const { approval, slot, key } = effect;
  if (approval?.state !== 'pending') {
    throw new OncelyError('invalid_input', {
      message: `${key}: nothing waits for approval here (the effect is ${effect.state}).`,
      fix: 'decidedMessage(effect)',
      effect: key,
    });
  }
  const value = JSON.stringify({
    v: 1,
    slot,
    version: key.slice(slot.length + 1),
    fingerprint: approval.fingerprint,
    asked: approval.requestedAt,
  });
  if (value.length <= maxValue) return value;
  throw new OncelyError('invalid_input', {
    message: `the names of this effect take ${value.length} characters in a button, and Slack allows ${maxValue}. Nothing was posted.`,
    fix: "oncely.scope({ businessId: 'invoice_98342', ... })  // ids, not texts",
    effect: key,
  });
}

/** `undefined` for what we did not write. */
export function readButton(value: unknown): ApprovalButton | undefined {
  if (typeof value !== 'string' || value.length > maxValue) return undefined;
  const read = jsonIn(value);
  if (typeof read !== 'object' || read === null) return undefined;
  const { v, slot, version, fingerprint, asked } = read as Record<string, unknown>;
  if (v !== 1 || typeof slot !== 'string' || slot === '' || typeof version !== 'string') return undefined;
  if (!/^v\d+(?::g\d+)?$/.test(version)) return undefined;
  if (typeof fingerprint !== 'string' || fingerprint === '' || typeof asked !== 'number') return undefined;
  return { slot, key: `${slot}:${version}`, fingerprint, requestedAt: asked };
}

/** The JSON value in a text, `undefined` where it holds none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
