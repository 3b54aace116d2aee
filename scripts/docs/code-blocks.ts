/** One fenced block of a Markdown page. */
export interface CodeBlock {
  /** The word behind the fence: `ts`, `sh`; empty where there is none. */
  readonly language: string;
  readonly code: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  /** What comments right before it say of it: `<!-- runs: stripe 1 -->` is `{ runs: 'stripe 1' }`. */
  readonly notes: Readonly<Record<string, string>>;
}

const fence = /^(?<indent> *)(?<ticks>`{3,})(?<language>[\w-]*)[^\n]*\n(?<code>.*?)^\k<indent>\k<ticks>[ ]*$/gms;
const note = /<!--\s*(?<name>[a-z]+):\s(?<text>.*?)\s*-->/gs;

/** The fenced blocks of a page in their order. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(fence)].map((match) => {
    const { indent = '', language = '', code = '' } = match.groups ?? {};
    return {
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: page.slice(0, match.index).split('\n').length + 1,
      notes: notesBefore(page.slice(0, match.index)),
    };
  });
}

/** Of the comments that stand directly above a block, with nothing but white space between. */
function notesBefore(text: string): Readonly<Record<string, string>> {
  const comments = /(?:<!--(?:(?!-->).)*-->\s*)+$/s.exec(text)?.[0] ?? '';
  return Object.fromEntries(
    [...comments.matchAll(note)].map(({ groups }) => [groups?.['name'] ?? '', groups?.['text'] ?? '']),
  );
}
