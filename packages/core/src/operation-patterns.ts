/** What is declared for an operation, by its exact name or by patterns with `*`: the longest that fits comes first. */
export function matching<T>(declared: Readonly<Record<string, T>>, operation: string): T[] {
  return Object.entries(declared)
    .filter(([pattern]) => fits(pattern, operation))
    .sort(([one], [other]) => Number(other === operation) - Number(one === operation) || other.length - one.length)
    .map(([, value]) => value);
}

/** Whether a name, or a pattern with `*`, fits an operation. */
export function fits(pattern: string, operation: string): boolean {
  if (!pattern.includes('*')) return pattern === operation;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(operation);
}

/** Whether some operation could fit both patterns. */
export function meet(one: string, other: string): boolean {
  const known = new Map<string, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const [a, b] = [one[i], other[j]];
    const result =
      a === undefined && b === undefined
        ? true
        : a === '*'
          ? from(i + 1, j) || (b !== undefined && from(i, j + 1))
          : b === '*'
            ? from(i, j + 1) || (a !== undefined && from(i + 1, j))
            : a !== undefined && a === b && from(i + 1, j + 1);
    known.set(key, result);
    return result;
  };
  return from(0, 0);
}
