/** What stands behind a text that was longer than Slack takes. */
const cutMark = ' … (cut, not all is shown)';

/** What a reader cannot see, what turns the direction of the text, and what would end a code span. */
const unclear = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}`]$/u;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * A text that Slack shows as it is: nobody is mentioned, nothing is a link, and what could hide or turn a part of it
 * stands there as `\u{202e}`. At most `max` characters, visibly cut. `lines` keeps line breaks.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function literal(text: string, max: number, lines: 'lines' | 'one line' = 'one line'): string {
  let shown = '';
  let cut = '';
  for (const char of text) {
    shown += entities[char] ?? (unclear.test(char) && !(char === '\n' && lines === 'lines') ? visible(char) : char);
    if (shown.length > max) return cut + cutMark;
    if (shown.length + cutMark.length <= max) cut = shown;
  }
  return shown;
}

/** The same as inline code, in which nothing else is formatting either. */
export function code(text: string, max: number): string {
  return `\`${literal(text === '' ? ' ' : text, max - 2)}\``;
}

/** Who decided: a person of Slack by the name that Slack shows for them, anybody else as the audit has it. */
export function person(by: string, max: number): string {
  const user = /^slack:([UW][A-Z0-9]{2,30})$/.exec(by)?.[1];
  return user === undefined ? code(by, max) : `<@${user}>`;
}

/** A time as each reader's Slack shows it, in their own zone; `ms` since 1970. */
export function slackDate(ms: number): string {
  return `<!date^${Math.floor(ms / 1000)}^{date_short_pretty}, {time}|${new Date(ms).toISOString()}>`;
}

function visible(char: string): string {
  return `\\u{${char.codePointAt(0)?.toString(16)}}`;
}
