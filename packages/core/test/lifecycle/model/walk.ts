import { stateOf } from '../../../src/lifecycle/state.ts';
import type { Decision } from '../../../src/lifecycle/decide.ts';
import { claim, decideAs, endingOf, endProbe, look, report, send } from './actors.ts';
import { randomFrom, type Random } from './random.ts';
import { must } from './reference.ts';
import { applyProbe } from '../../../src/lifecycle/probe.ts';
import { type Held } from './truth.ts';
import { World } from './world.ts';
import { approvalTtlMs, stalenessMs, type Setup } from './terms.ts';

const actions: readonly [weight: number, act: (world: World, random: Random) => void][] = [
  [7, someoneClaims],
  [6, someoneSends],
  [5, somethingArrives],
  [6, someoneReports],
  [1, someoneDies],
  [1, someoneReportsAgain],
  [3, someProbeEnds],
  [6, timePasses],
  [2, someoneDecides],
  [2, someoneApproves],
  [1, retentionCompacts],
  [2, theLedgerForgets],
];
const wheel = actions.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));

/** Walks one tape and brings what is left to its end. Gives how many changes were stored. */
export function walk(setup: Setup, met: Map<string, number>): number {
  const world = new World(setup, met);
  for (const seed of setup.tape) {
    const random = randomFrom(seed);
    random.pick(wheel)?.(world, random);
  }
  comeToAnEnd(world);
  return world.transitions;
}

function someoneClaims(world: World, random: Random): void {
  const { policy } = world.setup;
  const recovery = world.record && random.chance(0.2);
  const at = world.record?.contract.logicVersion ?? 1;
  claim(
    world,
    {
      ...(recovery ? {} : { input: { m: random.chance(0.75) ? 1 : 2, w: random.chance(0.75) ? 1 : 2 } }),
      version: Math.min(3, Math.max(1, at + (random.pick([0, 0, 0, 0, 0, 0, 0, 0, 1, -1]) ?? 0))),
      drift: random.chance(0.5) || recovery ? 'first' : 'refuse',
      onDoubt: world.setup.resend && !recovery && random.chance(0.5) ? 'resend' : 'stop',
      asks: !recovery && (policy === 'all' || (policy === 'some' && random.chance(0.5))),
      staleMs: random.below(stalenessMs + 1),
    },
    random,
  );
}

function holder(world: World, random: Random, fits: (held: Held) => boolean): Held | undefined {
  return random.pick([...world.holders.values()].filter(fits));
}

const isUp = (held: Held): boolean => !held.dead && held.ending === undefined;

function someoneSends(world: World, random: Random): void {
  const held = holder(world, random, (each) => isUp(each) && !each.request);
  if (held) send(world, held);
}

function somethingArrives(world: World, random: Random): void {
  const held = holder(
    world,
    random,
    (each) => each.request !== undefined && !each.answer && !each.dropped && world.now <= world.limitOf(each),
  );
  if (held) world.arrive(held, world.now, random);
}

function someoneReports(world: World, random: Random): void {
  const held = holder(world, random, (each) => isUp(each) && each.request !== undefined);
  if (!held) return;
  // An answer may be lost on its way back.
  if (held.answer && random.chance(0.25)) report(world, held, { evidence: 'unknown', reason: 'the answer was lost' });
  else report(world, held, endingOf(held, random));
}

function someoneDies(world: World, random: Random): void {
  const held = holder(world, random, isUp);
  if (held) held.dead = true;
}

/** A lost settle is tried again, or an answer given up for lost comes after all. */
function someoneReportsAgain(world: World, random: Random): void {
  const held = holder(world, random, (each) => !each.dead && each.ending !== undefined && each.request !== undefined);
  if (held?.ending) report(world, held, random.chance(0.5) ? held.ending : endingOf(held, random));
}

function someProbeEnds(world: World, random: Random): void {
  endProbe(world, random.below(world.probes.length));
}

function timePasses(world: World, random: Random): void {
  const most = random.pick([3, 3, 12, 12, 35, 70, 110, 500]) ?? 3;
  world.pass(1 + random.below(most), random);
}

function someoneDecides(world: World, random: Random): void {
  const id = `d${random.below(1_000_000)}`;
  // What fits is likelier, so that walks do not end where nothing more can be done.
  const state = world.record && stateOf(world.record, world.now);
  const over = state === 'cancelled' || state === 'declined' || state === 'rejected';
  const stuck = ['did_not_happen', 'happened', 'probe_again'] as const;
  const kinds = over ? (['reopen'] as const) : state === 'stopped' ? stuck : (['cancel', 'reopen', ...stuck] as const);
  const kind = random.pick(kinds) ?? 'cancel';
  if (kind === 'cancel' && random.chance(0.6)) return;
  const decision: Decision =
    kind === 'happened'
      ? {
          id,
          by: 'ops',
          kind,
          result: { kind: 'omitted', reason: 'unknown' },
          ...(random.chance(0.5) ? { vendorId: 'told' } : {}),
        }
      : { id, by: 'ops', kind };
  decideAs(world, decision);
}

function someoneApproves(world: World, random: Random): void {
  if (world.record?.approval?.state !== 'pending' && random.chance(0.8)) return;
  const id = `a${random.below(1_000_000)}`;
  const kind = random.pick([
    'approve',
    'approve',
    'approve',
    'approve',
    'approve',
    'approve',
    'decline',
    'revoke',
  ] as const);
  if (kind !== 'approve') {
    decideAs(world, { id, by: 'boss', kind: kind ?? 'decline' });
    return;
  }
  // What the approver was shown may be of yesterday.
  const fingerprint = random.chance(0.9) ? (world.record?.approval?.fingerprint ?? '') : 'm1 w1';
  decideAs(world, {
    id,
    by: 'boss',
    kind,
    fingerprint,
    ...(random.chance(0.5) ? { ttlMs: 1 + random.below(300) } : {}),
  });
}

function retentionCompacts(world: World, random: Random): void {
  if (random.chance(0.5)) decideAs(world, { id: `c${random.below(1_000_000)}`, by: 'retention', kind: 'compact' });
}

function theLedgerForgets(world: World, random: Random): void {
  if (!world.setup.forgetful) return;
  // Which generations and logic versions there were cannot be known again: see the assumptions.
  const first = [...world.holders.values()].every((held) => held.generation === 1 && held.version === 1);
  if (world.record) {
    if (first && world.record.generation === 1 && world.record.contract.logicVersion === 1) world.forget(random);
  } else if (world.suspectSince === undefined) {
    world.mark(world.now - random.below(300));
  }
}

/** Everybody calls again with the recorded input, the vendor answers: whatever it is must come to its end. */
function comeToAnEnd(world: World): void {
  world.kind = true;
  const random = randomFrom(1);
  for (let step = 0; step < 40; step += 1) {
    const { record } = world;
    if (!record || ['succeeded', 'rejected', 'stopped', 'declined', 'cancelled'].includes(stateOf(record, world.now)))
      return;
    const [, m = '0', w = '0'] = /^m(\d) w(\d)$/.exec(record.fingerprint.full) ?? [];
    const caller = {
      input: { m: Number(m), w: Number(w) },
      version: record.contract.logicVersion,
      drift: 'first',
      onDoubt: 'stop',
      asks: false,
      staleMs: 0,
    } as const;
    const decision = claim(world, caller, random);
    switch (decision?.kind) {
      case 'send': {
        const held = [...world.holders.values()].at(-1);
        if (!held) break;
        send(world, held);
        world.arrive(held, world.now, random);
        report(world, held, endingOf(held, random));
        break;
      }
      case 'probe': {
        world.probes.length = 0;
        const finding = look(world, random);
        const now = world.record ?? record;
        const change = applyProbe(now, finding, now.attempts.length, world.now);
        must(change !== undefined, 'a probe that the lifecycle asked for is not for nothing');
        world.store(change, { kind: 'probe', finding });
        break;
      }
      case 'wait':
        must(decision.until > world.now, 'a wait has an end');
        world.pass(decision.until - world.now, random);
        break;
      case 'refuse':
        if (decision.refusal.code !== 'approval_required') return;
        must(
          decideAs(world, {
            id: `end${step}`,
            by: 'boss',
            kind: 'approve',
            fingerprint: record.fingerprint.full,
            ttlMs: approvalTtlMs,
          }),
          'what waits for approval can be approved',
        );
        break;
      case 'write':
      case 'own':
      case 'replay':
      case 'submitted':
      case undefined:
        return;
    }
  }
  throw new Error(`it never comes to an end: ${JSON.stringify(world.record)}`);
}
