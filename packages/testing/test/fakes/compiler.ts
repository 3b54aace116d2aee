import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** What TypeScript says to a module, a line each; `types` is where an SDK's own types lie, by its name. */
export async function compilerSays(
  source: string,
  types: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'oncely-compiled-'));
  const config = {
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: Object.fromEntries(Object.entries(types).map(([name, file]) => [name, [file]])),
    },
    files: ['answers.ts'],
  };
  try {
    await Promise.all([
      writeFile(join(folder, 'answers.ts'), source),
      writeFile(join(folder, 'package.json'), '{ "type": "module" }'),
      writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config)),
    ]);
    return await new Promise((resolve) => {
      execFile(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], (error, stdout) => {
        const told = stdout.split('\n').filter((line) => line !== '');
        resolve(error && told.length === 0 ? [error.message] : told);
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
