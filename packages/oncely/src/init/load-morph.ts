import { CommandError } from '../command-error.ts';
import { importFrom } from '../import-from.ts';

export type Morph = typeof import('ts-morph');

/**
 * ts-morph: the project's own, or one that was installed beside this command. It is asked for and no dependency, since
 * it brings a compiler (15 MB) that only `init` needs; that one is its own, whatever TypeScript the project has.
 *
 * @throws CommandError where there is none, with the two ways to get it.
 */
export async function loadMorph(cwd: string): Promise<Morph> {
  const loaded =
    (await importFrom(cwd, 'ts-morph')) ?? ((await import('ts-morph').catch(() => undefined)) as object | undefined);
  if (loaded) return loaded as Morph;
  throw new CommandError(
    'usage',
    [
      'init reads your code with ts-morph, which is not installed. Nothing was changed.',
      '  once:    npx --package oncely --package ts-morph oncely init',
      '  or here: npm install --save-dev ts-morph',
    ].join('\n'),
  );
}
