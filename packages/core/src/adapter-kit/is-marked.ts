import type { Target } from '../adapter.ts';

/**
 * Whether a value that was read at the vendor is a marker of this effect, of whichever attempt. A marker alone is no
 * proof: what carries it must also be what the request was to make, in its material values and its state.
 */
export function isMarked(target: Pick<Target, 'marker' | 'markers'>, value: unknown): boolean {
  return typeof value === 'string' && markersIn(target).includes(value);
}

/** All markers under which the effect may stand at the vendor, the present one first. */
export function markersIn({ marker, markers }: Pick<Target, 'marker' | 'markers'>): readonly string[] {
  return markers ?? [marker];
}
