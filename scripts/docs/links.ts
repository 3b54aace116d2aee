import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import type { Page } from './pages.ts';

/** A link that leads nowhere. */
export interface DeadLink {
  readonly page: string;
  readonly line: number;
  readonly why: string;
}

const link = /\[[^\]]*\]\((?<target>[^)\s]+)(?: "[^"]*")?\)/g;
const elsewhere = /^[a-z][a-z+.-]*:/i;

/** Looks at every link within the repository: what it names is there, and has the heading behind its `#`. */
export function checkLinks(
  root: string,
  pages: readonly Page[],
): { readonly count: number; readonly dead: readonly DeadLink[] } {
  const texts = new Map(pages.map(({ path, text }) => [path, text]));
  const dead: DeadLink[] = [];
  let count = 0;
  for (const { path, text } of pages) {
    for (const { target, line } of linksOf(text)) {
      if (elsewhere.test(target)) continue;
      count += 1;
      const why = problemOf(root, texts, path, target);
      if (why !== undefined) dead.push({ page: path, line, why });
    }
  }
  return { count, dead };
}

/** The links of a page, without those that stand in code. */
export function linksOf(text: string): readonly { readonly target: string; readonly line: number }[] {
  const prose = withoutCode(text);
  return [...prose.matchAll(link)].map((match) => ({
    target: match.groups?.['target'] ?? '',
    line: prose.slice(0, match.index).split('\n').length,
  }));
}

function problemOf(root: string, texts: ReadonlyMap<string, string>, from: string, target: string): string | undefined {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), decodeURIComponent(file)));
  if (path.startsWith('..')) return `${target} leaves the repository`;
  if (!existsSync(join(root, path))) return `${target} is not there`;
  if (anchor === undefined) return undefined;
  const page = statSync(join(root, path)).isDirectory() ? join(path, 'README.md') : path;
  const text = texts.get(page);
  if (text === undefined || !anchorsOf(text).has(anchor)) return `${target}: ${page} has no such heading`;
  return undefined;
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(text, false).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** The text with code blanked out, line by line, so that line numbers stay. Headings keep the words of their code. */
function withoutCode(text: string, spans = true): string {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ');
  const fenced = text.replaceAll(/^ *(`{3,}).*?^ *\1 *$/gms, blank);
  return spans ? fenced.replaceAll(/`[^`\n]+`/g, blank) : fenced;
}
