import type { Fingerprint } from '../../src/fingerprint.ts';
import type { Change } from '../../src/lifecycle/change.ts';
import type { ClaimRequest } from '../../src/lifecycle/claim-request.ts';
import { decideClaim, type ClaimDecision } from '../../src/lifecycle/claim.ts';
import { decide, type Decision } from '../../src/lifecycle/decide.ts';
import { applyProbe, type Finding } from '../../src/lifecycle/probe.ts';
import { decideSettle, type Ending } from '../../src/lifecycle/settle.ts';
import { stateOf } from '../../src/lifecycle/state.ts';
import { decodeRecord, encodeRecord, type EffectRecord, type EffectState, type SafetyClass } from '../../src/record.ts';

export const lease = 60;
export const landing = 100;
export const keyWindow = 1_000;
export const start = 10_000;

export const keyed: SafetyClass = { kind: 'keyed', windowMs: keyWindow };

/** The input of a call: `m` material, `w` wording. */
export function input(m: number, w = 1): Fingerprint {
  return { version: 1, full: `m${m} w${w}`, material: `m${m}`, fields: { amount: `${m}`, text: `${w}` } };
}

export const yes = (vendorId?: string): Ending => ({
  evidence: 'accepted',
  result: { kind: 'plain', body: `result ${vendorId}` },
  ...(vendorId === undefined ? {} : { vendorId }),
});
export const no = (speaksForKey = false): Ending => ({
  evidence: 'rejected',
  reason: 'card_declined',
  speaksForKey,
  result: { kind: 'plain', body: 'declined' },
});
export const limited: Ending & { evidence: 'not_applied' } = { evidence: 'not_applied', reason: '429' };
export const lost: Ending = { evidence: 'unknown', reason: 'ECONNRESET' };
export const absent: Finding = { kind: 'absent' };
export const found = (...ids: string[]): Finding => ({
  kind: 'found',
  matches: ids.map((vendorId) => ({ vendorId, result: { kind: 'plain', body: `found ${vendorId}` } })),
});
export const cannotKnow: Finding = { kind: 'cannot_know', reason: 'history too short' };

/** One slot in a ledger whose clock stands until it is moved. */
export class Slot {
  at = start;
  record: EffectRecord | undefined;
  events: { type: string; [name: string]: unknown }[] = [];
  docs: string[] = [];
  index: Change['index'] | undefined;
  private tokens = 0;
  private decisions = 0;
  private readonly defaults: Partial<ClaimRequest>;

  constructor(safety: SafetyClass = { kind: 'probed' }, defaults: Partial<ClaimRequest> = {}) {
    this.defaults = { safety, ...defaults };
  }

  get state(): EffectState | 'absent' {
    return this.record ? stateOf(this.record, this.at) : 'absent';
  }

  /** What is decided; nothing is stored. */
  ask(of: Partial<ClaimRequest> & { readonly version?: number } = {}): ClaimDecision {
    const { version = this.record?.contract.logicVersion ?? 1, ...rest } = of;
    return decideClaim(
      this.record,
      {
        contract: { businessId: 'invoice_1', workflowId: 'desk', stepId: 'pay', logicVersion: version },
        client: 'stripe',
        account: '',
        operation: 'sim.pay',
        safety: keyed,
        landingBoundMs: landing,
        fingerprint: input(1),
        drift: 'first',
        onDoubt: 'stop',
        token: 'asked',
        leaseMs: lease,
        holder: 'worker',
        ...this.defaults,
        ...rest,
      },
      this.at,
    );
  }

  /** Claims and stores what is decided. `request` is what the runner keeps with the draft. */
  claim(of: Parameters<Slot['ask']>[0] = {}): ClaimDecision {
    this.tokens += 1;
    const decision = this.ask({ token: `t${this.tokens}`, ...of });
    if (decision.kind !== 'send' && decision.kind !== 'write') return decision;
    const prepared =
      decision.kind === 'write' ? decision.change.draft.request === undefined : decision.request === 'prepare';
    const { draft } = decision.change;
    this.store(
      prepared
        ? { ...decision.change, draft: { ...draft, request: { kind: 'plain', body: `g${draft.generation}` } } }
        : decision.change,
    );
    return decision;
  }

  settle(token: string, ending: Ending): 'write' | 'unchanged' {
    const decision = decideSettle(this.needed(), token, ending, this.at);
    if (decision.kind === 'write') this.store(decision.change);
    return decision.kind;
  }

  probe(finding: Finding, begun: { attempts?: number; at?: number } = {}): 'write' | 'unchanged' {
    const record = this.needed();
    const change = applyProbe(record, finding, begun.attempts ?? record.attempts.length, this.at, begun.at ?? this.at);
    if (change) this.store(change);
    return change ? 'write' : 'unchanged';
  }

  /** `undefined` when it is applied, why not when it is refused. */
  decide(
    decision: Omit<Decision, 'id' | 'by'> & { readonly id?: string; readonly [more: string]: unknown },
  ): string | undefined {
    this.decisions += 1;
    // A person approves what is shown, which is what is recorded.
    const shown = decision.kind === 'approve' ? { fingerprint: this.record?.approval?.fingerprint } : {};
    const decided = decide(
      this.needed(),
      { id: `d${this.decisions}`, by: 'ops', ...shown, ...decision } as Decision,
      this.at,
    );
    if (decided.kind === 'write') this.store(decided.change);
    return decided.kind === 'refuse' ? decided.why : undefined;
  }

  pass(ms: number): this {
    this.at += ms;
    return this;
  }

  attempt(token: string): EffectRecord['attempts'][number] | undefined {
    return this.record?.attempts.find((attempt) => attempt.token === token);
  }

  private needed(): EffectRecord {
    if (!this.record) throw new Error('there is no record yet');
    return this.record;
  }

  private store(change: Change): void {
    this.record = decodeRecord(encodeRecord(change.draft), this.at);
    this.index = change.index;
    this.docs.push(...change.events.map((event) => event.doc));
    this.events.push(...change.events.map((event) => JSON.parse(event.doc) as { type: string }));
  }
}

/** A slot whose first attempt was made and whose answer was lost. */
export function inDoubt(safety?: SafetyClass, defaults?: Partial<ClaimRequest>): Slot {
  const slot = new Slot(safety, defaults);
  slot.claim();
  slot.settle('t1', lost);
  return slot;
}
