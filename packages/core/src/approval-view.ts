import type { Effect } from './effect.ts';
import type { Twin } from './lifecycle/standing.ts';

/** What a person is shown of an approval, apart from where. Nothing of it is escaped. */
export interface ApprovalView {
  /** One sentence of the adapter: what would be done, to what, in which account. */
  readonly summary: string;
  /** All that is given, each on a line or several. */
  readonly lines: readonly {
    readonly name: string;
    readonly text: string;
    /** Words that a model may have written: never instructions, and no proof of anything. */
    readonly written: boolean;
  }[];
  /** What differs from what was asked for, approved or done here before. */
  readonly changed: readonly { readonly name: string; readonly before?: string; readonly now: string }[];
}

/** What an effect's approval asks a person; `undefined` where it keeps no preview, or this process cannot open it. */
export function approvalView({ approval, edited = [] }: Pick<Effect, 'approval' | 'edited'>): ApprovalView | undefined {
  const preview = approval?.preview;
  if (typeof preview !== 'object' || preview === null) return undefined;
  const { $summary, $written, $changed, ...rest } = preview as Readonly<Record<string, unknown>>;
  const written = new Set(Array.isArray($written) ? ($written as unknown[]) : []);
  const changes = typeof $changed === 'object' && $changed !== null ? Object.entries($changed as object) : [];
  return {
    summary: typeof $summary === 'string' ? $summary : textOf(rest),
    lines: [
      ...Object.entries(rest)
        .filter(([, value]) => value !== '' && value !== undefined)
        .map(([name, value]) => ({ name, text: textOf(value), written: written.has(name) })),
      ...(approval?.twin
        ? [{ name: 'the same in another workflow', text: twinText(approval.twin), written: false }]
        : []),
      ...(approval?.limits ?? []).map(({ why }) => ({ name: 'one too many for a limit', text: why, written: false })),
      ...(approval?.untraced
        ? [{ name: 'neither given nor read in this case', text: approval.untraced.join(', '), written: false }]
        : []),
      ...edited.map(({ by, reason, paths }) => ({
        name: 'edited before approval',
        text: `${paths.join(', ')}, by ${by}${reason === undefined ? '' : `: ${reason}`}`,
        written: false,
      })),
    ],
    changed: changes.map(([name, { before, now }]: [string, { before?: unknown; now?: unknown }]) => ({
      name,
      ...(before === undefined ? {} : { before: textOf(before) }),
      now: textOf(now),
    })),
  };
}

/** The same as plain text for a terminal or a mail: what could move a cursor, hide or turn a part stands as `\u{202e}`. */
export function approvalText(effect: Pick<Effect, 'approval' | 'edited'>): string {
  const view = approvalView(effect);
  if (!view) return '(what would be sent is not shown: this process cannot open the preview)';
  return [visible(view.summary), ...view.lines.map(lineOf), ...view.changed.map(changeOf)].join('\n');
}

/** The same as HTML; a text stands in it as it is, and is never markup. */
export function approvalHtml(effect: Pick<Effect, 'approval' | 'edited'>): string {
  const view = approvalView(effect);
  if (!view) return '<p>What would be sent is not shown: this process cannot open the preview.</p>';
  const rows = view.lines.map(
    ({ name, text, written }) =>
      `<dt>${html(name)}${written ? ' <em>(written by a model)</em>' : ''}</dt><dd>${html(text)}</dd>`,
  );
  const changes = view.changed.map(
    ({ name, before, now }) =>
      `<li>${html(name)}: ${before === undefined ? '' : `<del>${html(before)}</del> `}<ins>${html(now)}</ins></li>`,
  );
  return [
    `<p>${html(view.summary)}</p>`,
    `<dl>${rows.join('')}</dl>`,
    ...(changes.length === 0 ? [] : [`<p>Changed since it was asked before:</p><ul>${changes.join('')}</ul>`]),
  ].join('');
}

function lineOf({ name, text, written }: ApprovalView['lines'][number]): string {
  const indented = text.split('\n').map(visible).join('\n    ');
  return `  ${visible(name)}${written ? ' (written by a model)' : ''}: ${indented}`;
}

function changeOf({ name, before, now }: ApprovalView['changed'][number]): string {
  const was = before === undefined ? '' : `${visible(before)} -> `;
  return `  changed since it was asked before: ${visible(name)}: ${was}${visible(now)}`;
}

/** Which other one does the same: what, how it stands, since when. */
export function twinText({ key, operation, state, at, vendorId }: Twin): string {
  const id = vendorId === undefined ? '' : ` (${vendorId})`;
  return `${operation}${id} as ${key}: ${state.replace('_', ' ')}, ${new Date(at).toISOString()}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a reader cannot see, and what turns the direction of a text. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

function html(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text
    .split('\n')
    .map((line) => visible(line).replaceAll(/[&<>"']/g, (char) => entities[char] ?? char))
    .join('<br>');
}
