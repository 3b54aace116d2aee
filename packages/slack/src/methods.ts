import { defineOperation, type Operation, type SafetyClass } from '@oncely/core';

import { marked } from './request.ts';
import { entryOf, table } from './table.ts';

/** The names of all operations: of the methods that write. */
export const operationNames: readonly string[] = table
  .filter(({ kind }) => kind !== 'read' && kind !== 'passes')
  .map(({ method }) => `slack.${method}`);

/** Whether a method changes something. Slack's verb says nothing, since every call is a POST. */
export function isWrite(method: string): boolean {
  const { kind } = entryOf(method);
  return kind !== 'read' && kind !== 'passes';
}

/** The operation of a writing method. */
export function operationOf(method: string, landingBoundMs: number): Operation {
  const { kind, material, wording } = entryOf(method);
  return defineOperation({
    name: `slack.${method}`,
    safety: { kind: (kind === 'steps' ? 'unverifiable' : kind) as Exclude<SafetyClass['kind'], 'keyed'> },
    // Slack has no place for a marker elsewhere.
    ...(marked.has(method) ? {} : { findsBy: 'content' as const }),
    landingBoundMs,
    material,
    wording,
  });
}
