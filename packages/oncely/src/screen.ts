import { randomUUID } from 'node:crypto';

import type { Style, Surroundings } from './surroundings.ts';

/** A line of an answer; `source` is text of the user's own files, in as many lines as it has. */
export type Line = string | { readonly source: string };

// What a reader cannot see, what moves a cursor, and what turns the direction of a text.
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const hiddenButBreaks = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
// A diff must still fit its file: tabs, ends of lines and the joiners within an emoji stay as they are.
const hiddenInSource = /(?!\r?\n|\t)\p{Cc}|[\p{Zl}\p{Zp}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** The surroundings of a command, through which nothing reaches a terminal that was not meant for it. */
export interface Screen extends Surroundings {
  /** Prints lines, each on one line whatever is in it. */
  readonly printLines: (lines: readonly Line[]) => void;
  /** Prints a document of JSON: what is hidden in its texts is escaped as JSON does, and parses to the same. */
  readonly printJson: (text: string) => void;
  readonly complainJson: (text: string) => void;
}

/**
 * Surroundings that escape what is hidden in every text (`\u001b`): control characters, C1, marks of direction. Ids,
 * vendors' words and names come from anywhere; only the colours that `paint` gave go out, known by a mark that no data
 * can hold, because it is drawn for this run.
 */
export function createScreen(around: Surroundings): Screen {
  const mark = `<${randomUUID()}>`;
  const styles: { readonly open: string; readonly close: string }[] = [];
  const indexes = new Map<string, number>();
  const indexOf = (style: Style): number => {
    const name = JSON.stringify(style);
    const known = indexes.get(name);
    if (known !== undefined) return known;
    const [open = '', close = ''] = around.paint(style, mark).split(mark);
    indexes.set(name, styles.length);
    return styles.push({ open, close }) - 1;
  };
  const marked = new RegExp(`${mark}([oc])(\\d+);`, 'g');
  const coloured = (text: string): string =>
    text.replace(marked, (_all, end: string, index: string) => {
      const style = styles[Number(index)];
      return (end === 'o' ? style?.open : style?.close) ?? '';
    });
  const shown = (text: string, what: RegExp): string => coloured(escaped(text, what));
  const json = (text: string): string => escaped(text.replace(marked, ''), hiddenButBreaks);
  return {
    ...around,
    print: (text) => around.print(shown(text, hiddenButBreaks)),
    complain: (text) => around.complain(shown(text, hiddenButBreaks)),
    ask: (question) => around.ask(shown(question, hiddenButBreaks)),
    paint: (style, text) => {
      const index = indexOf(style);
      return `${mark}o${index};${text}${mark}c${index};`;
    },
    printLines: (lines) =>
      around.print(
        lines
          .map((line) => (typeof line === 'string' ? shown(line, hidden) : escaped(line.source, hiddenInSource)))
          .join('\n'),
      ),
    printJson: (text) => around.print(json(text)),
    complainJson: (text) => around.complain(json(text)),
  };
}

function escaped(text: string, what: RegExp): string {
  return text.replace(what, (char) =>
    char
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
