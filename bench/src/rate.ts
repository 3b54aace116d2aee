/** How many a second, with `width` of them under way at any time. */
export async function rateOf(run: () => unknown, width: number, turnMs: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - start < turnMs) {
      await run();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return (done / (performance.now() - start)) * 1_000;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
