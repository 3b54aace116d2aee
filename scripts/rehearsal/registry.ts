import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { run } from '../vendors/run-command.ts';

export interface Registry {
  readonly url: string;
  /** What npm and pnpm are given so that all they do goes by this registry, with a cache and settings of their own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

const version = '6.10.4';
/** One of its dependencies asks for a dist-tag, `cjs`, that mirrors of the registry may lack; this is what it names. */
const overrides = { 'node-fetch': '2.7.0' };

/** Installs Verdaccio into `folder` and starts it on loopback, in front of the registry that npm uses on this machine. */
export async function startRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, overrides }));
  await run('npm', ['install', '--no-audit', '--no-fund', `verdaccio@${version}`], { cwd: folder });
  const upstream = (await run('npm', ['config', 'get', 'registry'], { cwd: folder })).trim();
  const port = await freePort();
  writeFileSync(join(folder, 'config.yaml'), configOf(upstream));
  const server = spawn(
    process.execPath,
    [join(folder, 'node_modules/verdaccio/bin/verdaccio'), '--config', 'config.yaml', '--listen', `127.0.0.1:${port}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const url = `http://127.0.0.1:${port}/`;
  try {
    await answering(server, `${url}-/ping`);
  } catch (error) {
    server.kill();
    throw error;
  }
  writeFileSync(join(folder, 'npmrc'), npmrcOf(url, port, join(folder, 'cache')));
  return { url, env: envOf(url, folder), stop: () => ended(server) };
}

/** Ours come from this registry alone, never from upstream; everything else is passed through. */
function configOf(upstream: string): string {
  const ours = `access: $all, publish: $all, unpublish: $all`;
  return [
    'storage: ./storage',
    'auth: { htpasswd: { file: ./htpasswd } }',
    `uplinks: { upstream: { url: ${JSON.stringify(upstream)}, maxage: 30m, timeout: 120s } }`,
    'packages:',
    `  '@oncely/*': { ${ours} }`,
    `  'oncely': { ${ours} }`,
    `  '**': { access: $all, proxy: upstream }`,
    'log: { type: stdout, level: error }',
    '',
  ].join('\n');
}

/** Everybody may publish; npm only wants to see some token. */
function npmrcOf(url: string, port: number, cache: string): string {
  return [
    `registry=${url}`,
    `//127.0.0.1:${port}/:_authToken=rehearsal`,
    `cache=${cache}`,
    'audit=false',
    'fund=false',
    'loglevel=error',
    'update-notifier=false',
    '',
  ].join('\n');
}

function envOf(url: string, folder: string): Registry['env'] {
  const npmrc = join(folder, 'npmrc');
  // What `npm run` hands down of the repository's own settings would win over the file.
  const inherited = Object.keys(process.env).filter((name) => /^(npm|pnpm)_/i.test(name));
  return {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    npm_config_userconfig: npmrc,
    npm_config_registry: url,
    pnpm_config_store_dir: join(folder, 'pnpm-store'),
    XDG_CACHE_HOME: join(folder, 'xdg-cache'),
    XDG_DATA_HOME: join(folder, 'xdg-data'),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the registry ended by ${server.exitCode} before it answered`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > until) throw new Error('the registry did not answer within a minute');
    await sleep(200);
  }
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill();
  });
}
