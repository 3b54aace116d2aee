/**
 * Installs our packages, packed, into fresh applications with other majors of the frameworks, and plays in each. Needs the
 * registry. `npm run check:majors`
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { manifestOf, problemsIn, projects, type Project } from './projects.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const here = fileURLToPath(new URL('./', import.meta.url));
const ours = ['core', 'stripe', 'agents', 'testing'];
const place = mkdtempSync(join(tmpdir(), 'oncely-majors-'));

function pack(): Record<string, string> {
  execFileSync('npm', ['run', '--silent', 'compile'], { cwd: root, stdio: 'inherit' });
  const args = ['pack', '--json', '--pack-destination', place, ...ours.map((name) => `./packages/${name}`)];
  const packed = JSON.parse(
    execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as { name: string; filename: string }[] | Record<string, { name: string; filename: string }>;
  return Object.fromEntries(Object.values(packed).map(({ name, filename }) => [name, join(place, filename)]));
}

function check(project: Project, tarballs: Record<string, string>): string[] {
  const folder = join(place, project.plays.replace('.ts', '') + projects.indexOf(project));
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifestOf(project, tarballs), null, 2));
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
  const installed = spawnSync('npm', [...args, ...(project.omitOptional ? ['--omit=optional'] : [])], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (installed.status !== 0) return [`npm install failed: ${installed.stderr.slice(-2_000)}`];
  for (const file of ['majors-desk.ts', 'projects.ts', project.plays]) cpSync(join(here, file), join(folder, file));
  const versions = Object.keys(project.dependencies).map((name) => {
    const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string;
    };
    return `${name} ${version}`;
  });
  console.log(`${project.name}: ${versions.join(', ')}`);
  const played = spawnSync(process.execPath, ['--no-warnings', project.plays], { cwd: folder, encoding: 'utf8' });
  console.log(`  ${played.stdout.trim()}`);
  return problemsIn(played.stdout, played.stderr);
}

let failed = 0;
try {
  const tarballs = pack();
  for (const project of projects) {
    const problems = check(project, tarballs);
    failed += problems.length;
    console.log(problems.length === 0 ? '  holds' : problems.map((problem) => `  FAILED ${problem}`).join('\n'));
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
console.log(`${projects.length} projects, ${failed} problems`);
process.exitCode = failed === 0 ? 0 : 1;
