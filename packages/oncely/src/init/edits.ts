/** One change of a text; `start` and `end` are places in the text as it was read. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The text with all edits made, whose lines end as those of the text do: what no edit names stays as it is, to the byte.
 * Edits at one place keep their order.
 * @throws Error where two edits overlap: then neither can be made.
 */
export function applied(text: string, edits: readonly Edit[]): string {
  const inOrder = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const isOfWindows = /^[^\n]*\r\n/.test(text);
  let out = '';
  let at = 0;
  for (const edit of inOrder) {
    if (edit.start < at) throw new Error(`two edits overlap at ${edit.start}`);
    out += text.slice(at, edit.start) + (isOfWindows ? edit.text.replaceAll(/\r?\n/g, '\r\n') : edit.text);
    at = edit.end;
  }
  return out + text.slice(at);
}

/** The white space that the line of this place begins with. */
export function indentAt(text: string, place: number): string {
  const lineStart = text.lastIndexOf('\n', place - 1) + 1;
  return /^[\t ]*/.exec(text.slice(lineStart, place))?.[0] ?? '';
}
