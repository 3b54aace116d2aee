/**
 * Writes into each package.json which repository it is published from, as the workflow's own environment says
 * (GITHUB_SERVER_URL, GITHUB_REPOSITORY): npm accepts a provenance statement only where the two agree, and makes the
 * README's relative links work by it. Run by the release workflow right before it publishes; nothing is committed.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
if (!server || !repository) throw new Error('GITHUB_SERVER_URL and GITHUB_REPOSITORY must be set');

for (const file of globSync('packages/*/package.json')) {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  manifest['repository'] = { type: 'git', url: `git+${server}/${repository}.git`, directory: dirname(file) };
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
