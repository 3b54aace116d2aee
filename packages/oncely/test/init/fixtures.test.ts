import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rules } from '@oncely/eslint-plugin';
import { startHubSpotFake } from '@oncely/testing/fakes/hubspot';
import { startSlackFake } from '@oncely/testing/fakes/slack';
import { startSmtpFake } from '@oncely/testing/fakes/smtp';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { sharedRedisUrl } from '@oncely/testing/servers/shared';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { templates } from '../../src/init/templates.ts';
import { runHere } from '../surroundings.ts';
import type { Drive } from './drive.ts';
import {
  copyFixture,
  filesIn,
  fixtureNames,
  fixtures,
  projectsFolder,
  runTool,
  typeErrors,
} from './fixture-folders.ts';

// Compilers and processes of their own, which a busy machine runs slowly.
vi.setConfig({ testTimeout: 300_000 });

const root = projectsFolder();
const folderOf = (name: string, variant: string): string => join(root, name, variant);
/** What init said of each project: shown, and then written. */
const said = new Map<string, { readonly diff: string; readonly report: string }>();

beforeAll(async () => {
  for (const name of fixtureNames) {
    for (const variant of ['before', 'after']) copyFixture(name, folderOf(name, variant));
    const cwd = folderOf(name, 'after');
    const shown = await runHere(['init', '--json'], { cwd });
    expect(shown).toMatchObject({ code: 0, err: '' });
    const { diff } = JSON.parse(shown.out) as { readonly diff: string };
    // Shown, and nothing else: the project is as it was.
    for (const file of filesIn(folderOf(name, 'before'))) {
      const path = relative(folderOf(name, 'before'), file);
      expect(readFileSync(join(cwd, path), 'utf8')).toBe(readFileSync(file, 'utf8'));
    }
    const written = await runHere(['init', '--write'], { cwd });
    expect(written).toMatchObject({ code: 0, err: '' });
    said.set(name, { diff, report: `${written.out}\n` });
  }
});

describe('the projects', () => {
  it.each(fixtureNames)('%s: the diff and the report are those that are kept', async (name) => {
    await expect(said.get(name)?.diff).toMatchFileSnapshot(join(fixtures, `${name}.diff`));
    await expect(said.get(name)?.report).toMatchFileSnapshot(join(fixtures, `${name}.report.txt`));
  });

  it('the diff is what `git apply` makes of the project', async () => {
    for (const name of fixtureNames) {
      const folder = folderOf(name, 'applied');
      copyFixture(name, folder);
      const patch = join(root, `${name}.diff`);
      writeFileSync(patch, said.get(name)?.diff ?? '');
      await new Promise<void>((resolve, reject) => {
        execFile('git', ['apply', '--whitespace=nowarn', patch], { cwd: folder }, (error) =>
          error ? reject(error) : resolve(),
        );
      });
      for (const file of filesIn(folder)) {
        const path = relative(folder, file);
        expect(readFileSync(file, 'utf8'), path).toBe(readFileSync(join(folderOf(name, 'after'), path), 'utf8'));
      }
    }
  });

  it('a second run finds nothing to move', async () => {
    for (const name of fixtureNames) {
      const { out } = await runHere(['init', '--json'], { cwd: folderOf(name, 'after') });
      const { diff, findings } = JSON.parse(out) as { readonly diff: string; readonly findings: readonly object[] };
      expect(diff).toBe('');
      for (const finding of findings) expect(finding).not.toHaveProperty('becomes');
    }
  });

  it('every comment of the user is still there', () => {
    for (const name of fixtureNames) {
      const after = filesIn(folderOf(name, 'after'))
        .map((file) => readFileSync(file, 'utf8'))
        .join('\n');
      for (const file of filesIn(folderOf(name, 'before')).filter((path) => /\.[jt]s$/.test(path))) {
        const comments = readFileSync(file, 'utf8').match(/(?<![:'"])\/\/ .*|\/\*\*[^]*?\*\//g) ?? [];
        for (const comment of comments) expect(after).toContain(comment);
      }
    }
  });

  it('they compile, before and after, and so do the templates', async () => {
    const written = Object.keys(templates).map((name) => `template-${name}`);
    for (const name of written) {
      mkdirSync(join(root, name));
      const args = ['init', '--template', name.replace('template-', ''), '--write'];
      expect(await runHere(args, { cwd: join(root, name) })).toMatchObject({ code: 0, err: '' });
    }
    const projects = fixtureNames.flatMap((name) => ['before', 'after'].map((variant) => `${name}/${variant}`));
    const paths = { '@/*': ['./next-handler/after/*'] };
    expect(await typeErrors(root, { paths }, [...projects, ...written])).toEqual([]);
  });
});

describe('run, and run again after a restart', () => {
  it('had two effects where it has one', async () => {
    const redis = `${await sharedRedisUrl()}/7`;
    const cleanups: (() => unknown)[] = [];
    const worlds = await Promise.all(
      fixtureNames.flatMap((fixture) =>
        ['before', 'after'].map(async (variant) => {
          const [stripe, slack, smtp, hubspot] = await Promise.all([
            startStripeFake({ autoCharges: true }),
            startSlackFake(),
            startSmtpFake(),
            startHubSpotFake(),
          ]);
          hubspot.seedProperty('deals', 'oncely_key');
          cleanups.push(() => Promise.all([stripe, slack, smtp, hubspot].map((each) => each.close())));
          const folder = folderOf(fixture, variant);
          const env = {
            STRIPE_SECRET_KEY: 'sk_test_1',
            STRIPE_HOST: stripe.host,
            STRIPE_PORT: String(stripe.port),
            SLACK_TOKEN: 'xoxb-1',
            SLACK_API_URL: slack.apiUrl,
            SMTP_PORT: String(smtp.port),
            HUBSPOT_ACCESS_TOKEN: 'pat-1',
            HUBSPOT_URL: hubspot.url,
            DATABASE_DOWN_ONCE: '1',
            ONCELY_FILE: join(folder, 'effects.db'),
          };
          const drive: Drive = { folder, fixture, env };
          return { drive, variant, fixture, stripe, slack, smtp, hubspot };
        }),
      ),
    );
    afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));
    const drives = worlds.map(({ drive }) => drive);
    await drive({ drives, redis });
    await drive({ drives, redis });

    const counts = worlds.map(({ fixture, variant, stripe, slack, smtp, hubspot }) => [
      `${fixture} ${variant}`,
      {
        refunds: stripe.effects().length,
        messages: slack.effects().length,
        mails: smtp.effects().length,
        deals: hubspot.effects('deals.create').length,
      },
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      // A job that failed is run again by the queue, and the same order is handed in again.
      'bullmq-worker before': { refunds: 0, messages: 2, mails: 0, deals: 4 },
      'bullmq-worker after': { refunds: 0, messages: 1, mails: 0, deals: 1 },
      'langgraph-agent before': { refunds: 2, messages: 2, mails: 0, deals: 0 },
      'langgraph-agent after': { refunds: 1, messages: 1, mails: 0, deals: 0 },
      'next-handler before': { refunds: 2, messages: 2, mails: 0, deals: 0 },
      'next-handler after': { refunds: 1, messages: 1, mails: 0, deals: 0 },
      // Two orders. The mail to the team names no case: it was left, is observed, and goes out twice as before.
      'plain-script before': { refunds: 4, messages: 0, mails: 6, deals: 0 },
      'plain-script after': { refunds: 2, messages: 0, mails: 4, deals: 0 },
    });
    const report = await runHere([
      'report',
      '--json',
      '--ledger',
      `sqlite:${folderOf('plain-script', 'after')}/effects.db`,
    ]);
    expect(JSON.parse(report.out)).toMatchObject({ unscoped: { writes: 2, duplicates: 1 } });
  });
});

describe('the lint plugin', () => {
  it('finds the raw clients before, and afterwards the one that was left', async () => {
    const config = {
      jsPlugins: [fileURLToPath(new URL('../../../eslint-plugin/src/index.ts', import.meta.url))],
      categories: { correctness: 'off' },
      rules: Object.fromEntries(Object.keys(rules).map((name) => [`@oncely/${name}`, 'error'])),
    };
    writeFileSync(join(root, '.oxlintrc.json'), JSON.stringify(config));
    const { out } = await runTool('oxlint', ['--format', 'json', ...fixtureNames], root);
    const { diagnostics } = JSON.parse(out) as {
      readonly diagnostics: readonly {
        readonly code: string;
        readonly filename: string;
        readonly labels: readonly { readonly span: { readonly line: number } }[];
      }[];
    };
    const found = diagnostics
      .map(({ code, filename, labels }) => `${filename}:${labels[0]?.span.line} ${/\((.*)\)/.exec(code)?.[1]}`)
      .toSorted();
    expect(found.filter((line) => /\/(?:before|after)\//.test(line))).toEqual([
      'bullmq-worker/after/src/crm.ts:31 no-raw-vendor-write',
      'bullmq-worker/before/src/crm.ts:10 no-raw-vendor-write',
      'bullmq-worker/before/src/crm.ts:26 no-raw-vendor-write',
      'bullmq-worker/before/src/crm.ts:6 no-raw-vendor-write',
      'langgraph-agent/before/src/clients.ts:6 no-raw-vendor-write',
      'langgraph-agent/before/src/clients.ts:7 no-raw-vendor-write',
      'next-handler/before/app/api/refund/route.ts:26 no-retry-around-raw-write',
      'next-handler/before/app/api/refund/route.ts:6 no-raw-vendor-write',
      'next-handler/before/lib/stripe.ts:4 no-raw-vendor-write',
      'plain-script/before/late-parcels.js:11 no-raw-vendor-write',
      'plain-script/before/late-parcels.js:6 no-raw-vendor-write',
    ]);
  });
});

const compiled = join(tmpdir(), 'oncely-compile-cache');

async function drive(what: { readonly drives: readonly Drive[]; readonly redis: string }): Promise<void> {
  const file = fileURLToPath(new URL('drive.ts', import.meta.url));
  const args = ['--conditions', '@oncely/source', '--no-warnings', file, JSON.stringify(what)];
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, args, { env: { ...process.env, NODE_COMPILE_CACHE: compiled } }, (error, _out, err) => {
      if (error) reject(new Error(err || error.message));
      else resolve();
    });
  });
}
