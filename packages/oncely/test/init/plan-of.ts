import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'vitest';

import { atEndOfFile } from '../../../../scripts/at-end-of-file.ts';
import { loadMorph } from '../../src/init/load-morph.ts';
import { planOf, type Finding, type Plan, type PlanOptions } from '../../src/init/plan.ts';
import { readProject } from '../../src/init/user-project.ts';

const tm = await loadMorph(tmpdir());

export interface Planned extends Pick<Plan, 'install' | 'notes'> {
  readonly findings: readonly Finding[];
  /** The text of a file afterwards. */
  readonly after: (path: string) => string;
  /** Why a thing was left, by how it is written. */
  readonly left: Readonly<Record<string, string>>;
  readonly moved: Readonly<Record<string, string>>;
}

/**
 * Plans a project of these files. Whatever the case, two things hold: what comes out is read without an error, and a
 * second plan changes nothing.
 */
export function planned(files: Readonly<Record<string, string>>, options: Partial<PlanOptions> = {}): Planned {
  const folder = mkdtempSync(join(tmpdir(), 'oncely-plan-test-'));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  write(folder, { 'package.json': '{ "name": "shop", "type": "module" }', ...files });
  const all: PlanOptions = { businessIds: [], ledger: undefined, scopes: true, ...options };
  const { findings, changes, install, notes } = planOf(readProject(tm, folder), all);
  for (const { path, before } of changes) {
    if (before !== undefined) expect(readFileSync(join(folder, path), 'utf8')).toBe(before);
  }
  write(folder, Object.fromEntries(changes.map(({ path, after }) => [path, after])));
  for (const { path, after } of changes) {
    const { diagnostics = [] } = tm.ts.transpileModule(after, { fileName: path, reportDiagnostics: true });
    expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
  }
  expect(planOf(readProject(tm, folder), all).changes).toEqual([]);
  const texts = new Map(changes.map(({ path, after }) => [path, after]));
  return {
    findings,
    install,
    notes,
    after: (path) => texts.get(path) ?? files[path] ?? '',
    left: byWhat(
      findings.filter(({ becomes }) => becomes === undefined),
      ({ why }) => why ?? '',
    ),
    moved: byWhat(
      findings.filter(({ becomes }) => becomes !== undefined),
      ({ becomes }) => becomes ?? '',
    ),
  };
}

function byWhat(findings: readonly Finding[], text: (finding: Finding) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map((each) => [each.what, text(each)]));
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
