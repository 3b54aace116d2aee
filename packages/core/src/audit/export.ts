import { lengthOf } from '../attention.ts';
import { isEffectSlot } from '../contract.ts';
import { sha256 } from '../fingerprint.ts';
import type { AuditedRow } from '../ledger.ts';
import type { LedgerSession } from '../ledger-session.ts';
import type { StoredCheckpoint } from './checkpoint.ts';
import type { ObservationBatch } from './observing.ts';
import { isCheckpoint, isObservation, isWorkflowDecision, workflowOfDecision } from './reserved.ts';
import { takingTurns } from '../taking-turns.ts';
import type { StoredDecision } from './workflow-decision.ts';

const pageSize = 500;

/**
 * Everything that the audit knows, as lines of JSON: each event with its slot, time and hash (SHA-256 of
 * `JSON.stringify(event)`), checkpoints without a kept state, decisions on workflows, and observations. Slot by slot, in
 * the store's order.
 */
export async function* exportLines(session: LedgerSession): AsyncGenerator<string> {
  await session.info();
  const share = takingTurns();
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof session.ledger.audited>> = await session.ledger.audited({
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    for (const row of page.rows) {
      await share(lengthOf(row));
      yield* linesOf(row);
    }
    after = page.next;
  } while (after !== undefined);
}

function* linesOf({ slot, at, doc, events }: AuditedRow): Generator<string> {
  if (isEffectSlot(slot)) {
    for (const event of events) {
      yield `${JSON.stringify({
        kind: 'event',
        slot,
        sequence: event.sequence,
        at: event.at,
        hash: sha256(event.doc),
        event: JSON.parse(event.doc) as unknown,
      })}\n`;
    }
  }
  if (isCheckpoint(slot)) {
    const { state: _state, ...checkpoint } = JSON.parse(doc) as StoredCheckpoint;
    yield `${JSON.stringify({ kind: 'checkpoint', slot, at, checkpoint })}\n`;
  }
  if (isWorkflowDecision(slot)) {
    const decision = JSON.parse(doc) as StoredDecision;
    yield `${JSON.stringify({ kind: 'workflow', slot, at, workflow: workflowOfDecision(slot), decision })}\n`;
  }
  if (isObservation(slot)) {
    const { observations, dropped } = JSON.parse(doc) as ObservationBatch;
    for (const observation of observations) yield `${JSON.stringify({ kind: 'observation', at, observation })}\n`;
    if (dropped !== undefined) yield `${JSON.stringify({ kind: 'dropped', slot, at, dropped })}\n`;
  }
}
