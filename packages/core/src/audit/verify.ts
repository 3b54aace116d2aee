import { lengthOf } from '../attention.ts';
import { isDeletion } from './by-retention.ts';
import { isEffectSlot } from '../contract.ts';
import type { AuditedRow, LedgerInfo } from '../ledger.ts';
import type { LedgerSession } from '../ledger-session.ts';
import { readSeals } from './verify-seals.ts';
import { isSealSlot, type Leaf, type Seal } from './seal.ts';
import { isWorkflowDecision } from './reserved.ts';
import { takingTurns } from '../taking-turns.ts';
import { workflowProblems, type ReadDecision } from './workflow-decision.ts';
import { chainProblems, leafProblems } from './verify-record.ts';

/** Something that is not as it was sealed, or that does not hold together. */
export interface AuditProblem {
  readonly kind:
    /** A seal is gone, is not as it was exported, or does not fit its neighbours. */
    | 'seal'
    /** The ledger itself: another id or key, or an epoch that went back. */
    | 'ledger'
    /** A sealed record is gone. */
    | 'missing'
    /** A record is not as it was sealed, or not as its last event left it. */
    | 'record'
    /** An event was changed, deleted, inserted, put in another order, or follows another one than it says. */
    | 'event'
    /** It is older than the last seal and no seal covers it: it was hidden from sealing, or written in the past. */
    | 'uncovered'
    /** The state of a workflow is not what was last decided of it. */
    | 'workflow';
  readonly slot?: string;
  readonly seal?: number;
  readonly detail: string;
}

export interface VerifyOptions {
  /** What was exported, in any order; without it nobody who can write the ledger is kept from writing all of it anew. */
  readonly seals?: Iterable<Seal> | AsyncIterable<Seal>;
}

export interface Verified {
  readonly ok: boolean;
  /** The first thousand. */
  readonly problems: readonly AuditProblem[];
  readonly found: number;
  /** How many seals the ledger has, and the last that was exported and given. */
  readonly seals: number;
  readonly exported?: { readonly number: number; readonly at: number };
  /** What was looked at. */
  readonly records: number;
  readonly events: number;
  /** Records that changed since the last seal: of what is new in them nothing is said. */
  readonly unsealed: number;
  /** Records that are gone, and whose events say that retention deleted them: compare it with what `prune` told. */
  readonly deleted: number;
}

const pageSize = 500;
const maxProblems = 1_000;
/** How long a write may take from its time to its commit; what is older than a complete seal by more is not just late. */
const lateMs = 10 * 60_000;

/**
 * Reads the whole ledger and holds it against its seals, and those against the exported ones. It keeps one leaf a slot
 * in memory: some 400 bytes each.
 */
export async function verify(session: LedgerSession, options: VerifyOptions = {}): Promise<Verified> {
  await session.info();
  // What the ledger says now, and not what this process remembers.
  const info: LedgerInfo = await session.ledger.open();
  const problems: AuditProblem[] = [];
  let found = 0;
  const report = (problem: AuditProblem): void => {
    found += 1;
    if (problems.length < maxProblems) problems.push(problem);
  };

  const sealed = await readSeals(session.ledger, info, options.seals, report);
  const left = new Map<string, Leaf>(sealed.leaves);
  let records = 0;
  let events = 0;
  let unsealed = 0;
  let deleted = 0;
  const decisions: ReadDecision[] = [];

  const look = (row: AuditedRow): void => {
    const leaf = left.get(row.slot);
    left.delete(row.slot);
    records += 1;
    events += row.events.length;
    if (row.revision === 0) {
      const last = row.events.at(-1);
      if (last && isDeletion(last)) {
        deleted += 1;
        if (leaf) leafProblems(row, leaf).forEach(report);
        return;
      }
      report({ kind: 'missing', slot: row.slot, detail: `has ${row.events.length} events and no record` });
      return;
    }
    if (isWorkflowDecision(row.slot)) decisions.push({ ...row, sealed: leaf !== undefined });
    if (isEffectSlot(row.slot)) chainProblems(row).forEach(report);
    if (leaf) leafProblems(row, leaf).forEach(report);
    if (leaf?.revision === row.revision) return;
    if (!isSealSlot(row.slot)) unsealed += 1;
    if (sealed.completeAt !== undefined && row.at < sealed.completeAt - lateMs) {
      report({ kind: 'uncovered', slot: row.slot, detail: `is of ${new Date(row.at).toISOString()}, before a seal` });
    }
  };

  const share = takingTurns();
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof session.ledger.audited>> = await session.ledger.audited({
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    for (const row of page.rows) {
      await share(lengthOf(row));
      look(row);
    }
    after = page.next;
  } while (after !== undefined);

  for (const [slot, leaf] of left) {
    await share(0);
    report({ kind: 'missing', slot, detail: `was sealed at revision ${leaf.revision} and is not in the ledger` });
  }
  (await workflowProblems(session, decisions)).forEach(report);
  return {
    ok: found === 0,
    problems,
    found,
    seals: sealed.count,
    ...(sealed.exported === undefined ? {} : { exported: sealed.exported }),
    records,
    events,
    unsealed,
    deleted,
  };
}
