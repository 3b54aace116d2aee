import type { HeldWorkflows } from '../ledger.ts';
import type { Bucket } from './buckets.ts';
import { callScript, type Calling } from './calling.ts';
import { heldScript } from './scripts-read.ts';
import { workflowRowOf } from './writing.ts';

/** Some of the workflows that are not running, one bucket after the other; the cursor is a bucket and its own. */
export async function heldPage(calling: Calling, buckets: readonly Bucket[], after = '0 0'): Promise<HeldWorkflows> {
  const [index = 0, from = 0] = after.split(' ').map(Number);
  const bucket = buckets[index];
  if (!bucket) return { rows: [] };
  const reply = await callScript(calling, heldScript, [bucket.workflows], [String(from)], 'reads');
  const [cursor = '0', ...pairs] = reply as string[];
  const rows = Array.from({ length: pairs.length / 2 }, (_, at) =>
    workflowRowOf(pairs[2 * at] ?? '', pairs[2 * at + 1] ?? ''),
  );
  const next = cursor === '0' ? `${index + 1} 0` : `${index} ${cursor}`;
  return { rows, ...(cursor === '0' && index + 1 >= buckets.length ? {} : { next }) };
}
