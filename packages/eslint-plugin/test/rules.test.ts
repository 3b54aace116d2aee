import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { ESLint, RuleTester } from 'eslint';
import plugin, { rules } from '@oncely/eslint-plugin';
import { describe, expect, it } from 'vitest';

// The cases are those of the docs: what is bad is reported at each line that ends in the id of its message, in order,
// and a block "fixed" is what the fix makes of the block before it.

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { ecmaVersion: 'latest', sourceType: 'module' } });
const docs = new URL('../docs/', import.meta.url);

interface Invalid {
  readonly code: string;
  readonly errors: { readonly messageId: string; readonly line: number }[];
  output: string | null;
}

function casesOf(page: string): { valid: string[]; invalid: Invalid[] } {
  const [head = '', good = ''] = page.split('\n## Good\n');
  const bad = head.split('\n## Bad\n')[1] ?? '';
  const blocks = (text: string): { code: string; info: string }[] =>
    [...text.matchAll(/^```js(?<info>[^\n]*)\n(?<code>.*?)^```$/gms)].map(({ groups }) => ({
      code: groups?.['code'] ?? '',
      info: (groups?.['info'] ?? '').trim(),
    }));
  const invalid: Invalid[] = [];
  for (const { code, info } of blocks(bad)) {
    const before = invalid.at(-1);
    if (info === 'fixed' && before) {
      before.output = code;
      continue;
    }
    const errors = code.split('\n').flatMap((line, at) => {
      const messageId = /\/\/ (?<id>\w+)$/.exec(line)?.groups?.['id'];
      // Alone on its line it speaks of the line before.
      return messageId === undefined ? [] : [{ messageId, line: line.trim().startsWith('//') ? at : at + 1 }];
    });
    invalid.push({ code, errors, output: null });
  }
  return { valid: blocks(good).map(({ code }) => code), invalid };
}

for (const [name, rule] of Object.entries(rules)) {
  const { valid, invalid } = casesOf(readFileSync(new URL(`${name}.md`, docs), 'utf8'));
  it(`${name} has cases of both kinds in its page`, () => {
    expect(valid.length).toBeGreaterThan(1);
    expect(invalid.length).toBeGreaterThan(1);
    for (const { errors } of invalid) expect(errors.length).toBeGreaterThan(0);
  });
  tester.run(
    name,
    rule as never,
    { valid, invalid: invalid.map((each) => ({ ...each, errors: [...each.errors] })) } as never,
  );
}

it('each page is of a rule, and each rule has a page', () => {
  const pages = readdirSync(docs).map((file) => basename(file, '.md'));
  expect(pages.toSorted()).toEqual(Object.keys(rules).toSorted());
});

it('the recommended configuration turns every rule on', async () => {
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: [plugin.configs.recommended as never] });
  const [result] = await eslint.lintText("import Stripe from 'stripe';\nexport const stripe = new Stripe('sk');\n");
  expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(['oncely/no-raw-vendor-write']);
  expect(Object.keys(plugin.configs.recommended.rules)).toHaveLength(Object.keys(rules).length);
});
