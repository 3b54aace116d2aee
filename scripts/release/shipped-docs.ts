import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** A page as it ships in a tarball. */
export interface Shipped {
  /** In the folder of the package. */
  readonly path: string;
  readonly text: string;
}

/** What of the repository's pages ships with @oncely/core, which every other package brings along; no figures. */
const patterns = ['docs/*.md', 'docs/recipes/*.md', 'docs/quickstarts/*.md', 'docs/runbooks/*.md', 'llms.txt'];
const link = /(?<!!)\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)/g;

/**
 * The pages that ship, with links that lead somewhere from where they then are, `node_modules/@oncely/core`: a link to a
 * package's README becomes one to the package beside it, and of a link to what does not ship the words stay.
 */
export function shippedDocs(root: string): readonly Shipped[] {
  const paths = globSync(patterns, { cwd: root, exclude: ['docs/benchmarks.md'] }).toSorted();
  const shipped = new Set(paths.map((path) => path.replaceAll('\\', '/')));
  return paths.map((path) => ({ path, text: relinked(root, path, shipped) }));
}

function relinked(root: string, page: string, shipped: ReadonlySet<string>): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(link, (whole, text: string, target: string) => {
    if (/^([a-z][a-z+.-]*:|#)/i.test(target)) return whole;
    const [file = '', anchor] = target.split('#');
    const path = normalize(join(dirname(page), file));
    if (shipped.has(path)) return whole;
    const beside = packageOf(root, path);
    if (beside === undefined) return text;
    // From docs/x.md in @oncely/core, the other packages of the scope are two folders up, and `oncely` one more.
    const up = relative(dirname(page), '.') || '.';
    return `[${text}](${join(up, beside)}${anchor === undefined ? '' : `#${anchor}`})`;
  });
}

/** Where the README of a package of ours is, from the folder of @oncely/core. */
function packageOf(root: string, path: string): string | undefined {
  const [, folder] = /^packages\/([\w-]+)(?:\/README\.md)?$/.exec(path) ?? [];
  if (folder === undefined || !existsSync(join(root, 'packages', folder))) return undefined;
  if (folder === 'core') return 'README.md';
  return folder === 'oncely' ? '../../oncely/README.md' : `../${folder}/README.md`;
}
