import { entryNamed, entryOf, table } from './table.ts';

/** Older paths that Stripe still takes, and what the SDK has for the same. */
const older: readonly (readonly [older: RegExp, name: string])[] = [
  [/^stripe\.post\.v1\.charges\.[^.]+\.refunds?$/, 'stripe.refunds.create'],
  [/^stripe\.post\.v1\.customers\.[^.]+\.subscriptions?$/, 'stripe.subscriptions.create'],
  [/^stripe\.post\.v1\.customers\.[^.]+\.subscriptions\.[^.]+$/, 'stripe.subscriptions.update'],
  [/^stripe\.delete\.v1\.customers\.[^.]+\.subscriptions?(\.[^.]+)?$/, 'stripe.subscriptions.cancel'],
];

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
