/** What others make, installed on demand beside the workspaces and run in processes of their own. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../peers/', import.meta.url));

export interface Peer {
  /** How many a second, with `width` of them under way. */
  readonly turn: (width: number, turnMs: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Installs the peers as their lock file says, unless they are there. */
export function installPeers(): void {
  const installed = `${folder}node_modules/.package-lock.json`;
  if (existsSync(installed) && sameVersions(installed)) return;
  console.error('Installing what is compared with into bench/peers ...');
  execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

export async function startPeer(name: 'dbos' | 'powertools', url: string, ...args: readonly string[]): Promise<Peer> {
  const child = fork(`${folder}${name}.js`, [url, ...args], {
    execArgv: ['--no-deprecation'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const next = async (): Promise<unknown> => {
    const ended = new AbortController();
    try {
      const [message] = await Promise.race([
        once(child, 'message', { signal: ended.signal }),
        once(child, 'exit', { signal: ended.signal }).then(() => Promise.reject(new Error(`${name} has ended`))),
      ]);
      return message;
    } finally {
      ended.abort();
    }
  };
  await next();
  return {
    turn: async (width, turnMs) => {
      child.send({ width, turnMs });
      const answer = (await next()) as { readonly rate: number } | { readonly failure: string };
      if ('failure' in answer) throw new Error(`${name}: ${answer.failure}`);
      return answer.rate;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function sameVersions(installed: string): boolean {
  const versionsIn = (file: string): string => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
      packages: Record<string, { readonly version?: string }>;
    };
    const versions = Object.entries(packages).filter(([path]) => path !== '');
    return versions
      .map(([path, { version }]) => `${path}@${version}`)
      .toSorted((one, other) => (one < other ? -1 : 1))
      .join(' ');
  };
  return versionsIn(installed) === versionsIn(`${folder}package-lock.json`);
}
