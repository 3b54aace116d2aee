import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { runHere } from '../surroundings.ts';
import { planned } from './plan-of.ts';

describe('a client moves into the config', () => {
  it('wherever it is made, when the config can make it too', () => {
    const { after, moved } = planned({
      'desk.ts': `import nodemailer from 'nodemailer';
import Stripe, { type Stripe as Api } from 'stripe';

let stripe: Stripe | undefined;
export function getStripe(): Stripe {
  return (stripe ??= new Stripe(process.env.STRIPE_KEY!, {
    timeout: 5_000, // theirs is longer
  }));
}
export class Desk {
  mail = nodemailer.createTransport('smtp://localhost');
  refund = (orderId: string): Promise<Api.Refund> => getStripe().refunds.create({ charge: orderId });
}
`,
    });
    expect(after('desk.ts')).toContain('return (stripe ??= oncely.clients.stripe);');
    expect(after('desk.ts')).toContain('mail = oncely.clients.email;');
    expect(after('desk.ts')).toContain(`oncely.effect('refunds-create'`);
    expect(after('desk.ts')).toContain(`import Stripe, { type Stripe as Api } from 'stripe';`);
    expect(after('oncely.config.ts')).toContain(`        new Stripe(process.env.STRIPE_KEY!, {
          timeout: 5_000, // theirs is longer
          ...config,
        }),`);
    expect(after('oncely.config.ts')).toContain(`unscoped: 'observe',`);
    expect(Object.keys(moved)).toContain('nodemailer.createTransport');
  });

  it('once where two are made alike, and under two names where they differ', () => {
    const { after } = planned({
      'a.ts': `import Stripe from 'stripe';\nexport const stripe = new Stripe(process.env.A!);\n`,
      'b.ts': `import Stripe from 'stripe';\nexport const stripe = new Stripe( process.env.A! );\n`,
      'c.ts': `import Stripe from 'stripe';\nexport const eu = new Stripe(process.env.C!, {});\n`,
    });
    expect(after('b.ts')).toContain('stripe = oncely.clients.stripe;');
    expect(after('c.ts')).toContain('eu = oncely.clients.eu;');
    expect(after('oncely.config.ts').match(/new Stripe\([^)]*\)/g)).toEqual([
      'new Stripe(process.env.A!, config)',
      'new Stripe(process.env.C!, config)',
    ]);
  });

  it('beside those that the config has', () => {
    const { after } = planned({
      'oncely.config.ts': `import { createOncely } from '@oncely/core';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';

// ours
export const oncely = createOncely({
  ledger,
  clients: {
    stripe: oncelyStripe((config) => new Stripe(process.env.STRIPE_KEY!, config)), // live
  },
});
`,
      'src/chat.ts': `import { WebClient } from "@slack/web-api";\nexport const slack = new WebClient(process.env.SLACK_TOKEN);\n`,
      'src/pay.ts': `import Stripe from 'stripe';\nexport const stripe = new Stripe(process.env.STRIPE_KEY!);\n`,
    });
    expect(after('src/chat.ts')).toContain(`import { oncely } from "../oncely.config.ts";`);
    expect(after('src/pay.ts')).toContain('oncely.clients.stripe');
    const config = after('oncely.config.ts');
    expect(config).toContain('// ours');
    expect(config).toContain(`new Stripe(process.env.STRIPE_KEY!, config)), // live
    slack: oncelySlack((config) => new WebClient(process.env.SLACK_TOKEN, config)),
  },`);
    expect(config).toContain(`import { oncelySlack } from '@oncely/slack';`);
  });

  it('into a list of one line, into an empty one, and not where there is none', () => {
    const chat = {
      'chat.ts': `import { WebClient } from '@slack/web-api';\nexport const slack = new WebClient(process.env.T);\n`,
    };
    const config = (clients: string): string => `import { createOncely } from '@oncely/core';
export const oncely = createOncely({ ledger${clients} });
`;
    const one = planned({ ...chat, 'oncely.config.ts': config(', clients: { stripe }') });
    expect(one.after('oncely.config.ts')).toMatch(/clients: \{ stripe, *\n.*slack: oncelySlack/);
    const none = planned({ ...chat, 'oncely.config.ts': config(', clients: {}') });
    expect(none.after('oncely.config.ts')).toMatch(/clients: \{\n.*slack: oncelySlack.*,\n\}/);
    const missing = planned({ ...chat, 'oncely.config.ts': config('') });
    expect(missing.left['new WebClient']).toMatch(/^the config has no list `clients/);
  });

  it.each([
    ['export const app = createOncely({ clients: {} });', `import { app as oncely } from './effects.ts';`],
    ['export default createOncely({ clients: {} });', `import oncely from './effects.ts';`],
    [
      'const app = createOncely({ clients: {} });\nexport { app as desk };',
      `import { desk as oncely } from './effects.ts';`,
    ],
  ])('whatever it is called: %s', (made, expected) => {
    const files = {
      'effects.ts': `import { createOncely } from '@oncely/core';\n${made}\n`,
      'chat.ts': `import { WebClient } from '@slack/web-api';\nexport const slack = new WebClient(process.env.T);\n`,
    };
    expect(planned(files).after('chat.ts')).toContain(expected);
  });

  it('not where nothing can import it', () => {
    const { left, after } = planned({
      'effects.ts': `import { createOncely } from '@oncely/core';\nconst app = createOncely({ clients: {} });\n`,
      'chat.ts': `import { WebClient } from '@slack/web-api';\nexport const slack = new WebClient(process.env.T);\n`,
    });
    expect(left['createOncely']).toMatch(/^it is not exported/);
    expect(after('chat.ts')).toContain('new WebClient');
  });

  it("of TypeScript's own require", () => {
    const { after } = planned({
      'desk.cts': `import Stripe = require('stripe');\nexport const stripe = new Stripe(process.env.K!);\n`,
    });
    expect(after('oncely.config.ts')).toContain(`import Stripe from 'stripe';`);
    expect(after('desk.cts')).toContain('stripe = oncely.clients.stripe;');
  });

  it('of CommonJS, and into a Postgres where the project has one', () => {
    const { after, install, notes } = planned({
      'package.json': '{ "name": "shop", "dependencies": { "pg": "8" } }',
      'desk.js': `'use strict';
const { Client } = require('@hubspot/api-client');
const hubspot = new Client({ accessToken: process.env.HUBSPOT_TOKEN });

exports.open = (orderId) => hubspot.crm.deals.basicApi.create({ properties: { dealname: orderId }, associations: [] });
`,
    });
    expect(after('desk.js')).toContain(`'use strict';\nconst { oncely } = require('./oncely.config.mjs');\n`);
    expect(after('desk.js')).toContain(`oncely.effect('deals-create'`);
    expect(install).toEqual(['@oncely/core', '@oncely/hubspot']);
    expect(notes).toEqual([expect.stringMatching(/npx @oncely\/hubspot provision/)]);
    expect(after('oncely.config.mjs')).toContain('postgresLedger(new pg.Pool(');
    expect(after('oncely.config.mjs')).toContain('new Client({ accessToken: process.env.HUBSPOT_TOKEN, ...config })');
  });
});

describe('a client is left', () => {
  it.each([
    ['its option `httpClient` and ours', 'new Stripe(process.env.K!, { httpClient: own })'],
    ['it is made with `key` of this file', 'new Stripe(key)'],
    ['Stripe is made without its key', 'new Stripe()'],
    ['its arguments are spread', 'new Stripe(...process.argv)'],
    ['its arguments use `await`', 'new Stripe(await process.env.K)'],
  ])('%s', (why, made) => {
    const code = `import Stripe from 'stripe';
import { own } from 'own';
const key = String(process.env.K);
const stripe = ${made};
export const refund = (orderId: string) => stripe.refunds.create({ charge: key, metadata: { orderId, own } });
`;
    const { left, after } = planned({ 'desk.ts': code });
    expect(left['new Stripe']).toContain(why);
    expect(left['stripe.refunds.create']).toBe('its client stays raw');
    expect(after('desk.ts')).toBe(code);
  });

  it('where its arguments come from a file that leads back to a client', () => {
    const files = {
      'keys.ts': `import { stripe } from './stripe.ts';\nexport const keys = { live: 'sk', stripe: () => stripe };\n`,
      'stripe.ts': `import Stripe from 'stripe';
import { keys } from './keys.ts';
export const stripe = new Stripe(keys.live);
`,
    };
    const { left, after } = planned(files);
    expect(left['new Stripe']).toBe(
      '`keys` comes from stripe.ts, which makes or uses clients: the two would import each other',
    );
    expect(after('stripe.ts')).toBe(files['stripe.ts']);
  });

  it('and so are the writes through one that is handed in, while one of its kind is', () => {
    const service = `import type { WebClient } from '@slack/web-api';
export class Announcer {
  constructor(private readonly slack: WebClient) {}
  tell(orderId: string) {
    return this.slack.chat.postMessage({ channel: 'C1', text: 'Order ' + orderId });
  }
}
`;
    const main = (made: string): string => `import { WebClient } from '@slack/web-api';
import { Announcer } from './announcer.ts';
export const make = (token: string) => [new Announcer(${made}), token];
`;
    const moved = planned({ 'announcer.ts': service, 'main.ts': main('new WebClient(process.env.T)') });
    expect(moved.after('announcer.ts')).toContain(`workflowId: 'announcer' }`);
    const left = planned({ 'announcer.ts': service, 'main.ts': main('new WebClient(token)') });
    expect(left.left['this.slack.chat.postMessage']).toBe('its client stays raw');
  });

  it('in tests, in builds and where nothing of a vendor is', () => {
    const code = `import Stripe from 'stripe';\nexport const stripe = new Stripe('sk_test_1');\n`;
    const { findings } = planned({
      'desk.test.ts': code,
      'dist/desk.js': code,
      'other.ts': `import { Client } from 'pg';\nexport const client = new Client();\n`,
    });
    expect(findings).toEqual([]);
  });
});

describe('the command', () => {
  it('shows, and writes only when it is told to', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'oncely-shop-'));
    const code = `import Stripe from 'stripe';\nexport const stripe = new Stripe(process.env.STRIPE_KEY!);\n`;
    writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(cwd, 'stripe.ts'), code);
    const shown = await runHere(['init'], { cwd });
    expect(shown.out).toMatch(
      /^--- \/dev\/null\n[^]*\+export const stripe = oncely\.clients\.stripe;[^]*Nothing was written/,
    );
    expect([readdirSync(cwd), readFileSync(join(cwd, 'stripe.ts'), 'utf8')]).toEqual([
      ['package.json', 'stripe.ts'],
      code,
    ]);
    const written = await runHere(['init', '--write'], { cwd });
    expect(written.out).toMatch(/Written: oncely\.config\.ts, stripe\.ts$/);
    const again = await runHere(['init', '--write'], { cwd });
    expect(again.out).toBe('Nothing to move.');
    rmSync(cwd, { recursive: true });
  });

  it('says what it needs', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'oncely-empty-'));
    expect(await runHere(['init'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^There is no package\.json/),
    });
    rmSync(cwd, { recursive: true });
  });

  it('asks for ts-morph where there is none, and reads nothing', async () => {
    const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
    const none = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (name, context, next) => { if (name === 'ts-morph') throw new Error('none'); return next(name, context); } });`;
    const args = [
      '--conditions',
      '@oncely/source',
      '--no-warnings',
      '--import',
      `data:text/javascript,${encodeURIComponent(none)}`,
      cli,
      'init',
    ];
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, { cwd: tmpdir() }, (error, _out, err) => resolve(`${error?.code}\n${err}`));
    });
    expect(said).toMatch(
      /^2\ninit reads your code with ts-morph[^]*npx --package oncely --package ts-morph oncely init/,
    );
  });
});
