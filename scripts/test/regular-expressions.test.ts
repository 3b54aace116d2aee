import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';

import { expect, it } from 'vitest';

interface Parser {
  parseSync(file: string, text: string): { readonly program: object; readonly errors: readonly unknown[] };
}

// The parser of knip, which stands among our tools already.
const ours = createRequire(import.meta.url);
const parser = createRequire(ours.resolve('knip'))('oxc-parser') as Parser;

const root = join(import.meta.dirname, '../..');

/** Each regular expression of the sources once, with a place where it stands. */
function expressions(): ReadonlyMap<string, { readonly where: string; readonly expression: RegExp }> {
  const found = new Map<string, { where: string; expression: RegExp }>();
  for (const name of readdirSync(join(root, 'packages'))) {
    const files = readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((each) => each.endsWith('.ts'))) {
      const path = join('packages', name, 'src', file);
      const { program, errors } = parser.parseSync(path, readFileSync(join(root, path), 'utf8'));
      expect([path, errors]).toEqual([path, []]);
      for (const { pattern, flags } of literalsIn(program)) {
        const key = `/${pattern}/${flags}`;
        found.set(key, { where: path, expression: new RegExp(pattern, flags.replace('y', '')) });
      }
    }
  }
  return found;
}

function* literalsIn(node: unknown): Generator<{ readonly pattern: string; readonly flags: string }> {
  if (typeof node !== 'object' || node === null || node instanceof RegExp) return;
  const { regex } = node as { regex?: { pattern: string; flags: string } };
  if (regex) yield regex;
  for (const inner of Object.values(node)) yield* literalsIn(inner);
}

const length = 100_000;
/** What ends a text so that a match up to its end fails; for some expressions any of these goes on. */
const ends = ['\u0000', '!', '\n\n\u0001'];

/** Texts of what an expression itself speaks of, repeated, behind what it begins with. */
function attacks({ source }: RegExp): string[] {
  const plain = source
    .replaceAll(/\\[dwsSDWb]|\\p\{\w+\}/g, (escape) => ({ d: '1', w: 'a', s: ' ' })[escape[1] ?? ''] ?? 'z')
    .replaceAll(/\\u\{?([0-9a-fA-F]{2,6})\}?|\\x([0-9a-fA-F]{2})/g, (_whole, long: string, short: string) =>
      String.fromCodePoint(Number.parseInt(long ?? short, 16)),
    )
    .replaceAll('\\n', '\n')
    .replaceAll('\\r', '\r')
    .replaceAll('\\t', '\t')
    .replaceAll(/\\(.)/g, '$1');
  const words = plain.match(/[a-zA-Z0-9_-]{2,}/g) ?? [];
  const characters = [...new Set([...Array.from(plain), 'a', '1', ' ', '\n', '.', '"', '<', '\\'])];
  const heads = ['', plain.match(/^\^?([^[(|*+?.]*)/)?.[1] ?? '', ...characters.filter((each) => /[^\w\s]/.test(each))];
  const texts: string[] = [];
  const units = [
    ...new Set([...characters, ...words, ...characters.map((each) => `${each}a`), `a${characters.join('')}`]),
  ];
  for (const unit of units) texts.push(unit.repeat(length / unit.length));
  for (const head of new Set(heads))
    for (const unit of [' ', 'a', '1', head || 'a']) texts.push(head + unit.repeat(length / unit.length));
  return texts;
}

const script = new Script(
  'for (const text of texts) for (const end of ends) { expression.lastIndex = 0; expression.test(text + end); }',
);

/** Whether the texts were tried to their end within a time of the clock, and what the processor did for them. */
function tryAll(expression: RegExp, texts: readonly string[], timeout: number): { ended: boolean; usedMs: number } {
  const from = process.cpuUsage();
  let ended = true;
  try {
    script.runInContext(createContext({ expression, texts, ends }), { timeout });
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    ended = false;
  }
  const { user, system } = process.cpuUsage(from);
  return { ended, usedMs: (user + system) / 1_000 };
}

/**
 * Whether an expression needs more than a second of the processor for one text, for which a linear one needs a
 * millisecond and a quadratic one ten seconds.
 */
function slowFor(expression: RegExp, texts: readonly string[]): boolean {
  if (texts.length > 1)
    return (
      !tryAll(expression, texts, 1_500 + texts.length * 30).ended && texts.some((text) => slowFor(expression, [text]))
    );
  // A busy machine gives little of its processor within a time of the clock.
  for (let timeout = 1_500; ; timeout *= 2) {
    const { ended, usedMs } = tryAll(expression, texts, timeout);
    if (ended || usedMs > 1_000) return !ended;
  }
}

it('a quadratic expression is seen here, and a linear one is not', () => {
  expect(slowFor(/\s+$/, attacks(/\s+$/))).toBe(true);
  expect(slowFor(/^(a+)+$/, attacks(/^(a+)+$/))).toBe(true);
  expect(slowFor(/^[a-z]+$/, attacks(/^[a-z]+$/))).toBe(false);
});

// It takes a minute and a half of the processor, so npm test leaves it out: npm run soak:expressions
it.runIf(process.env['ONCELY_EXPRESSIONS'] === 'all')(
  'no regular expression of the sources takes more than linear time for a hostile text',
  { timeout: 300_000 },
  () => {
    const all = expressions();
    expect(all.size).toBeGreaterThan(100);
    const slow = [...all].flatMap(([key, { where, expression }]) =>
      slowFor(expression, attacks(expression)) ? [`${where}: ${key}`] : [],
    );
    expect(slow).toEqual([]);
  },
);
