import { effectKeyOf } from '../../../src/contract.ts';
import type { ClaimRequest } from '../../../src/lifecycle/claim-request.ts';
import { decideClaim } from '../../../src/lifecycle/claim.ts';
import { decide, type Decision } from '../../../src/lifecycle/decide.ts';
import { applyProbe, type Finding } from '../../../src/lifecycle/probe.ts';
import { decideSettle, type Ending } from '../../../src/lifecycle/settle.ts';
import { stateOf } from '../../../src/lifecycle/state.ts';
import type { Draft } from '../../../src/record.ts';
import { idsOf, must } from './reference.ts';
import type { Random } from './random.ts';
import { approvalTtlMs, landingBoundMs, leaseMs, printOf, safetyOf, sendWindowMs, type Input } from './terms.ts';
import { type Held } from './truth.ts';
import { requestOf, type World } from './world.ts';

export interface Caller {
  /** Absent for recovery, which knows only what is stored. */
  readonly input?: Input;
  readonly version: number;
  readonly drift: 'first' | 'refuse';
  readonly onDoubt: 'stop' | 'resend';
  readonly asks: boolean;
  /** How long ago it read the ledger's time. */
  readonly staleMs: number;
}

/** Claims once; gives what was decided last. */
export function claim(world: World, caller: Caller, random: Random): ReturnType<typeof decideClaim> | undefined {
  const { record } = world;
  if (!caller.input && !record) return undefined;
  world.tokens += 1;
  const request: ClaimRequest = {
    contract: { businessId: 'invoice', workflowId: 'desk', stepId: 'pay', logicVersion: caller.version },
    client: 'sim',
    account: '',
    operation: 'sim.pay',
    safety: safetyOf(world.setup.kind),
    landingBoundMs,
    fingerprint: printOf(caller.input ?? { m: 0, w: 0 }),
    drift: caller.drift,
    onDoubt: caller.onDoubt,
    token: `t${world.tokens}`,
    leaseMs,
    holder: 'sim',
    epoch: world.epoch,
    ...(caller.asks ? { approval: { ttlMs: approvalTtlMs } } : {}),
    ...(world.suspectSince === undefined ? {} : { suspectSince: world.suspectSince }),
    ...(caller.input || !record ? {} : { contract: record.contract, fingerprint: record.fingerprint }),
  };
  const stale = Math.max(world.writtenAt, world.now - caller.staleMs);
  let decision = decideClaim(world.record, request, stale);
  let decidedAt = stale;
  for (let writes = 0; decision.kind === 'write'; writes += 1) {
    must(writes < 3, 'a claim comes to an end');
    const draft = withRequest(world, decision.change.draft, caller, decision.change.draft.generation, 'stored');
    if (!draft) return undefined;
    world.store({ ...decision.change, draft }, { kind: 'claim', request, permission: false });
    decidedAt = world.now;
    decision = decideClaim(world.record, request, decidedAt);
  }
  world.meet(decision.kind === 'refuse' ? `refuse ${decision.refusal.code}` : `claim ${decision.kind}`);
  const material = caller.input && printOf(caller.input).material;
  const replays = decision.kind === 'replay' && material !== undefined;
  must(!replays || material === world.record?.fingerprint.material, 'nobody is given the result of other material');
  if (decision.kind === 'send') permit(world, request, caller, decision, decidedAt);
  if (decision.kind === 'probe') beginProbe(world, decidedAt, random);
  if (decision.kind === 'wait' && decision.look) lookEarly(world, decidedAt, random);
  return decision;
}

function permit(
  world: World,
  request: ClaimRequest,
  caller: Caller,
  decision: ReturnType<typeof decideClaim> & { kind: 'send' },
  decidedAt: number,
): void {
  const before = world.record;
  const draft = withRequest(world, decision.change.draft, caller, decision.generation, decision.request);
  if (!draft) return;
  const asked = caller.asks || before?.approval !== undefined;
  if (before?.attempts.some((attempt) => attempt.evidence === 'unknown')) world.meet('takeover');
  const record = world.store({ ...decision.change, draft }, { kind: 'claim', request, permission: true });
  const again = decideClaim(record, request, world.now);
  must(
    again.kind === 'own' && again.attempt.token === request.token,
    'a claim whose answer was lost recognises itself',
  );
  // What its holder will send: what is kept, or what it prepared itself.
  const kept =
    record.request?.kind === 'plain' ? (JSON.parse(record.request.body) as Input & { key: string }) : undefined;
  const held: Held = {
    token: request.token,
    version: record.contract.logicVersion,
    generation: record.generation,
    sends: kept ?? { ...(caller.input ?? { m: -1, w: -1 }), key: effectKeyOf(record.contract, record.generation) },
    start: decidedAt,
    leaseUntil: record.attempts.at(-1)?.leaseUntil ?? 0,
    claimedAt: world.now,
    claimedAs: world.revision,
  };
  must(before?.noMoreAttempts === undefined, 'what is cancelled or declined gives no permission');
  must(
    !caller.input || caller.input.m === held.sends.m,
    'I3: who asks with other material is given no permission for the recorded one',
  );
  world.reference.permitted(held, record, asked, decidedAt);
  world.holders.set(held.token, held);
}

/** As the runner keeps the exact request with the draft; `undefined` where only another process could make it. */
function withRequest(
  world: World,
  draft: Draft,
  caller: Caller,
  generation: number,
  source: 'prepare' | 'stored',
): Draft | undefined {
  if (source === 'stored' && draft.request !== undefined) return draft;
  if (!caller.input) return undefined;
  if (world.setup.omitted) return { ...draft, request: { kind: 'omitted', reason: 'too_large' } };
  const body = JSON.stringify({ ...caller.input, key: effectKeyOf(draft.contract, generation) });
  return { ...draft, request: { kind: 'plain', body } };
}

/** Sends, if the window is still open; otherwise reports that it did not. */
export function send(world: World, held: Held): void {
  if (world.now - held.start >= sendWindowMs) {
    report(world, held, { evidence: 'not_applied', reason: 'the send window is over' });
    return;
  }
  held.request = requestOf(held);
}

/** What the holder makes of its answer, or of none. */
export function endingOf(held: Held, random: Random): Ending {
  const { answer } = held;
  switch (answer?.kind) {
    case 'done':
      return { evidence: 'accepted', result: { kind: 'plain', body: answer.id }, vendorId: answer.id };
    case 'rejected':
      return {
        evidence: 'rejected',
        reason: 'declined',
        speaksForKey: answer.speaksForKey,
        result: { kind: 'plain', body: 'no' },
      };
    case 'refused':
      return {
        evidence: 'not_applied',
        reason: '429',
        ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
      };
    case 'broken':
      return { evidence: 'unknown', reason: '500', keyBurned: true };
    case undefined:
      return {
        evidence: 'unknown',
        reason: 'timeout',
        ...(random.chance(0.3) ? { retryAfterMs: random.below(60) } : {}),
      };
  }
}

export function report(world: World, held: Held, ending: Ending): void {
  const { record } = world;
  if (held.ending === undefined) {
    held.gaveUpAt = world.now;
    world.vendor.abandoned(held.token, world.limitOf(held));
  }
  const known = record?.attempts.find((attempt) => attempt.token === held.token);
  if (ending.evidence === 'accepted' && record) {
    if (world.now >= held.leaseUntil) world.meet('accepted late');
    if (!known) world.meet('accepted after compaction');
    else if (known.logicVersion !== record.contract.logicVersion) world.meet('accepted after supersede');
  }
  held.ending = ending;
  if (!record) return;
  const at = held.claimedAs === world.revision ? held.claimedAt : world.now;
  const decision = decideSettle(record, held.token, ending, at);
  const unchanged = decision.kind === 'unchanged';
  const after = unchanged ? record : world.store(decision.change, { kind: 'settle', token: held.token, ending });
  must(
    ending.evidence !== 'accepted' || ending.vendorId === undefined || idsOf(after).has(ending.vendorId),
    'a late accepted is merged, with the id that proves it',
  );
  must(
    decideSettle(after, held.token, ending, world.now).kind === 'unchanged',
    'a settle whose answer was lost recognises itself',
  );
}

function beginProbe(world: World, at: number, random: Random): void {
  const { record } = world;
  if (!record) return;
  world.probes.push({ revision: world.revision, at, attempts: record.attempts.length, finding: look(world, random) });
}

/** Only what it finds is written down. */
function lookEarly(world: World, at: number, random: Random): void {
  const { record } = world;
  const finding = look(world, random);
  if (!record || finding.kind !== 'found') return;
  world.meet('early find');
  world.probes.push({ revision: world.revision, at, attempts: record.attempts.length, finding });
}

/** A complete look at the vendor now. */
export function look(world: World, random: Random): Finding {
  const { record, setup } = world;
  if (!record || setup.kind === 'unverifiable') return { kind: 'cannot_know', reason: 'no such question' };
  if (!world.kind && random.chance(0.1)) return { kind: 'cannot_know', reason: 'the history is too short' };
  const material = `v${record.contract.logicVersion} ${record.fingerprint.material}`;
  const found = world.vendor.visible(record.contract.logicVersion, material, world.now);
  if (found.length === 0) return { kind: 'absent' };
  return { kind: 'found', matches: found.map(({ id }) => ({ vendorId: id, result: { kind: 'plain', body: id } })) };
}

export function endProbe(world: World, index: number): void {
  const [probing] = world.probes.splice(index, 1);
  const { record } = world;
  if (!probing || !record) return;
  const untouched = probing.revision === world.revision;
  const change = applyProbe(record, probing.finding, probing.attempts, untouched ? probing.at : world.now, probing.at);
  must(change !== undefined || !untouched, 'a probe that the lifecycle asked for is not for nothing');
  if (change) world.store(change, { kind: 'probe', finding: probing.finding });
}

function isUntrue(world: World, decision: Decision, version: number): boolean {
  if (decision.kind === 'did_not_happen') return !world.nothingOf(version);
  return decision.kind === 'happened' && !world.vendor.effects.some((effect) => effect.version === version);
}

/** A person or retention decides; what is refused changes nothing. */
export function decideAs(world: World, made: Decision): boolean {
  const { record } = world;
  const decision = { ...made, ...(world.suspectSince === undefined ? {} : { suspect: world.epoch }) };
  if (!record) return false;
  const decided = decide(record, decision, world.now);
  world.meet(`${decision.kind} ${decided.kind}`);
  if (decided.kind !== 'write') return false;
  if (isUntrue(world, decision, record.contract.logicVersion)) {
    if (!world.setup.liars) return false;
    // A natural effect that comes after all lands on top of whatever version is at it by then.
    for (const version of [1, 2, 3]) if (version >= record.contract.logicVersion) world.reference.excused.add(version);
  }
  const after = world.store(decided.change, { kind: 'decide', decision });
  must(decide(after, decision, world.now).kind === 'unchanged', 'a decision whose answer was lost recognises itself');
  must(decision.kind !== 'cancel' || stateOf(after, world.now) !== 'ready', 'what is cancelled is not ready');
  return true;
}
