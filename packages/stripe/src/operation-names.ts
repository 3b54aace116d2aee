import { olderPaths } from './older-paths.ts';
import { entryNamed, entryOf, table } from './table.ts';

/** The names that older paths had before they were known to be the same, whatever stands for their ids. */
const older: readonly (readonly [older: RegExp, name: string])[] = olderPaths.map(({ method, path, same }) => [
  new RegExp(`^stripe\\.${method.toLowerCase()}${path.replaceAll('/', '\\.').replaceAll(':id', '[^.]+')}$`),
  `stripe.${same}`,
]);

/** Every name there is, `*` for paths that the table does not know. */
export const operationNames: readonly string[] = [
  ...new Set(table.map(({ name }) => `stripe.${name}`)),
  'stripe.post.*',
  'stripe.delete.*',
];

/** The one name of what several methods of the SDK, or an older path, do. */
export function canonicalName(name: string): string {
  const known = older.find(([path]) => path.test(name))?.[1];
  if (known !== undefined) return known;
  const entry = entryNamed(name);
  const first = entry && entryOf(entry.method, entry.path.replaceAll(':id', 'ID_1'));
  return first ? `stripe.${first.name}` : name;
}
