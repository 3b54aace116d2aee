import type { SafetyClass } from '@oncely/core';

import { nameSpellings } from '@oncely/core/adapter';

import { adminRows } from './table-admin.ts';
import { workspaceRows } from './table-workspace.ts';

/**
 * How a write in doubt is looked up. `repeat`: not at all; it sets the same state again, or Slack says that it is done.
 */
export type Look =
  | 'message'
  | 'said'
  | 'scheduled'
  | 'unscheduled'
  | 'updated'
  | 'stream'
  | 'appended'
  | 'stopped'
  | 'files'
  | 'bookmark'
  | 'reminder'
  | 'canvas'
  | 'channelCanvas'
  | 'channel'
  | 'usergroup'
  | 'reaction'
  | 'name'
  | 'topic'
  | 'purpose'
  | 'member'
  | 'repeat';

/** What is known of a method. A row reads `method class[:look] [done:errors] [m:material] [w:wording]`. */
export interface Entry {
  readonly method: string;
  /**
   * `read`: changes nothing. `passes`: what it leaves behind is nothing that anybody sees, however often it is called.
   * `steps`: the SDK makes several calls of it, each with a row of its own.
   */
  readonly kind: 'read' | 'passes' | 'steps' | Exclude<SafetyClass['kind'], 'keyed'>;
  readonly look?: Look;
  /** Errors that mean "it is done", where an earlier attempt may have done it. */
  readonly done: readonly string[];
  readonly material: readonly string[];
  readonly wording: readonly string[];
}

/** Every method of the SDK that the table was made for, in the order of the SDK. */
export const table: readonly Entry[] = [adminRows, workspaceRows].flatMap((rows) => rows.trim().split('\n').map(parse));

const byMethod = new Map(table.map((entry) => [entry.method, entry]));

const byAnyCase = new Map(table.map(({ method }) => [method.toLowerCase(), method]));

const writes = nameSpellings(
  table.filter(({ kind }) => kind !== 'read' && kind !== 'passes').map(({ method }) => method),
);

/**
 * A method as the table has it, of the path it is called by: another spelling (`chat..postMessage`, `Chat.postMessage;a=1`,
 * `chat.postMessage/`) is no other operation. What only resembles a method that reads is a write that nobody knows.
 */
export function knownMethod(path: string): string {
  const method = path.slice(path.lastIndexOf('/') + 1);
  return byAnyCase.get(method.toLowerCase()) ?? writes(path) ?? method;
}

/** A method that the table does not know is a write that cannot be looked up. */
export function entryOf(method: string): Entry {
  return (
    byMethod.get(method) ?? {
      method,
      kind: 'unverifiable',
      done: [],
      material: ['channel', 'thread_ts', 'user'],
      wording: ['text', 'markdown_text', 'blocks', 'attachments'],
    }
  );
}

/** The entry of a recorded operation, `slack.chat.postMessage`. */
export function entryNamed(operation: string): Entry {
  return entryOf(operation.replace(/^slack\./, ''));
}

function parse(row: string): Entry {
  const [method = '', kindAndLook = '', ...columns] = row.split(' ');
  const [kind, look] = kindAndLook.split(':');
  const valuesOf = (name: string): readonly string[] =>
    columns
      .find((column) => column.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .split(',') ?? [];
  return {
    method,
    kind: kind as Entry['kind'],
    ...(look === undefined ? {} : { look: look as Look }),
    done: valuesOf('done'),
    material: valuesOf('m'),
    wording: valuesOf('w'),
  };
}
