/** A path into JSON: names of members, `*` for all of them. Lists are gone through with or without a `*`. */
export type Path = readonly string[];

const mark = '[redacted]';

export function pathsOf(paths: readonly string[]): Path[] {
  return paths.map((path) => path.split('.'));
}

/** A copy in which what the paths lead to is replaced by a mark. */
export function redacted(value: unknown, paths: readonly Path[]): unknown {
  if (paths.length === 0 || value === null || value === undefined) return value;
  if (leadsHere(paths)) return mark;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => redacted(item, [...paths, ...under(paths, String(index))]));
  }
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redacted(item, under(paths, name))]));
}

/** A copy of only what the paths lead to. */
export function picked(value: unknown, paths: readonly Path[]): unknown {
  if (leadsHere(paths)) return value;
  if (paths.length === 0 || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => picked(item, [...paths, ...under(paths, String(index))]) ?? null);
  }
  const members = Object.entries(value).map(([name, item]) => [name, picked(item, under(paths, name))] as const);
  return Object.fromEntries(members.filter(([, item]) => item !== undefined));
}

function leadsHere(paths: readonly Path[]): boolean {
  return paths.some((path) => path.length === 0);
}

/** What is left of the paths behind a name. */
function under(paths: readonly Path[], name: string): Path[] {
  return paths.filter(([first]) => first === name || first === '*').map((path) => path.slice(1));
}
