import type { Change } from '../../../src/lifecycle/change.ts';
import type { Finding } from '../../../src/lifecycle/probe.ts';
import { decodeRecord, encodeRecord, type EffectRecord } from '../../../src/record.ts';
import { Reference, type Knowledge } from './reference.ts';
import { randomFrom, type Random } from './random.ts';
import { landingBoundMs, sendWindowMs, type Setup } from './terms.ts';
import { typeOf, type Cause, type Held, type Truth } from './truth.ts';
import { Vendor, type Request } from './vendor.ts';

export interface Probing {
  readonly revision: number;
  readonly at: number;
  readonly attempts: number;
  readonly finding: Finding;
}

/** One slot, its ledger, its vendor and everybody who acts on them. */
export class World implements Truth {
  now = 10_000;
  record: EffectRecord | undefined;
  writtenAt = 0;
  revision = 0;
  suspectSince: number | undefined;
  epoch = 1;
  tokens = 0;
  transitions = 0;
  /** The vendor does whatever it is asked. */
  kind = false;
  readonly holders = new Map<string, Held>();
  readonly probes: Probing[] = [];
  /** What a backup may hold: the record as it was, oldest first. */
  private readonly backups: { readonly record: EffectRecord; readonly at: number; readonly knew: Knowledge }[] = [];
  readonly reference: Reference;
  readonly vendor: Vendor;
  readonly setup: Setup;
  readonly met: Map<string, number>;

  constructor(setup: Setup, met: Map<string, number>) {
    this.setup = setup;
    this.met = met;
    this.vendor = new Vendor(setup.kind);
    this.reference = new Reference(this);
  }

  meet(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }

  /** What the ledger does with one write: the record, resolved on its clock, with its events. */
  store(change: Change, cause: Cause): EffectRecord {
    const before = this.record;
    const doc = encodeRecord(change.draft);
    const after = frozen(decodeRecord(doc, this.now));
    this.reference.stored(before, after, change, doc, cause);
    this.record = after;
    this.writtenAt = this.now;
    this.revision += 1;
    this.transitions += 1;
    if (this.setup.forgetful) this.backups.push({ record: after, at: this.now, knew: this.reference.knows() });
    for (const event of change.events) this.meet(`event ${typeOf(event)}`);
    return after;
  }

  /** The ledger loses the record, or all since a backup of it, and is marked. Who holds a permission knows nothing of it. */
  forget(random: Random): void {
    if (!this.record) return;
    const kept = random.chance(0.5) ? random.below(this.backups.length) : -1;
    const backup = this.backups[kept];
    this.backups.length = kept + 1;
    this.mark(backup?.at ?? this.record.createdAt - 1);
    this.record = backup?.record;
    this.writtenAt = backup?.at ?? 0;
    this.revision += 1;
    this.probes.length = 0;
    this.reference.forgotten(backup?.knew);
    this.meet(backup ? 'restored' : 'forgotten');
  }

  mark(since: number): void {
    this.suspectSince = Math.min(since, this.suspectSince ?? Infinity);
    this.epoch += 1;
  }

  /** Lets time pass; what is on its way arrives or is lost by its limit. */
  pass(ms: number, random: Random): void {
    const until = this.now + ms;
    const onTheirWay = [...this.holders.values()]
      .filter((held) => held.request && !held.answer && !held.dropped && this.limitOf(held) < until)
      .toSorted((a, b) => this.limitOf(a) - this.limitOf(b));
    for (const held of onTheirWay) {
      if (random.chance(0.6)) this.arrive(held, this.limitOf(held), random);
      else held.dropped = true;
    }
    this.now = until;
  }

  arrive(held: Held, at: number, random: Random): void {
    if (!held.request) return;
    const choices = this.kind ? randomFrom(21) : random;
    held.answer = this.vendor.arrive(held.request, at, this.limitOf(held), choices);
    this.meet(`answer ${held.answer.kind}`);
    this.reference.arrived(held);
  }

  /** The last moment at which this attempt's request can take effect and be seen. */
  limitOf(held: Held): number {
    return Math.min(held.gaveUpAt ?? held.leaseUntil, held.leaseUntil) + landingBoundMs - 1;
  }

  /** In truth: whether the attempt can still cause an effect of its own. */
  couldStill(held: Held): boolean {
    if (held.answer || held.dropped) return false;
    const { request = requestOf(held) } = held;
    const gone =
      !held.request && (held.dead === true || held.ending !== undefined || this.now - held.start >= sendWindowMs);
    return !gone && this.now <= this.limitOf(held) && this.vendor.couldTake(request, this.limitOf(held));
  }

  /** In truth: whether nothing of this logic version happened, nor can any more. */
  nothingOf(version: number): boolean {
    const open = [...this.holders.values()].some((held) => held.version === version && this.couldStill(held));
    return !open && !this.vendor.effects.some((effect) => effect.version === version);
  }
}

export function requestOf({ token, version, sends: { m, w, key } }: Held): Request {
  return { token, version, key, full: `m${m} w${w}`, material: `v${version} m${m}` };
}

/** A decision that changes what it was given is caught in the act. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
