import type { WriteToSay } from '../adapter.ts';

// How writes are said in words. Nothing here escapes: where it is shown is for who shows it.

/** How much of one text a person is shown before they ask for more. */
const most = { lines: 6, characters: 800, items: 30, depth: 8 } as const;

/** A text by its first lines, with a mark where it goes on. */
export function firstLines(text: string, lines: number = most.lines, characters: number = most.characters): string {
  const all = text.split(/\r\n|[\n\r\u2028\u2029]/);
  let shown = all.slice(0, lines).join('\n');
  if (shown.length > characters) shown = shown.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '');
  const rest = text.length - shown.length;
  return rest > 0 && (all.length > lines || shown.length < all.join('\n').length)
    ? `${shown} … (cut: ${rest} more characters, ${all.length} lines in all)`
    : shown;
}

/** A copy in which long texts stand by their first lines, and long lists by their first items. */
export function clipped(value: unknown, depth: number = most.depth): unknown {
  if (typeof value === 'string') return firstLines(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '… (cut: deeper than is shown)';
  if (Array.isArray(value)) {
    const shown = value.slice(0, most.items).map((each) => clipped(each, depth - 1));
    return value.length > most.items ? [...shown, `… (cut: ${value.length} in all)`] : shown;
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, clipped(each, depth - 1)]));
}

/** Currencies without minor units: https://docs.stripe.com/currencies#zero-decimal */
const whole: ReadonlySet<string> = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '),
);
/** With three: https://docs.stripe.com/currencies#three-decimal */
const thousandths: ReadonlySet<string> = new Set('bhd jod kwd omr tnd'.split(' '));

/** An amount in minor units as people write it, `12.00 USD`; what is no whole number stands as it is. */
export function money(amount: unknown, currency: unknown): string {
  const text = plain(amount);
  if (typeof currency !== 'string' || currency === '') return /^-?\d+$/.test(text) ? `${text} (minor units)` : text;
  const name = currency.toUpperCase();
  if (!/^-?\d+$/.test(text)) return `${text} ${name}`;
  const digits = whole.has(currency.toLowerCase()) ? 0 : thousandths.has(currency.toLowerCase()) ? 3 : 2;
  if (digits === 0) return `${text} ${name}`;
  const padded = text.replace('-', '').padStart(digits + 1, '0');
  return `${text.startsWith('-') ? '-' : ''}${padded.slice(0, -digits)}.${padded.slice(-digits)} ${name}`;
}

/** One value on one line. */
export function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) as string | undefined);
  return firstLines((text ?? '').replaceAll(/\s+/gu, ' '), 1, 160);
}

/** Parameters as `name value, name value`: those that are there, in this order. */
export function named(parameters: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  return names
    .filter((name) => isThere(parameters[name]))
    .map((name) => `${name.replaceAll('_', ' ')} ${plain(parameters[name])}`)
    .join(', ');
}

export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The parts that say something, as one sentence; what is long is cut, since all of it stands beside. */
export function sentence(...parts: readonly (string | undefined)[]): string {
  return firstLines(parts.filter(isThere).join(' '), 1, 700);
}

/** A write of which nothing more is known: its operation with all that it is given. */
export function generally({ operation, parameters, account }: WriteToSay): string {
  const names = Object.keys(parameters).filter((name) => isThere(parameters[name]));
  const given = names
    .slice(0, 12)
    .map((name) => `${name.replace(/^\$/, '')} ${plain(parameters[name])}`)
    .join(', ');
  const more = names.length > 12 ? `, and ${names.length - 12} more` : '';
  return `${operation}${given === '' ? '' : `: ${given}${more}`}${account === '' ? '' : ` in account ${account}`}`;
}

/** `customers.createBalanceTransaction` as `Create balance transaction`: the verb of an operation, for people. */
export function verbOf(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[._-]+/g, ' ')
    .toLowerCase()
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
