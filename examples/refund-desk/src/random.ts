/** Numbers from 0 up to 1 that a seed and a name decide, so that one seed repeats a run. */
export type Random = () => number;

/** A stream of its own for each name: what one part of a run draws does not shift what another draws. */
export function randomOf(seed: number, ...names: readonly (string | number)[]): Random {
  let state = hash(`${seed}/${names.join('/')}`);
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
