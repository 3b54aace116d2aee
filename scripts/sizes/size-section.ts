import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { shippedDocs } from '../release/shipped-docs.ts';

/** Why a package depends on another; one that has no reason here fails the check. */
const reasons: Readonly<Record<string, string>> = {
  '@oncely/core': 'the ledger and every decision',
  '@oncely/eslint-plugin': '`init` looks for raw writes by its rules',
  canonicalize: 'canonical JSON (RFC 8785), so that a fingerprint is the same in every process',
  commander: 'commands, options and their help',
  diff: 'what `init` shows before it writes',
  zod: 'the schemas of `/tools`; nothing else loads it',
};

/** How many dependencies the core may have. */
const coreLimit = 3;

interface Size {
  /** In kilobytes, packed as npm does and unpacked. */
  readonly packed: number;
  readonly unpacked: number;
}

interface Manifest {
  readonly name: string;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** What a package weighs, from the files that it ships. The package must be built. */
function sizeOf(root: string, folder: string): Size {
  const { name, files } = manifestOf(root, folder);
  const place = join(root, folder);
  const patterns = files.filter((each) => !each.startsWith('!')).flatMap((each) => [each, `${each}/**`]);
  const paths = globSync(patterns, { cwd: place, exclude: (path) => path.endsWith('.tsbuildinfo') })
    .filter((path) => statSync(join(place, path)).isFile() && !/^(docs|llms\.txt)/.test(path))
    .map((path) => join(place, path));
  const own = [...paths, join(place, 'README.md'), join(place, 'package.json'), join(root, 'LICENSE')];
  const texts = own.toSorted().map((path) => readFileSync(path));
  if (name === '@oncely/core') texts.push(...shippedDocs(root).map(({ text }) => Buffer.from(text)));
  const all = Buffer.concat(texts);
  return { packed: gzipSync(all).length / 1_000, unpacked: all.length / 1_000 };
}

/** The section of a package's README, and what is wrong with its dependencies. */
export function sizeSection(
  root: string,
  folder: string,
): { readonly section: string; readonly problems: readonly string[] } {
  const { name, dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(root, folder);
  const { packed, unpacked } = sizeOf(root, folder);
  const own = Object.entries(dependencies);
  const problems = own.filter(([each]) => !reasons[each]).map(([each]) => `${name} depends on ${each} for no reason`);
  if (name === '@oncely/core' && own.length > coreLimit)
    problems.push(`${name} has ${own.length} dependencies, more than ${coreLimit}`);
  const peers = Object.entries(peerDependencies).map(
    ([each, range]) => `\`${each}\` ${range}${peerDependenciesMeta[each]?.optional ? ' (optional)' : ''}`,
  );
  const lines = [
    `About ${rounded(packed)} kB packed and ${rounded(unpacked)} kB unpacked, sources and source maps included.`,
    peers.length > 0 ? ` Yours, as a peer: ${peers.join(', ')}.` : '',
    own.length === 0 ? ' No dependencies.' : '',
  ];
  const table = own.map(([each, range]) => {
    // All packages of ours share one version, which each release raises.
    const which = each.startsWith('@oncely/') ? `\`${each}\`` : `\`${each}\` ${range}`;
    return `| ${which} | ${reasons[each]} | ${bringsOf(root, each)} |`;
  });
  const head = ['| dependency | why | brings along |', '| --- | --- | --- |'];
  return { section: [lines.join(''), ...(own.length > 0 ? ['', ...head, ...table] : [])].join('\n'), problems };
}

function bringsOf(root: string, name: string): string {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dependencies?: object; link?: boolean; resolved?: string }>;
  };
  const entry = packages[`node_modules/${name}`];
  const target = entry?.link === true ? packages[entry.resolved ?? ''] : entry;
  const brought = Object.keys(target?.dependencies ?? {});
  return brought.length === 0 ? 'nothing' : brought.map((each) => `\`${each}\``).join(', ');
}

function manifestOf(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** Two digits that mean something. */
function rounded(kilobytes: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(kilobytes)) - 1);
  return Math.round(kilobytes / step) * step;
}
