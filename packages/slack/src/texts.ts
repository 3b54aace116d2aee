/** Whether Slack shows what was written: it escapes, turns Markdown into its own and drops white space at the ends. */
export function sameText(shown: string, written: string): boolean {
  if (equalText(shown, written)) return true;
  const core = coreOf(shown);
  return core !== '' && core === coreOf(written);
}

/** The same but for escapes and white space at the ends. */
export function equalText(shown: string, written: string): boolean {
  return plain(shown) === plain(written);
}

/**
 * Whether Slack holds what was written, by all that was written: it adds ids and defaults of its own to blocks and
 * attachments, and writes texts and colours in its own way.
 */
export function holds(held: unknown, written: unknown): boolean {
  if (typeof written === 'string') return typeof held === 'string' && sameText(held, written);
  if (typeof written !== 'object' || written === null) return held === written;
  if (typeof held !== 'object' || held === null || Array.isArray(held) !== Array.isArray(written)) return false;
  if (Array.isArray(written) && written.length !== (held as readonly unknown[]).length) return false;
  return Object.entries(written).every(([name, value]) => holds((held as Record<string, unknown>)[name], value));
}

/** Letters and digits, and what stands between digits; `[text](url)` and `<url|text>` are one text. */
function coreOf(text: string): string {
  return plain(text)
    .replaceAll(/\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replaceAll(/<[^|<>]*\|([^<>]*)>/g, '$1')
    .replaceAll(/(?<!\p{N})[^\p{L}\p{N}]+|[^\p{L}\p{N}]+(?!\p{N}|[^\p{L}\p{N}])/gu, '');
}

function plain(text: string): string {
  return text.trim().replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** The text that a call to `chat.*Stream` brings, in its one form or the other; other chunks bring none. */
export function streamedText(fields: URLSearchParams): string {
  const chunks: unknown = JSON.parse(fields.get('chunks') ?? '[]');
  const texts = (Array.isArray(chunks) ? chunks : []).map((chunk: { type?: string; text?: string }) =>
    chunk.type === 'markdown_text' ? (chunk.text ?? '') : '',
  );
  return (fields.get('markdown_text') ?? '') + texts.join('');
}
