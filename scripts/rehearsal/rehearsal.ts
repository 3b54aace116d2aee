/**
 * Publishes every package to a private registry on loopback, as the release workflow does, and uses each one alone as a
 * stranger would: in fresh folders, by npm and pnpm, in TypeScript with both resolutions, in ES modules and by require.
 * `npm run rehearsal [-- part of a package's name]`; a few minutes. Ends by `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { installPnpm } from './pnpm.ts';
import { tryQuickstart } from './quickstart.ts';
import { startRegistry } from './registry.ts';
import { release } from './release.ts';
import { createReport } from './report.ts';
import { subjects } from './subjects.ts';
import { trySubject } from './try-subject.ts';

const print = (line: string): void => console.log(line);
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'oncely-rehearsal-'));
const report = createReport(print);
const part = process.argv[2] ?? '';

try {
  print(`Node ${process.version}; Verdaccio is being installed, which takes most of a minute.`);
  const registry = await startRegistry(join(folder, 'registry'));
  try {
    const released = await report.check('changeset version and publish of all packages', async () => {
      const all = await release(root, join(folder, 'copy'), registry);
      return all.map(({ name, version }) => `${name}@${version}`).join(' ');
    });
    if (released) {
      const pnpm = await installPnpm(join(folder, 'pnpm'), registry).catch((error: unknown) => {
        print(`pnpm could not be installed and is left out: ${String(error).split('\n')[0]}`);
      });
      if ('quickstart'.includes(part))
        await report.check('the README, from an empty folder', () =>
          tryQuickstart(root, join(folder, 'quickstart'), registry),
        );
      for (const subject of subjects.filter(({ name }) => name.includes(part)))
        await trySubject(subject, { report, registry, folder: join(folder, 'projects'), root, ...(pnpm && { pnpm }) });
    }
  } finally {
    await registry.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
print(`${report.passed} passed, ${report.failed} failed`);
process.exitCode = report.failed === 0 ? 0 : 1;
