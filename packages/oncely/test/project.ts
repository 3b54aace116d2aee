import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  createOncely,
  type Adapter,
  type Effect,
  type EffectOptions,
  type Oncely,
  type OncelyOptions,
} from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { expect } from 'vitest';

import { atEndOfFile } from '../../../scripts/at-end-of-file.ts';
import { runHere } from './surroundings.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

export const apiKey = 'sk_test_SecretOfThePlatform';
/** Stands in the input of every refund here. */
export const secretNote = 'sk_live_PlantedInTheInput';

/** How a command ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs Node on the command, as the user's shell would, in a folder. */
export async function run(
  cwd: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly execArgv?: readonly string[] } = {},
): Promise<Ran> {
  const { ONCELY_LEDGER: _ledger, NO_COLOR: _no, FORCE_COLOR: _force, ...own } = process.env;
  const child = spawn(
    process.execPath,
    ['--conditions', '@oncely/source', '--no-warnings', ...(options.execArgv ?? []), cli, ...args],
    {
      cwd,
      env: { ...own, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, out: out.trimEnd(), err: err.trimEnd() };
}

/** A folder as a user's project: packages are found in it, and it ends with the file's tests. */
export function folder({ packages = true }: { readonly packages?: boolean } = {}): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'oncely-cli-test-')));
  atEndOfFile(() => rmSync(path, { recursive: true, force: true }));
  if (packages) symlinkSync(modules, join(path, 'node_modules'));
  return path;
}

type App = Oncely<{ readonly stripe: Adapter<Stripe, 'one'> }>;

/** A project with a config, a SQLite ledger and a Stripe. */
export interface Project {
  readonly path: string;
  readonly fake: StripeFake;
  /** The application in this process, on the same ledger; closed with the file's tests. */
  readonly app: (options?: Partial<OncelyOptions<never>>) => App;
  /** Writes the config anew, with other options. */
  readonly configure: (options: string) => void;
  /** The SDK without us, as somebody else's program has it. */
  readonly raw: Stripe;
  /** One refund of a case, whose input holds `secretNote`. */
  readonly refund: (app: App, businessId: string, more?: Refund) => Promise<Stripe.Refund>;
  /** The command in this folder, in this process: a real one takes half a second of a processor. */
  readonly run: (...args: readonly string[]) => Promise<Ran>;
}

export type Approval = NonNullable<EffectOptions['approval']>;

interface Refund {
  readonly amount?: number;
  readonly approval?: Approval;
  readonly id?: string;
}

export interface ProjectOptions {
  readonly leaseMs?: number;
  readonly landingBoundMs?: number;
  /** More of createOncely's options, more imports and more clients, as source text. */
  readonly options?: string;
  readonly imports?: string;
  readonly clients?: string;
}

/** Starts Stripe and writes the project's config; nothing is in the ledger yet. */
export async function startProject({
  leaseMs = 60_000,
  landingBoundMs = 0,
  options = '',
  imports = '',
  clients = '',
}: ProjectOptions = {}): Promise<Project> {
  const path = folder();
  const fake = await startStripeFake({ autoCharges: true });
  atEndOfFile(() => fake.close());
  const { host, port } = fake;
  const configure = (anew: string): void =>
    writeFileSync(
      join(path, 'oncely.config.ts'),
      `import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';
${imports}
const address = { host: '${host}', port: ${port}, protocol: 'http', telemetry: false } as const;
export default () => createOncely({
  ledger: sqliteLedger(new URL('effects.db', import.meta.url).pathname),
  clients: {
    stripe: oncelyStripe((config) => new Stripe('${apiKey}', { ...config, ...address }), { landingBoundMs: ${landingBoundMs} }),
    ${clients}
  },
  leaseMs: ${leaseMs},
  ${anew}
});
`,
    );
  configure(options);
  return {
    path,
    fake,
    configure,
    raw: new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false }),
    app: (more = {}) => {
      const app = createOncely({
        drainOnSigterm: false,
        waitMs: 1_000,
        leaseMs,
        ...more,
        ledger: sqliteLedger(join(path, 'effects.db')),
        clients: {
          stripe: oncelyStripe(
            (config) => new Stripe(apiKey, { ...config, host, port, protocol: 'http', telemetry: false }),
            { landingBoundMs },
          ),
        },
      });
      atEndOfFile(() => app.close());
      return app;
    },
    refund: (app, businessId, { amount = 1000, approval, id = 'refund' } = {}) =>
      app.scope({ businessId, workflowId: 'refund-desk' }, () =>
        app.effect(id, approval === undefined ? {} : { approval }, () =>
          app.clients.stripe.refunds.create({ charge: 'ch_1', amount, metadata: { note: secretNote } }),
        ),
      ),
    run: (...args) => runHere(args, { cwd: path, user: () => userInfo().username }),
  };
}

/** The effects of an application by their slots. */
export async function effectsOf(app: Oncely): Promise<Record<string, Effect['state']>> {
  const { effects } = await app.effects.list();
  return Object.fromEntries(effects.map(({ slot, state }) => [slot, state]));
}

/** A command's JSON. */
export function parsed<T = Record<string, unknown>>({ out }: Ran): T {
  return JSON.parse(out) as T;
}

/** A text without what differs from run to run: times, ids, digests, names of machines. */
export function steady(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replace(/\bre_1Fake\d+/g, '<vendor id>')
    .replace(/ledger [0-9a-f]{8}/g, 'ledger <id>')
    .replace(/fingerprint [\w-]{16,}/g, 'fingerprint <text>')
    .replace(/\b\d+ms\b|after \d+ ms|\b\d+\.\d s\b/g, '<duration>')
    .replace(/[ \d]{3}[smhd](?= {2})/g, '<age>')
    .replace(/(held by |holder )\S+?(?=,|$)/gm, '$1<holder>');
}

/** Expects a command to have ended so, and says what it wrote where it did not. */
export function ended(ran: Ran, code: number): Ran {
  expect({ code: ran.code, err: code === 0 || code === 3 || code === 4 ? ran.err : '' }, ran.out + ran.err).toEqual({
    code,
    err: '',
  });
  return ran;
}
