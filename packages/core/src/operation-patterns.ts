/** What is declared for an operation, by its exact name or by patterns with `*`: the longest that fits comes first. */
export function matching<T>(declared: Readonly<Record<string, T>>, operation: string): T[] {
  return Object.entries(declared)
    .filter(([pattern]) => fits(pattern, operation))
    .sort(([one], [other]) => Number(other === operation) - Number(one === operation) || other.length - one.length)
    .map(([, value]) => value);
}

function fits(pattern: string, operation: string): boolean {
  if (!pattern.includes('*')) return pattern === operation;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(operation);
}
