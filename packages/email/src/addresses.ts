import { domainToASCII } from 'node:url';

interface Address {
  /** With its domain in lower case; the local part belongs to the receiver and stays as it is. */
  readonly address: string;
  /** What is shown; empty where none was given. */
  readonly name: string;
}

/**
 * Reads what nodemailer takes as addresses: `'Ann <ann@example.com>, bob@example.com'`, `{ name, address }`, lists and
 * groups of them. It serves for the domain of our own Message-IDs alone, which must be that of earlier versions; whom a
 * mail goes to is read by nodemailer itself (`recipients.ts`).
 */
export function addressesOf(value: unknown): Address[] {
  if (Array.isArray(value)) return value.flatMap(addressesOf);
  if (typeof value === 'string') return split(value).map(parse);
  if (typeof value !== 'object' || value === null) return [];
  const { address, name, group } = value as { address?: unknown; name?: unknown; group?: unknown };
  if (typeof address === 'string') return [{ address: normal(address), name: typeof name === 'string' ? name : '' }];
  return addressesOf(group);
}

/** The domain of the first address, as it may stand in a header; `undefined` where there is none. */
export function domainOf(value: unknown): string | undefined {
  const domain = addressesOf(value)[0]?.address.split('@').slice(1).at(-1);
  return domain === undefined ? undefined : domainToASCII(domain) || undefined;
}

/** At each comma and semicolon that is not quoted, in angle brackets or in a comment. */
function split(text: string): string[] {
  const parts: string[] = [''];
  let quoted = false;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    const last = parts.length - 1;
    if (char === '\\') {
      parts[last] += char + text.charAt((index += 1));
      continue;
    }
    if (char === '"') quoted = !quoted;
    if (!quoted && (char === '<' || char === '(')) depth += 1;
    if (!quoted && (char === '>' || char === ')')) depth = Math.max(0, depth - 1);
    if ((char === ',' || char === ';') && !quoted && depth === 0) parts.push('');
    else parts[last] += char;
  }
  // The name of a group, `Team: ann@example.com, bob@example.com;`, stands before its first member.
  return parts.map((part) => part.replace(/^[^"<@[\\]*:/, '').trim()).filter((part) => part !== '');
}

function parse(part: string): Address {
  const [, name = '', address] = /^([^<>]*)<([^<>]*)>$/.exec(part) ?? [];
  if (address === undefined) return { address: normal(part), name: '' };
  return { address: normal(address), name: name.trim().replace(/^"(.*)"$/s, '$1') };
}

function normal(address: string): string {
  const trimmed = address.trim();
  const at = trimmed.lastIndexOf('@');
  return trimmed.slice(0, at + 1) + (at < 0 ? trimmed : trimmed.slice(at + 1).toLowerCase());
}
