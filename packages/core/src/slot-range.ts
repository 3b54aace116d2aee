import type { ListQuery } from './ledger.ts';

/** Where in the order of slots a page of a listing may lie. */
export interface SlotRange {
  /** Only slots above this one. */
  readonly after: string;
  /** Only slots below this one. */
  readonly before: string;
  /** How many colons a slot must have; absent: any number. */
  readonly colons?: number;
}

/**
 * The range of a query. A workflow's slots lie side by side, between `workflow:` and `workflow;`. Those of a workflow
 * whose own name begins with this one's lie there too, and have more colons.
 */
export function slotRange({ after = '', workflow }: Pick<ListQuery, 'after' | 'workflow'>): SlotRange {
  // Above all printable ASCII.
  if (workflow === undefined) return { after, before: '\u007f' };
  const first = `${workflow}:`;
  return { after: after > first ? after : first, before: `${workflow};`, colons: first.split(':').length - 1 };
}
