import { createHash } from 'node:crypto';

import type { AuditHead } from '../../../src/lifecycle/audit.ts';
import type { Change } from '../../../src/lifecycle/change.ts';
import { salientDigest } from '../../../src/lifecycle/salient.ts';
import { stateOf } from '../../../src/lifecycle/state.ts';
import { decodeRecord, resolveTimes, type EffectRecord, type EffectState, type Evidence } from '../../../src/record.ts';
import { typeOf, type Cause, type Held, type Truth } from './truth.ts';

/** The lattice of evidence, as a table. */
const merged: Record<Evidence, Record<Evidence, Evidence>> = {
  unknown: { unknown: 'unknown', not_applied: 'not_applied', rejected: 'rejected', accepted: 'accepted' },
  not_applied: { unknown: 'not_applied', not_applied: 'not_applied', rejected: 'not_applied', accepted: 'accepted' },
  rejected: { unknown: 'rejected', not_applied: 'rejected', rejected: 'rejected', accepted: 'accepted' },
  accepted: { unknown: 'accepted', not_applied: 'accepted', rejected: 'accepted', accepted: 'accepted' },
};

interface Approved {
  readonly full: string;
  readonly opening: number;
  readonly until: number;
}

/** What is known of the changes up to one of them. */
export interface Knowledge {
  readonly chain: { readonly sequence: number; readonly hash: string };
  readonly opening: number;
  readonly approvals: readonly Approved[];
  readonly proven: readonly string[];
  readonly happened: readonly number[];
}

export function must(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new Error(invariant);
}

/** What must hold after every change, told from the outside: it shares no code with the lifecycle but its types and a digest. */
export class Reference {
  /** Logic versions of which a person said something untrue, or chose to risk a double. */
  readonly excused = new Set<number>();
  private readonly world: Truth;
  private chain = { sequence: 0, hash: '' };
  private left: AuditHead['record'] | undefined;
  private proven = new Set<string>();
  private happened = new Set<number>();
  private opening = 0;
  private approvals: Approved[] = [];
  private amnesia = false;

  constructor(world: Truth) {
    this.world = world;
  }

  /** What follows from the changes so far. */
  knows(): Knowledge {
    const { chain, opening, approvals } = this;
    return { chain, opening, approvals: [...approvals], proven: [...this.proven], happened: [...this.happened] };
  }

  /** The ledger is as it was then; absent: as if nothing had been. */
  forgotten(
    knew: Knowledge = { chain: { sequence: 0, hash: '' }, opening: 0, approvals: [], proven: [], happened: [] },
  ): void {
    this.chain = knew.chain;
    this.opening = knew.opening;
    this.approvals = [...knew.approvals];
    this.proven = new Set(knew.proven);
    this.happened = new Set(knew.happened);
    this.left = undefined;
    this.amnesia = true;
    // Reading back tells one target from another, not whose write set it.
    if (this.world.setup.kind === 'natural') this.excused.add(1).add(2).add(3);
  }

  stored(before: EffectRecord | undefined, after: EffectRecord, change: Change, doc: string, cause: Cause): void {
    const { now } = this.world;
    // Costly, and the same code every time: on one change in eight.
    if (this.world.transitions % 8 === 0) {
      must(
        JSON.stringify(resolveTimes(change.draft, now)) === JSON.stringify(after),
        'what is stored reads back as it was meant',
      );
      must(
        JSON.stringify(decodeRecord(JSON.stringify(after), now + 999)) === JSON.stringify(after),
        'a stored time never moves',
      );
      must(!('state' in (JSON.parse(doc) as object)), 'no state is stored as a verdict');
    }
    this.chained(before, after, change);
    must(
      stateOf(after, now) === expectedState(after, now),
      `the state of what is known is ${expectedState(after, now)}, not ${stateOf(after, now)}`,
    );
    const open = stateOf(after, now) === 'in_doubt' || stateOf(after, now) === 'executing';
    must(!open || change.index.dueAfterMs !== undefined, 'what is in doubt comes due by itself');
    this.evidence(before, after, cause);
    this.openings(before, after, cause);
    if (change.events.some((event) => typeOf(event) === 'resend_chosen')) this.excused.add(after.contract.logicVersion);
  }

  /** I1: told of every request that reached the vendor. */
  arrived(held: Held): void {
    const { vendor } = this.world;
    must(!vendor.confused || this.amnesia, 'under one key the vendor always sees the same bytes');
    const effects = vendor.effects.filter((effect) => effect.version === held.version).length;
    must(
      effects <= 1 || this.excused.has(held.version),
      `I1: one effect, not ${effects}, of logic version ${held.version}`,
    );
  }

  /** I3, I4 and I5: told of every permission before its holder may act on it. */
  permitted(held: Held, record: EffectRecord, asked: boolean, decidedAt: number): void {
    const { world } = this;
    const others = [...world.holders.values()].filter((other) => other.token !== held.token);
    const live = record.attempts.filter(
      (attempt) => attempt.evidence === 'unknown' && attempt.settledAt === undefined && world.now < attempt.leaseUntil,
    );
    must(live.length === 1 && live[0]?.token === held.token, 'I4: the one live token is the one just given');
    for (const other of others) {
      const known = record.attempts.find((attempt) => attempt.token === other.token);
      const over =
        other.ending !== undefined || other.leaseUntil <= world.now || !known || known.evidence !== 'unknown';
      must(over, 'I4: nobody else holds a token in its lease');
      if (other.version !== held.version || other.sends.m === held.sends.m) continue;
      const took = world.vendor.effects.some((effect) => effect.token === other.token);
      const may = took || world.couldStill(other);
      must(
        !may || this.amnesia || this.excused.has(held.version),
        'I3: no other material while an earlier attempt may have happened',
      );
    }
    must(
      held.sends.key === `invoice:desk:pay:v${held.version}${held.generation > 1 ? `:g${held.generation}` : ''}`,
      'the request carries the key of its generation',
    );
    must(record.fingerprint.full === `m${held.sends.m} w${held.sends.w}`, 'the record describes what is sent');
    const fresh = this.approvals.some(
      (approval) =>
        approval.full === record.fingerprint.full && approval.opening === this.opening && decidedAt < approval.until,
    );
    must(!asked || fresh, 'I5: no permission without a fresh approval of this fingerprint');
  }

  private chained(before: EffectRecord | undefined, after: EffectRecord, change: Change): void {
    const claimed = after.attempts.length > (before?.attempts.length ?? 0);
    must(change.events.length > 0 || claimed, 'every write adds an event or an attempt');
    for (const event of change.events) {
      const said = JSON.parse(event.doc) as { sequence: number; previous: string; record: AuditHead['record'] };
      this.left = said.record;
      must(
        event.sequence === this.chain.sequence + 1 && said.sequence === event.sequence,
        'the chain counts without gaps',
      );
      must(said.previous === this.chain.hash, 'each event is hashed over the one before');
      this.chain = { sequence: event.sequence, hash: createHash('sha256').update(event.doc).digest('hex') };
    }
    must(
      after.chain.sequence === this.chain.sequence && after.chain.hash === this.chain.hash,
      "the record holds the chain's head",
    );
    // Costly, and what was missed shows at the next one.
    const { left } = this;
    must(
      this.world.transitions % 8 !== 0 || !left || salientDigest(after, left.attempts) === left.digest,
      'what is salient never changes without an event',
    );
  }

  private evidence(before: EffectRecord | undefined, after: EffectRecord, cause: Cause): void {
    const compacted = cause.kind === 'decide' && cause.decision.kind === 'compact';
    const mayEndDoubt = cause.kind === 'settle' || cause.kind === 'probe' || cause.kind === 'decide';
    for (const was of before?.attempts ?? []) {
      const is = after.attempts.find((attempt) => attempt.token === was.token);
      if (!is) {
        const open = was.evidence === 'unknown' && was.logicVersion === after.contract.logicVersion;
        must(
          compacted && (!open || stateOf(after, this.world.now) === 'succeeded'),
          'an attempt is never forgotten, but by compaction once it is settled',
        );
        continue;
      }
      must(
        merged[was.evidence][is.evidence] === is.evidence,
        `evidence never falls back from ${was.evidence} to ${is.evidence}`,
      );
      must(was.evidence === is.evidence || mayEndDoubt, 'I9: doubt ends by evidence or by a person');
      must(was.vendorId === undefined || idsOf(after).has(was.vendorId), 'a vendor id is never forgotten');
      if (cause.kind === 'settle' && cause.token === was.token) {
        must(is.evidence === merged[was.evidence][cause.ending.evidence], `a late ${cause.ending.evidence} is merged`);
      }
    }
    const stopped = before !== undefined && stateOf(before, this.world.now) === 'stopped';
    const unknown = ['in_doubt', 'executing'].includes(stateOf(after, this.world.now));
    const person =
      cause.kind === 'decide' && (cause.decision.kind === 'probe_again' || cause.decision.kind === 'did_not_happen');
    const resent = cause.kind === 'claim' && cause.permission && cause.request.onDoubt === 'resend';
    const found = after.attempts.some((attempt) => attempt.evidence === 'accepted');
    must(
      !stopped || !unknown || person || resent || found,
      'I9: what is stopped stays so without evidence or a person',
    );
    const truth = cause.kind === 'decide' && ['happened', 'did_not_happen'].includes(cause.decision.kind);
    must(
      !truth || !before || expectedState(before, this.world.now) !== 'executing',
      'nobody speaks for an attempt under way',
    );
    const reopened = cause.kind === 'decide' && cause.decision.kind === 'reopen';
    must(
      !before?.noMoreAttempts ||
        after.noMoreAttempts !== undefined ||
        reopened ||
        stateOf(after, this.world.now) === 'succeeded',
      'a cancel is lifted by nothing but success or a person',
    );
    this.proofs(before, after, cause, compacted);
  }

  private proofs(before: EffectRecord | undefined, after: EffectRecord, cause: Cause, compacted: boolean): void {
    if (cause.kind === 'settle' && cause.ending.evidence === 'accepted') {
      if (cause.ending.vendorId !== undefined) this.proven.add(cause.ending.vendorId);
    }
    if (
      cause.kind === 'probe' &&
      cause.finding.kind === 'found' &&
      before &&
      stateOf(before, this.world.now) !== 'succeeded'
    ) {
      const [first] = cause.finding.matches;
      if (first) this.proven.add(first.vendorId);
    }
    const superseded = before?.tombstone && before.contract.logicVersion !== after.contract.logicVersion;
    if (compacted || superseded) {
      for (const id of this.proven) if (!idsOf(after).has(id)) this.proven.delete(id);
    }
    for (const id of this.proven) must(idsOf(after).has(id), `the proof ${id} is kept`);
    const { logicVersion } = after.contract;
    if (after.attempts.some((attempt) => attempt.logicVersion === logicVersion && attempt.evidence === 'accepted')) {
      this.happened.add(logicVersion);
    }
    must(
      !this.happened.has(logicVersion) || stateOf(after, this.world.now) === 'succeeded',
      'what happened stays succeeded',
    );
  }

  private openings(before: EffectRecord | undefined, after: EffectRecord, cause: Cause): void {
    const reopened = cause.kind === 'decide' && cause.decision.kind === 'reopen';
    const other =
      before &&
      (before.fingerprint.full !== after.fingerprint.full ||
        before.contract.logicVersion !== after.contract.logicVersion);
    if (reopened || other === true) this.opening += 1;
    if (cause.kind !== 'decide') return;
    const { decision } = cause;
    if (decision.kind === 'approve' && after.approval) {
      const until =
        decision.ttlMs === undefined ? (before?.approval?.expiresAt ?? Infinity) : this.world.now + decision.ttlMs;
      this.approvals.push({ full: decision.fingerprint, opening: this.opening, until });
    }
    if (decision.kind === 'decline' || decision.kind === 'revoke') this.approvals = [];
  }
}

/** The state, derived anew. */
function expectedState(record: EffectRecord, now: number): EffectState {
  const of = record.attempts.filter((attempt) => attempt.logicVersion === record.contract.logicVersion);
  const some = (evidence: Evidence): boolean => of.some((attempt) => attempt.evidence === evidence);
  if (record.tombstone?.state === 'succeeded' || some('accepted')) return 'succeeded';
  if (
    of.some((attempt) => attempt.evidence === 'unknown' && attempt.settledAt === undefined && now < attempt.leaseUntil)
  )
    return 'executing';
  if (some('unknown')) return record.halt ? 'stopped' : 'in_doubt';
  if (record.noMoreAttempts) return record.noMoreAttempts.why;
  if (record.tombstone) return record.tombstone.state;
  if (of.some((attempt) => attempt.evidence === 'rejected' && attempt.generation === record.generation))
    return 'rejected';
  return record.approval && record.approval.state !== 'approved' ? 'awaiting_approval' : 'ready';
}

/** Every proof of an effect that a record holds. */
export function idsOf(record: EffectRecord): Set<string | undefined> {
  return new Set([
    record.vendorId,
    ...record.attempts.map((attempt) => attempt.vendorId),
    ...(record.divergence?.vendorIds ?? []),
  ]);
}
