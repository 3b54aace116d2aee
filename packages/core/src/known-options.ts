import { OncelyError, type ErrorCode } from './errors.ts';

/** Every name of an options type, so that one which is added there is not forgotten here. */
export type NamesOf<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses an option that a call does not know: misspelled, it would change nothing and say nothing. One that is
 * `undefined` is as good as left out.
 *
 * @throws OncelyError `code`, naming the option and the nearest that there is
 */
export function refuseUnknown(
  call: string,
  given: unknown,
  known: Readonly<Record<string, true>>,
  { code = 'invalid_input', left = 'Nothing was sent.' }: { readonly code?: ErrorCode; readonly left?: string } = {},
): void {
  if (given === undefined) return;
  const refuse = (problem: string, fix: string): never => {
    throw new OncelyError(code, { message: `${call}: ${problem}. ${left}`, fix, next: 'fix-code' });
  };
  const names = Object.keys(known);
  const all = `the options are ${names.join(', ')}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    refuse(
      `its options must be an object, got ${given === null ? 'null' : Array.isArray(given) ? 'an array' : typeof given}`,
      all,
    );
  }
  for (const [name, value] of Object.entries(given as object)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    const near = nearest(name, names);
    refuse(
      `${name.slice(0, 60)} is no option of it`,
      near === undefined ? all : `${near} in place of ${name.slice(0, 60)}; ${all}`,
    );
  }
}

/** Says of a part that a rule does not have which one may have been meant, and which there are. */
export function strayPart(at: string, stray: string, of: string, names: readonly string[]): string {
  const near = nearest(stray, names);
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  return `${at}.${stray.slice(0, 60)} is no part of a ${of}${meant}; its parts are ${names.join(', ')}`;
}

/** The name that was meant, where one is near enough. */
function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > 60) return undefined;
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '');
  const distances = names.map((each) => ({ each, far: distance(plain(name), plain(each)) }));
  const [best] = distances.toSorted((one, other) => one.far - other.far);
  if (best && best.far <= Math.max(2, Math.floor(best.each.length / 3))) return best.each;
  const [begun] = names.filter((each) => plain(each).startsWith(plain(name)) || plain(name).startsWith(plain(each)));
  return begun;
}

/** How many letters must be put in, left out or exchanged. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      line.push(Math.min((above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + same));
    }
    above = line;
  }
  return above[other.length] ?? 0;
}
