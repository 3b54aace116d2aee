/** Seeded randomness (mulberry32): one seed, one schedule. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of several, each by its weight; the weights make 1. */
export function weighted<T>(random: () => number, from: readonly (readonly [number, T])[]): T {
  let left = random();
  for (const [weight, value] of from) {
    left -= weight;
    if (left < 0) return value;
  }
  return (from[0] as readonly [number, T])[1];
}
