import { attemptIn } from './check-sends.ts';
import { timeOf, type AttemptEssentials, type HistoryEvent, type RecordEssentials } from './event.ts';
import type { Version } from './version.ts';
import type { Violation } from './violation.ts';

/** All events of one slot that are proofs, in the order of time. */
export type Proofs = readonly HistoryEvent[];

/** From one version of a record to the next attempts are only added, and what is known of them only grows, by proof. */
export function checkEvidence(slot: string, versions: readonly Version[], proofs: Proofs): Violation[] {
  const found: Violation[] = [];
  let before: Version | undefined;
  for (const version of versions) {
    const record = version.writers[0]?.record;
    const known = before?.writers[0]?.record;
    // The chain of revisions has a gap only where another rule is broken already.
    if (record) {
      const begun = Math.min(...version.writers.map((write) => write.begun));
      const report = (rule: Violation['rule'], what: string): void => {
        found.push({ rule, subject: slot, time: begun, what: `revision ${version.revision}: ${what}` });
      };
      if (known && before) checkAttempts(known, record, before, version, report);
      for (const attempt of record.attempts) {
        const was = known?.attempts.find(({ token }) => token === attempt.token);
        // To become unknown again is to be forgotten, which is a rule of its own.
        if (attempt.times !== undefined || attempt.evidence === 'unknown' || attempt.evidence === was?.evidence)
          continue;
        const problem = problemOf(was, attempt, record, before, version, proofs, begun);
        if (problem !== undefined) report('doubt vanished', `${attempt.token} became ${attempt.evidence} ${problem}`);
      }
    }
    before = version;
  }
  return found;
}

function checkAttempts(
  known: RecordEssentials,
  record: RecordEssentials,
  before: Version,
  version: Version,
  report: (rule: Violation['rule'], what: string) => void,
): void {
  if (record.tombstone) return;
  // From where on entries were merged, places tell nothing.
  const firstMerged = record.attempts.findIndex(({ times }) => times !== undefined);
  for (const [index, attempt] of known.attempts.entries()) {
    if (firstMerged !== -1 && index >= firstMerged) break;
    const { token, evidence } = attempt;
    const now = record.attempts[index];
    if (now?.token !== token) {
      report('attempt vanished', `${token} is no longer attempt ${index + 1}`);
      continue;
    }
    const times = (of: AttemptEssentials, at: number | undefined): string =>
      at === undefined ? '' : `${timeOf(of.claimedAt, at)} ${timeOf(of.leaseUntil, at)}`;
    const [earlier, later] = [times(attempt, before.at), times(now, version.at)];
    if (earlier !== '' && later !== '' && earlier !== later) {
      report('attempt changed', `${token} was claimed ${earlier}, and now ${later}`);
    }
    if (evidence !== 'unknown' && now.evidence !== evidence && now.evidence !== 'accepted') {
      report('evidence forgotten', `${token} was ${evidence}, and now ${now.evidence}`);
    }
    if (evidence === 'accepted' && now.evidence !== 'accepted') {
      report('evidence forgotten', `${token} was accepted, and now ${now.evidence}`);
    }
  }
  if (record.attempts.length > known.attempts.length + 1) report('attempt changed', 'two attempts were added at once');
}

/** Why the history does not bear out what a version says of an attempt; `undefined` when it does. */
function problemOf(
  was: AttemptEssentials | undefined,
  attempt: AttemptEssentials,
  record: RecordEssentials,
  previous: Version | undefined,
  version: Version,
  proofs: Proofs,
  begun: number,
): string | undefined {
  const { token, evidence, basis, vendorId, settledAt } = attempt;
  const before = proofs.filter((event) => event.time < begun);
  if (settledAt === undefined) return 'without a time';
  switch (basis) {
    case 'answer': {
      const said = before.some(
        (event) => event.kind === 'verdict' && event.token === token && event.evidence === evidence,
      );
      const sent = proofs.some((event) => event.kind === 'sending' && event.token === token && event.time < begun);
      return said || (evidence === 'not_applied' && !sent) ? undefined : 'by an answer that nobody was given';
    }
    case 'key': {
      const said = before.some(
        (event) =>
          event.kind === 'verdict' &&
          event.speaksForKey === true &&
          event.evidence === evidence &&
          attemptIn(version, event.token)?.generation === attempt.generation,
      );
      return said ? undefined : 'by an answer for its key that nobody was given';
    }
    case 'probe': {
      const looks = before.filter((event) => event.kind === 'probed');
      if (evidence === 'accepted') {
        return looks.some((look) => look.found.includes(vendorId ?? '')) ? undefined : 'by a look that nobody took';
      }
      const needed = record.safety === 'constrained' || record.safety === 'natural' ? 1 : 2;
      const absent = looks.filter((look) => look.found.length === 0).length;
      if (absent < needed) return `by ${absent} looks that found nothing, of ${needed}`;
      return landed(was, record, version.at, previous) ? undefined : 'before it could no longer land';
    }
    case 'person':
      return record.decisions > 0 ? undefined : 'by a person who decided nothing';
    case undefined:
    default:
      return `on the basis of ${basis ?? 'nothing'}`;
  }
}

/** Whether the attempt's request could no longer take effect, by the ledger's time of what closed it. */
function landed(was: AttemptEssentials | undefined, record: RecordEssentials, at?: number, before?: Version): boolean {
  if (record.safety === 'constrained') return true;
  if (!was || at === undefined || before?.at === undefined) return false;
  return at >= timeOf(was.settledAt ?? was.leaseUntil, before.at) + record.landingBoundMs;
}
