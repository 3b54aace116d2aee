import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { run } from '../vendors/run-command.ts';
import { readInstalled, type Project } from './project.ts';
import { codeBlocks } from '../docs/code-blocks.ts';
import { linksOf } from '../docs/links.ts';

/** How a package is used that has no effects of its own to count. */
export const uses: Readonly<
  Record<string, { readonly what: string; readonly work: (project: Project) => Promise<string> } | undefined>
> = {
  '@oncely/core': { what: 'its pages ship', work: readPages },
  oncely: { what: 'explains an error, and shows an empty ledger', work: useCommand },
  '@oncely/testing': { what: "the README's crashTest kills the README's agent everywhere", work: killAgent },
  '@oncely/eslint-plugin': { what: "the README's config finds a raw client", work: useEslintPlugin },
};

async function readPages(project: Project): Promise<string> {
  const index = readInstalled(project, '@oncely/core', 'llms.txt');
  const pages = linksOf(index).map(({ target }) => target.split('#')[0] ?? '');
  const own = pages.filter((page) => page.startsWith('docs/'));
  for (const page of own) readInstalled(project, '@oncely/core', page);
  if (own.length < 10) throw new Error(`llms.txt links to few of its pages: ${own.join(', ')}`);
  return `llms.txt and the ${own.length} that it links to`;
}

async function useCommand(project: Project): Promise<string> {
  const oncely = (...args: string[]): Promise<string> =>
    run(process.execPath, [join(project.folder, 'node_modules/oncely/dist/cli.js'), ...args], {
      cwd: project.folder,
      env: project.env,
    });
  const explained = await oncely('explain', 'in_doubt');
  if (!explained.includes('the answer was lost')) throw new Error(`it explains: ${explained}`);
  await oncely('migrate', '--ledger', 'sqlite:effects.db');
  const status = await oncely('status', '--ledger', 'sqlite:effects.db', '--json');
  JSON.parse(status);
  const shim = await run(join(project.folder, 'node_modules/.bin/oncely'), ['--version'], {
    cwd: project.folder,
    env: project.env,
  });
  return shim.trim();
}

async function killAgent(project: Project): Promise<string> {
  const readme = readInstalled(project, '@oncely/testing', 'README.md');
  for (const { notes, code } of codeBlocks(readme))
    if (notes['file'] !== undefined) writeFileSync(join(project.folder, notes['file']), code);
  const table = await run(process.execPath, ['crash-test.ts'], { cwd: project.folder, env: project.env });
  const lines = table.split('\n').filter((line) => line.startsWith('ok'));
  if (lines.length < 10) throw new Error(`it killed the agent only so often:\n${table}`);
  return `${lines.length} deaths`;
}

async function useEslintPlugin(project: Project): Promise<string> {
  const readme = readInstalled(project, '@oncely/eslint-plugin', 'README.md');
  const config = codeBlocks(readme).find(({ language }) => language === 'js')?.code ?? '';
  writeFileSync(join(project.folder, 'eslint.config.js'), config);
  writeFileSync(
    join(project.folder, 'desk.js'),
    `import Stripe from 'stripe';\nexport const stripe = new Stripe(process.env.STRIPE_KEY);\n`,
  );
  const eslint = join(project.folder, 'node_modules/.bin/eslint');
  try {
    await run(eslint, ['desk.js'], { cwd: project.folder, env: project.env });
  } catch (error) {
    if (String(error).includes('oncely/no-raw-vendor-write')) return 'no-raw-vendor-write';
    throw error;
  }
  throw new Error('it found nothing');
}
