import { isEffectSlot } from '../contract.ts';
import { sha256 } from '../fingerprint.ts';
import type { AuditedRow, AuditRow } from '../ledger.ts';
import type { AuditHead } from '../lifecycle/audit.ts';
import { countOf } from '../lifecycle/attempts.ts';
import { salientDigest, sealedDigest } from '../lifecycle/salient.ts';
import type { EffectRecord } from '../record.ts';
import { isDeletion, retentionOf } from './by-retention.ts';
import { isWrittenOnce } from './reserved.ts';
import { eventsDigest, recordOf, rowDigest, type Leaf } from './seal.ts';
import type { AuditProblem } from './verify.ts';

/** What of a record is not as it was sealed. */
export function leafProblems(row: AuditedRow, leaf: Leaf): AuditProblem[] {
  const problems: AuditProblem[] = [];
  const found = (kind: AuditProblem['kind'], detail: string): void => {
    problems.push({ kind, slot: row.slot, detail });
  };
  // A seal may stand between what says that a record goes and its removal.
  const deletedSince = row.events.some(
    (event) =>
      isDeletion(event) &&
      (event.sequence > leaf.sequence || (event.sequence === leaf.sequence && row.revision !== leaf.revision)),
  );
  if (deletedSince) {
    // Retention said so: what stands there now began anew.
  } else if (row.revision < leaf.revision) {
    found('record', `is at revision ${row.revision}, and was sealed at ${leaf.revision}`);
  } else if (row.revision === leaf.revision && rowDigest(row) !== leaf.row) {
    found('record', `is at the revision ${row.revision} that was sealed, and not as it was`);
  } else if (isWrittenOnce(row.slot) && !rewrittenByRetention(row, leaf)) {
    found('record', 'was written again, and no event says why');
  }
  const covered = row.events.filter(({ sequence }) => sequence <= leaf.sequence);
  if (eventsDigest(covered) !== leaf.events) {
    const count = covered.length === leaf.sequence ? '' : ` (${covered.length} of ${leaf.sequence} are there)`;
    found('event', `the events up to ${leaf.sequence} are not those that were sealed${count}`);
  }
  if (deletedSince) return problems;
  const record = recordOf(row);
  const writes = row.revision - leaf.revision;
  if (record && writes > mostWrites(record, row, leaf)) {
    found('record', `was written ${writes} times since it was sealed, for which there are too few events`);
  }
  if (
    record &&
    record.chain.sequence === leaf.sequence &&
    safely(() => sealedDigest(record, leaf.attempts)) !== leaf.record
  ) {
    found('record', 'is not as it was sealed, and no event says why');
  }
  return problems;
}

/** Whether of each write since then an event of retention's says that it is one. */
function rewrittenByRetention({ revision, events }: AuditedRow, leaf: Leaf): boolean {
  const since = events.filter(({ sequence }) => sequence > leaf.sequence);
  return revision - leaf.revision === since.length && since.every((event) => retentionOf(event) !== undefined);
}

/** How often a record can have been written since: each write of ours adds an event or an attempt. */
function mostWrites(record: EffectRecord, { events }: AuditedRow, leaf: Leaf): number {
  const added = events.length - leaf.sequence;
  // Compaction takes the attempts away, each of which left an event of its end.
  return added + (record.tombstone ? added : Math.max(0, countOf(record.attempts) - leaf.attempts));
}

/** What of an effect's record and events does not hold together by itself, sealed or not. */
export function chainProblems(row: AuditedRow): AuditProblem[] {
  const { slot, events } = row;
  const record = recordOf(row);
  if (!isEffectSlot(slot)) return [];
  if (!record) return [{ kind: 'record', slot, detail: 'is not a record' }];
  const problems: AuditProblem[] = [];
  let previous = '';
  for (const [index, event] of events.entries()) {
    const head = headOf(event);
    if (event.sequence !== index + 1 || head?.sequence !== event.sequence) {
      problems.push({ kind: 'event', slot, detail: `event ${event.sequence} is out of order` });
      return problems;
    }
    if (head.previous !== previous) {
      problems.push({ kind: 'event', slot, detail: `event ${event.sequence} does not follow the one before it` });
      return problems;
    }
    previous = sha256(event.doc);
  }
  if (record.chain.sequence !== events.length || record.chain.hash !== previous) {
    const detail = `the record knows ${record.chain.sequence} events, and these ${events.length} are not they`;
    problems.push({ kind: 'event', slot, detail });
    return problems;
  }
  const last = events.at(-1);
  if (last && !leftBy(record, headOf(last))) {
    problems.push({ kind: 'record', slot, detail: `is not as event ${last.sequence} left it` });
  }
  return problems;
}

function leftBy(record: EffectRecord, head: AuditHead | undefined): boolean {
  return head !== undefined && safely(() => salientDigest(record, head.record.attempts)) === head.record.digest;
}

function headOf({ doc }: AuditRow): AuditHead | undefined {
  return safely(() => JSON.parse(doc) as AuditHead);
}

/** What somebody else wrote may be of any shape. */
export function safely<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
