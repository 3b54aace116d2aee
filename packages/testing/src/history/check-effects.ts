import type { Traffic } from './check-sends.ts';
import type { HistoryEvent } from './event.ts';
import type { Version } from './version.ts';
import type { Violation } from './violation.ts';

type Told = HistoryEvent & { readonly kind: 'told' };

/** Classes whose vendor, or whose landing bound, lets an effect happen once. */
const once = new Set(['keyed', 'constrained', 'probed', 'natural']);

/**
 * What the vendor counted against what the ledger says and callers were told. A generation rises only after a definite
 * no, so over all generations of a logic version there is one effect at most.
 */
export function checkEffects(traffic: Traffic, versions: readonly Version[], told: readonly Told[]): Violation[] {
  const { slot, effects } = traffic;
  const found: Violation[] = [];
  const last = versions.at(-1);
  const record = last?.writers[0]?.record;
  const attempts = record?.attempts ?? [];
  const ids = new Set(effects.map((effect) => effect.vendorId));
  const violation = (rule: Violation['rule'], time: number, what: string): void => {
    found.push({ rule, subject: slot, time, what });
  };

  const byVersion = Map.groupBy(effects, ({ token }) => attempts.find((each) => each.token === token)?.logicVersion);
  for (const [logicVersion, all] of byVersion) {
    const [first, second] = all;
    if (first && second && record && once.has(record.safety)) {
      const what = `${first.vendorId} and ${second.vendorId} both happened, of logic version ${logicVersion ?? '?'}`;
      violation('double effect', second.time, what);
    }
  }
  for (const { token, time, vendorId } of effects) {
    const evidence = attempts.find((attempt) => attempt.token === token)?.evidence;
    if (evidence === 'not_applied' || evidence === 'rejected') {
      violation('denied effect', time, `${vendorId} happened by ${token}, which ended as ${evidence}`);
    }
  }
  for (const { token, evidence, vendorId } of attempts) {
    if (evidence === 'accepted' && vendorId !== undefined && !ids.has(vendorId)) {
      violation('invented effect', last?.seen ?? 0, `${token} ended as accepted by ${vendorId}, which never happened`);
    }
  }
  for (const { vendorId, time, process } of told) {
    const proven = versions.find((version) =>
      version.writers[0]?.record?.attempts.some((each) => each.evidence === 'accepted' && each.vendorId === vendorId),
    );
    if (!ids.has(vendorId) || !proven || proven.seen > time) {
      violation('told without proof', time, `${process} told its caller of ${vendorId} before the ledger held it`);
    }
  }
  return found;
}
