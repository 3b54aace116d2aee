import { readFileSync } from 'node:fs';

const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** A package with the version that the tests run with. */
export function versionOf(name: string): string {
  return `${name} ${devDependencies[name] ?? ''}`;
}
