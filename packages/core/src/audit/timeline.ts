import { effectKeyOf, workflowKeyOf } from '../contract.ts';
import { formsOf } from '../former-names.ts';
import { sha256 } from '../fingerprint.ts';
import type { AuditRow, ListAnswer, Row } from '../ledger.ts';
import type { LedgerSession } from '../ledger-session.ts';
import type { AuditBody, AuditHead } from '../lifecycle/audit.ts';
import { stateOf } from '../lifecycle/state.ts';
import { decodeRecord, type EffectRecord } from '../record.ts';
import { takingTurns, turn } from '../taking-turns.ts';
import type { WorkflowId } from '../workflows.ts';
import type { StoredCheckpoint } from './checkpoint.ts';
import type { AuditObservation, ObservationBatch } from './observing.ts';
import { checkpointsOf, observationsOf, workflowDecisionsOf } from './reserved.ts';
import { attemptsOf, resumesOf } from './timeline-runs.ts';
import { standing, type WorkflowDecision } from './workflow-decision.ts';
import type { Timeline, TimelineAttempt, TimelineEffect, TimelineEntry } from './timeline-types.ts';

/** An event with its body, as the ledger keeps it. */
export type TimelineEvent = AuditHead & AuditBody & { readonly at: number; readonly hash: string };

/** What happened in one workflow, in the order of the ledger's time. It reads every record of it. */
export async function timelineOf(session: LedgerSession, id: WorkflowId): Promise<Timeline> {
  await session.info();
  const [now, ...former] = await formsOf(session, id);
  const workflow = workflowKeyOf(now);
  const share = takingTurns();
  const entries: TimelineEntry[] = [];
  const effects: TimelineEffect[] = [];
  let at = 0;
  const all = async (of: string, each: (row: Row) => Promise<void> | void): Promise<void> => {
    let after: string | undefined;
    do {
      const page: ListAnswer = await session.ledger.list({
        limit: 200,
        workflow: of,
        ...(after === undefined ? {} : { after }),
      });
      at = Math.max(at, page.at);
      for (const row of page.rows) {
        await share(row.doc.length);
        await each(row);
      }
      after = page.next;
    } while (after !== undefined);
  };

  const observations: AuditObservation[] = [];
  const replays = new Map<string, number>();
  let dropped = 0;
  await all(observationsOf(workflow), ({ doc }) => {
    const batch = JSON.parse(doc) as ObservationBatch;
    for (const seen of batch.observations) {
      observations.push(seen);
      if (seen.type === 'replayed') replays.set(seen.slot, (replays.get(seen.slot) ?? 0) + seen.count);
    }
    dropped += batch.dropped ?? 0;
  });
  const effect = async ({ slot, doc, at: storedAt }: Row): Promise<void> => {
    const record = decodeRecord(doc, storedAt, slot);
    const events = (await session.ledger.history(slot)).map(eventOf);
    const attempts = attemptsOf(record, events);
    effects.push({
      slot,
      key: effectKeyOf(record.contract, record.generation),
      operation: record.operation,
      state: stateOf(record, at),
      ...(record.vendorId === undefined ? {} : { vendorId: record.vendorId }),
      ...(record.divergence === undefined ? {} : { divergence: record.divergence.vendorIds }),
      attempts,
      replays: replays.get(slot) ?? 0,
      repeatedOnPurpose: purposesOf(record, events),
    });
    entries.push(...toldOf(slot, record, events, attempts));
  };
  for (const form of [now, ...former]) {
    await all(workflowKeyOf(form), effect);
    await all(workflowKeyOf({ ...form, undo: true }), effect);
  }
  await all(checkpointsOf(workflow), (row) => {
    const { state: _state, run, ...checkpoint } = JSON.parse(row.doc) as StoredCheckpoint;
    entries.push({ at: row.at, what: 'checkpoint', checkpoint, ...(run === undefined ? {} : { run }) });
  });
  const decided: Row[] = [];
  await all(workflowDecisionsOf(workflow), (row) => void decided.push(row));
  for (const { at: decidedAt, doc } of standing(decided)) {
    const { state, aborting, by, reason, granted } = JSON.parse(doc) as WorkflowDecision;
    entries.push({
      at: decidedAt,
      what: 'workflow',
      decision: aborting ? 'aborting' : state,
      by,
      ...(reason === undefined ? {} : { reason }),
      ...(granted === undefined ? {} : { detail: `granted ${JSON.stringify(granted)}` }),
    });
  }
  for (const seen of observations) entries.push(observedEntry(seen));
  await turn();
  // What the ledger gave the same time stays in the order of its slot.
  const sorted = entries.toSorted((one, other) => one.at - other.at);
  return { workflow, at, entries: sorted, effects, resumes: resumesOf(sorted, effects), dropped };
}

function eventOf({ at, doc }: AuditRow): TimelineEvent {
  return { ...(JSON.parse(doc) as AuditHead & AuditBody), at, hash: sha256(doc) };
}

function entryOf(slot: string, event: TimelineEvent): TimelineEntry {
  const { at, sequence, hash, key, run } = event;
  return {
    at,
    what: event.type,
    slot,
    key,
    chained: { sequence, hash },
    ...detailsOf(event),
    ...(run === undefined ? {} : { run }),
  };
}

function detailsOf(event: TimelineEvent): Partial<TimelineEntry> {
  switch (event.type) {
    case 'settled':
    case 'taken_over':
      return {
        attempt: event.attempt,
        evidence: event.evidence,
        ...(event.basis === undefined ? {} : { basis: event.basis }),
        ...(event.reason === undefined ? {} : { reason: event.reason }),
        ...(event.vendorId === undefined ? {} : { vendorIds: [event.vendorId] }),
      };
    case 'probed':
      return { detail: event.answer, ...(event.vendorIds === undefined ? {} : { vendorIds: event.vendorIds }) };
    case 'halted':
      return { reason: event.reason };
    case 'superseded':
      return { detail: `v${event.from} -> v${event.to}` };
    case 'reopened':
      return event.changed.length === 0 ? {} : { detail: event.changed.join(', ') };
    case 'submitted':
      return { by: event.by };
    case 'decided':
      return {
        decision: event.decision,
        by: event.by,
        ...(event.reason === undefined ? {} : { reason: event.reason }),
      };
    case 'diverged':
      return { vendorIds: event.vendorIds };
    case 'approval_reminded':
      return { detail: `reminder ${event.reminder}` };
    case 'approval_escalated':
      return { detail: event.to.join(', ') };
    case 'resend_chosen':
    case 'approval_asked':
    case 'approval_expired':
      return {};
  }
}

function observedEntry({ type, slot, key, detail, run, lastAt, count }: AuditObservation): TimelineEntry {
  return {
    at: lastAt,
    what: type,
    slot,
    key,
    count,
    ...(detail === undefined ? {} : { detail }),
    ...(run === undefined ? {} : { run }),
  };
}

/** The events of a slot with the beginnings of its attempts, each before whatever came of it. */
function toldOf(
  slot: string,
  record: EffectRecord,
  events: readonly TimelineEvent[],
  attempts: readonly TimelineAttempt[],
): TimelineEntry[] {
  const told = events.map((event) => entryOf(slot, event));
  for (const { number, claimedAt, generation, logicVersion, run } of attempts) {
    const key = effectKeyOf({ ...record.contract, logicVersion }, generation);
    const ran = run === undefined ? {} : { run };
    const behind = told.findIndex((entry) => entry.at > claimedAt || entry.attempt === number);
    const place = behind === -1 ? told.length : behind;
    told.splice(place, 0, { at: claimedAt, what: 'claimed', slot, key, attempt: number, ...ran });
  }
  return told;
}

/** What was decided, by a person or in the code, so that the vendor is asked for it once more. */
function purposesOf(record: EffectRecord, events: readonly TimelineEvent[]): string[] {
  const purposes = events.flatMap((event): string[] => {
    switch (event.type) {
      case 'resend_chosen':
        return ["onDoubt: 'resend' was chosen"];
      case 'superseded':
        return [`logic version ${event.from} -> ${event.to}`];
      case 'reopened':
        return event.changed.length === 0 ? [] : [`other input after a definite no: ${event.changed.join(', ')}`];
      case 'decided':
        return event.decision === 'did_not_happen' || event.decision === 'reopen'
          ? [`${event.by} decided: ${event.decision}`]
          : [];
      case 'settled':
      case 'taken_over':
      case 'probed':
      case 'halted':
      case 'approval_asked':
      case 'approval_reminded':
      case 'approval_escalated':
      case 'approval_expired':
      case 'submitted':
      case 'diverged':
        return [];
    }
  });
  const [, occurrence] = /@(\d+)$/.exec(record.contract.stepId) ?? [];
  return occurrence === undefined ? purposes : [`occurrence ${occurrence} was asked for`, ...purposes];
}
