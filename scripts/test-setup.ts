/**
 * Vitest setup, run for each test file. What the file's helpers opened is closed with it, and a test that prints, or makes Node print a warning, fails. A test that expects output mocks it
 * (`vi.spyOn(console, 'warn').mockImplementation(() => {})`) and asserts on it.
 */
import { inspect } from 'node:util';

import { afterAll, afterEach, vi } from 'vitest';

import { endFile } from './at-end-of-file.ts';

const stray: string[] = [];

// Vitest has its own console, which does not write to the process's streams.
for (const method of ['debug', 'dir', 'error', 'info', 'log', 'table', 'trace', 'warn'] as const) {
  console[method] = (...values: unknown[]): void => {
    const texts = values.map((value) => (typeof value === 'string' ? value : inspect(value)));
    stray.push(`console.${method}: ${texts.join(' ')}`);
  };
}

for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (chunk: unknown): boolean => {
    // node:sqlite announces itself on Node 22.
    if (!String(chunk).includes('ExperimentalWarning: SQLite')) stray.push(`process.${name}: ${String(chunk)}`);
    return true;
  };
}

function failOnStrayOutput(): void {
  const lines = stray.splice(0);
  if (lines.length > 0) throw new Error(`Stray output:\n${lines.join('\n')}`);
}

afterEach(failOnStrayOutput);
afterAll(failOnStrayOutput);
afterAll(endFile);
// Vitest takes stubs back before the next test, which would be too late for the next file's hooks.
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
