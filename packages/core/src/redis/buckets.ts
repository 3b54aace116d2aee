import { workflowOfSlot } from '../contract.ts';

/** A part of the ledger whose keys lie in one hash slot of a cluster, so that one script may touch all of them. */
export interface Bucket {
  readonly ledger: string;
  readonly slots: string;
  readonly due: string;
  readonly workflows: string;
  readonly unsealed: string;
  row(slot: string): string;
}

export function bucketAt(prefix: string, index: number): Bucket {
  const tag = `{${prefix}:${index}}`;
  return {
    ledger: `${tag}:ledger`,
    slots: `${tag}:slots`,
    due: `${tag}:due`,
    workflows: `${tag}:workflows`,
    unsealed: `${tag}:unsealed`,
    row: (slot) => `${tag}:slot:${slot}`,
  };
}

/** Which bucket a workflow's slots lie in: FNV-1a, never to be changed. */
export function bucketOfWorkflow(workflow: string, buckets: number): number {
  if (buckets === 1) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < workflow.length; at += 1) hash = Math.imul(hash ^ workflow.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % buckets;
}

export function bucketOfSlot(slot: string, buckets: number): number {
  return bucketOfWorkflow(workflowOfSlot(slot), buckets);
}
