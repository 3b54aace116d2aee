import { sha256 } from '../fingerprint.ts';
import type { AuditEntry, AuditRow } from '../ledger.ts';
import type { LedgerSession } from '../ledger-session.ts';

/** What retention does to what it keeps: drops a result, seals anew, puts off until it is due, deletes. */
export type ByRetention = 'drop_result' | 'reseal' | 'defer' | 'delete';

/** The body of the event by which retention says what it does. */
export function retentionBody(decision: ByRetention): { type: 'decided'; decision: ByRetention; by: 'retention' } {
  return { type: 'decided', decision, by: 'retention' };
}

/** The next event of a slot that is no effect's, which has no chain in its record: values, checkpoints, counts. */
export async function nextEvent(session: LedgerSession, slot: string, decision: ByRetention): Promise<AuditEntry> {
  const last = (await session.ledger.history(slot)).at(-1);
  const sequence = (last?.sequence ?? 0) + 1;
  const previous = last === undefined ? '' : sha256(last.doc);
  return { sequence, doc: JSON.stringify({ sequence, previous, ...retentionBody(decision) }) };
}

/** What retention says in an event; `undefined` where it is another's. */
export function retentionOf({ doc }: AuditRow): string | undefined {
  try {
    const { type, decision, by } = JSON.parse(doc) as Record<string, unknown>;
    return type === 'decided' && by === 'retention' ? String(decision) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an event says that retention deletes the record: from there on it may be gone, or begin anew. */
export function isDeletion(event: AuditRow): boolean {
  return retentionOf(event) === ('delete' satisfies ByRetention);
}
