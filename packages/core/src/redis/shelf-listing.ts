import type { ListAnswer, ListQuery, Row } from '../ledger.ts';
import { shelfPage, shelfRange } from '../shelves.ts';
import type { Bucket } from './buckets.ts';
import { callScript, type Calling } from './calling.ts';
import { readScript, shelfScript } from './scripts-read.ts';
import { rowOf } from './writing.ts';

/** Lists what lies on a shelf of retention, the oldest of all buckets first. */
export async function listShelf(
  calling: Calling,
  buckets: readonly Bucket[],
  query: ListQuery & { readonly shelf: NonNullable<ListQuery['shelf']> },
): Promise<ListAnswer> {
  const { from, after, untilOffset } = shelfRange(query);
  const count = query.limit + 1;
  let at = 0;

  const lyingIn = async (bucket: Bucket): Promise<{ bucket: Bucket; slot: string; dueAt: number }[]> => {
    const found: { bucket: Bucket; slot: string; dueAt: number }[] = [];
    // Of the same time as the last of the page before, those up to its slot are passed over.
    for (let skip = 0; found.length < count; skip += count) {
      const args = [from, Math.floor(untilOffset), skip, count].map(String);
      const reply = await callScript(calling, shelfScript, [bucket.due], args, 'reads');
      const [now, pairs] = reply as [string, string[]];
      at = Math.max(at, Number(now));
      for (let index = 0; index < pairs.length; index += 2) {
        const slot = pairs[index] ?? '';
        const dueAt = Number(pairs[index + 1]);
        if (dueAt > from || slot > after) found.push({ bucket, slot, dueAt });
      }
      if (pairs.length < 2 * count) break;
    }
    return found;
  };

  const lying = (await Promise.all(buckets.map(lyingIn))).flat();
  lying.sort((one, other) => one.dueAt - other.dueAt || (one.slot < other.slot ? -1 : 1));
  const page = lying.slice(0, count);
  const rows = new Map<string, Row>();
  await Promise.all(
    [...Map.groupBy(page, ({ bucket }) => bucket)].map(async ([bucket, own]) => {
      const keys = own.map(({ slot }) => bucket.row(slot));
      const [, ...found] = (await callScript(calling, readScript, keys, [], 'reads')) as [string, ...string[][]];
      own.forEach(({ slot }, index) => {
        const row = rowOf(slot, found[index] ?? []);
        if (row) rows.set(slot, row);
      });
    }),
  );
  const found = page.flatMap(({ slot, dueAt }) => {
    const row = rows.get(slot);
    return row ? [{ row, dueAt }] : [];
  });
  const answer = shelfPage(at, query.limit, found);
  // A row that was removed meanwhile must not make this look like the last page.
  const last = page.at(query.limit - 1);
  return page.length < count || answer.next !== undefined || !last
    ? answer
    : { ...answer, next: `${last.dueAt} ${last.slot}` };
}
