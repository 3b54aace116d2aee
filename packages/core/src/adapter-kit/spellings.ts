import { OncelyError } from '../errors.ts';

/** One row of a vendor's table: a segment that begins with `:` or `{` stands for any one, `**` at the end for any rest. */
export interface KnownPath {
  readonly method: string;
  readonly path: string;
}

/** Encoded more often than this, a path names nothing that any server would find. */
const mostEncodings = 5;

/** No method of a vendor has a name of more parts. */
const mostParts = 8;

/**
 * A path as the most lenient server might read it: decoded as often as it is encoded, without its query, fragment,
 * `;parameters`, suffix `.json`, blanks and control characters, its dots resolved, no slash twice or at the end. The case
 * of its letters stays: an id may depend on it. It says which operation a path may be; it is never sent.
 */
export function plainPath(path: string): string {
  let text = path.split('?')[0] ?? path;
  for (let times = 0; times < mostEncodings && text.includes('%'); times += 1) {
    const read = text.replace(/(?:%[0-9a-f]{2})+/gi, decoded);
    if (read === text) break;
    text = read;
  }
  const segments: string[] = [];
  for (const segment of beforeQuery(text).normalize('NFKC').replaceAll('\\', '/').split('/')) {
    const read = (segment.split(';')[0] ?? '').replace(/[\s\p{Cc}\p{Cf}]/gu, '');
    if (read === '..') segments.pop();
    else if (read !== '' && read !== '.') segments.push(read.replace(/(?:\.json|\.xml|\.)$/i, ''));
  }
  return `/${segments.join('/')}`;
}

/**
 * Gives, for the path of a request in whatever spelling, the path of the table that a lenient server would take it for,
 * with the ids as they are; `undefined` where it is none of the table. A policy that speaks of an operation holds for
 * every spelling of it only where the adapter names the operation by this.
 */
export function pathSpellings(known: Iterable<KnownPath>): (method: string, path: string) => string | undefined {
  const rows = Map.groupBy(
    [...known].map(({ method, path }) => ({ method: method.toUpperCase(), parts: path.split('/') })),
    ({ method, parts }) => `${method} ${parts.at(-1) === '**' ? '**' : parts.length}`,
  );
  return (method, path) => {
    const verb = method.toUpperCase();
    const given = plainPath(path).split('/');
    const folded = given.map((part) => part.toLowerCase());
    let best: { readonly path: string; readonly fixed: number } | undefined;
    for (const { parts } of [...(rows.get(`${verb} ${given.length}`) ?? []), ...(rows.get(`${verb} **`) ?? [])]) {
      const isRest = parts.at(-1) === '**';
      if (isRest && given.length < parts.length) continue;
      const own = isRest ? parts.slice(0, -1) : parts;
      if (!own.every((part, at) => isAny(part) || part.toLowerCase() === folded[at])) continue;
      const fixed = own.filter((part) => !isAny(part)).length;
      if (best && best.fixed >= fixed) continue;
      const spelled = own.map((part, at) => (isAny(part) ? (given[at] ?? '') : part));
      best = { path: [...spelled, ...given.slice(own.length)].join('/'), fixed };
    }
    return best?.path;
  };
}

/**
 * The same for names of methods, `chat.postMessage`: only their letters and digits count, whatever stands between them.
 * @throws Error where two of the names differ in nothing else, at construction.
 */
export function nameSpellings(known: Iterable<string>): (name: string) => string | undefined {
  const byLetters = new Map<string, string>();
  for (const name of known) {
    const letters = lettersOf(name);
    const other = byLetters.get(letters);
    if (other !== undefined && other !== name) throw new Error(`${name} and ${other} are one name in letters`);
    byLetters.set(letters, name);
  }
  return (name) => {
    const parts = plainPath(name).split('/').slice(-mostParts);
    // The longest first: `admin.users.invite` ends in what may be a name as well.
    for (const from of parts.keys()) {
      const found = byLetters.get(lettersOf(parts.slice(from).join('')));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** Refuses a request that one server would take for this and another for that: no policy can speak of both by one name. */
export function refuseTwoNames(
  vendor: string,
  given: string,
  canonical: string,
  names: readonly [string, string],
): never {
  throw new OncelyError('invalid_input', {
    message: `${vendor}: the path ${JSON.stringify(given.slice(0, 200))} is ${names[0]} as it is spelled, and ${names[1]} to a server that reads it as ${canonical}. Which of them a policy must judge is not known. Nothing was sent.`,
    fix: `spell the path as the vendor documents it, with ids encoded: ${canonical}`,
  });
}

function beforeQuery(text: string): string {
  return text.split(/[?#]/, 1)[0] ?? text;
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function isAny(part: string): boolean {
  return part.startsWith(':') || part.startsWith('{');
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
