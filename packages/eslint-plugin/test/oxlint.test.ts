import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rules } from '@oncely/eslint-plugin';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'oncely-oxlint-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const program = `
import Stripe from 'stripe';
import pRetry from 'p-retry';
const approvals = new Map();
const stripe = new Stripe(key);
await pRetry(() => stripe.refunds.create({ charge }));
await oncely.scope({ businessId: \`invoice_\${Date.now()}\`, workflowId: 'desk' }, work).catch(() => undefined);
await oncely.value('order', () => fetch(url, { method: 'POST' }));
`;

it('oxlint runs every rule as a JS plugin', async () => {
  const config = {
    jsPlugins: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    categories: { correctness: 'off' },
    rules: Object.fromEntries(Object.keys(rules).map((name) => [`@oncely/${name}`, 'error'])),
  };
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'program.js'), program);
  const oxlint = fileURLToPath(new URL('../../../node_modules/.bin/oxlint', import.meta.url));
  const said = await new Promise<string>((resolve) => {
    // It ends with 1, as it finds something.
    execFile(oxlint, ['--format', 'json', 'program.js'], { cwd: folder }, (_error, output) => resolve(output));
  });
  const { diagnostics } = JSON.parse(said) as { readonly diagnostics: readonly { readonly code: string }[] };
  const found = diagnostics.map(({ code }) => /\((?<rule>[\w-]+)\)/.exec(code)?.groups?.['rule'] ?? code);
  expect(found.toSorted()).toEqual(Object.keys(rules).toSorted());
});
