import type { Oncely } from '@oncely/core';

import { masked } from './masked.ts';
import { clockTime, isoTime } from './time.ts';

export type History = Awaited<ReturnType<Oncely['effects']['history']>>;

// The chain is for `verify`; on a screen it is noise, and so is what is as usual.
const unshown = new Set(['type', 'sequence', 'previous', 'hash', 'claimedAt', 'key', 'input', 'record']);
const usual: Readonly<Record<string, unknown>> = { generation: 1, logicVersion: 1, basis: 'answer' };

/** The audit events of an effect, a line each, oldest first. */
export function timelineLines(history: History): string[] {
  return history.map(({ at, event }) => {
    const { correlationId } = (event['run'] ?? {}) as { readonly correlationId?: string };
    const said = Object.entries({ ...event, run: correlationId })
      .filter(([name, value]) => !unshown.has(name) && value !== usual[name] && value !== undefined && value !== null)
      .map(([name, value]) => `${words(name)} ${name.endsWith('At') ? clockTime(Number(value)) : textOf(value)}`);
    return `  ${clockTime(at)}  ${words(String(event['type'])).padEnd(14)}  ${said.join(', ')}`.trimEnd();
  });
}

/** The same in JSON, free texts masked unless they are `revealed`. */
export function timelineDocument(history: History, revealed = false): readonly object[] {
  return history.map(({ at, event }) => ({ at: isoTime(at), ...(revealed ? event : scrubbed(event)) }));
}

/** A document of the audit with its free texts masked; ids and hashes as they are. */
export function scrubbed(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, exact.has(name) ? value : maskedValue(value)]),
  );
}

// Ids and hashes are what they are; a long run of digits in them is no card.
const exact = new Set([
  'type',
  'previous',
  'hash',
  'fingerprint',
  'vendorId',
  'vendorIds',
  'traceparent',
  'slot',
  'key',
  'workflow',
  'input',
  'id',
  'correlationId',
]);

function maskedValue(value: unknown): unknown {
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map(maskedValue);
  if (typeof value === 'object' && value !== null) {
    return scrubbed(value as Record<string, unknown>);
  }
  return value;
}

function textOf(value: unknown): string {
  return masked(typeof value === 'string' ? value : JSON.stringify(value));
}

function words(name: string): string {
  return name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
