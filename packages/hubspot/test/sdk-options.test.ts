import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The names in the first column of the table behind a mark in the README. */
function inReadme(mark: string): string[] {
  const from = readme.indexOf(`<!-- sdk options: ${mark} -->`) + 10;
  const table = readme.slice(from, readme.indexOf('<!-- sdk options:', from));
  return [...table.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name ?? '');
}

/** The fields of interfaces in the installed SDK's types. */
function inSdk(sdk: string, file: string, ...names: string[]): string[] {
  const source = readFileSync(join(dirname(createRequire(import.meta.url).resolve(sdk)), file), 'utf8');
  const fields = names.flatMap((name) => {
    const [, body = ''] = new RegExp(`interface ${name}(?:<[^{]*>)? \\{\n([\\s\\S]*?)\n\\}`).exec(source) ?? [];
    return [...body.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm)].map(([, field]) => field ?? '');
  });
  return [...new Set(fields)].toSorted();
}

const perCall = 'codegen/crm/contacts/configuration.d.ts';

it.each(['@hubspot/api-client', 'hubspot-api-client-13'])(
  'the README says of every option of %s what is done',
  (sdk) => {
    const client = inSdk(sdk, 'src/configuration/IConfiguration.d.ts', 'IConfiguration');
    const call = inSdk(sdk, perCall, 'Configuration', 'MiddlewareMergeOptions');
    const request = inSdk(sdk, 'src/services/http/IHttpOptions.d.ts', 'IHttpOptions');
    expect([client.length, call.length, request.length]).toEqual([10, 5, 8]);
    expect(inReadme('client').toSorted()).toEqual(client);
    expect(inReadme('call').toSorted()).toEqual(call);
    expect(inReadme('apiRequest').toSorted()).toEqual(request);
  },
);
