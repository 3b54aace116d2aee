import type { AttemptEssentials, HistoryEvent } from './event.ts';
import type { Register } from './register.ts';
import type { Version } from './version.ts';
import type { Violation } from './violation.ts';

type Sending = HistoryEvent & { readonly kind: 'sending' };
type VendorEffect = HistoryEvent & { readonly kind: 'effect' };

/** Of one slot: what was sent, and what the vendor counted. */
export interface Traffic {
  readonly slot: string;
  readonly sends: readonly Sending[];
  readonly effects: readonly VendorEffect[];
}

/**
 * Nothing is sent but by the holder of the current token, once, and inside of its window: after its claim was
 * acknowledged to this process, and before anybody knew it settled or taken over.
 */
export function checkSends(
  traffic: Traffic,
  register: Register | undefined,
  versions: readonly Version[],
  windowMs: number,
): Violation[] {
  const { slot, sends, effects } = traffic;
  const found: Violation[] = [];
  const sent = new Set<string>();
  for (const { token, time, until, process } of sends) {
    const violation = (rule: Violation['rule'], what: string): void => {
      found.push({ rule, subject: slot, time, what: `${process} sent with ${token} ${what}` });
    };
    if (sent.has(token)) violation('sent twice', 'a second time');
    sent.add(token);
    const claim = versions.find((version) => attemptIn(version, token));
    const shown = register?.sights.some(
      (sight) => sight.process === process && sight.ended < until && sight.revision >= (claim?.revision ?? Infinity),
    );
    if (!claim || shown !== true) {
      violation('sent without a claim', 'before it was told that its claim is stored');
      continue;
    }
    const lost = versions.find((version) => version.revision > claim.revision && !holds(version, token));
    if (lost && lost.seen < time) {
      violation('sent with a lost token', `after revision ${lost.revision}, which ends its permission, was known`);
    }
    const begun = Math.min(...claim.writers.filter((write) => write.process === process).map((write) => write.begun));
    if (time - begun >= windowMs * 1e6) {
      violation('sent too late', `${Math.round((time - begun) / 1e6)} ms after it began to claim`);
    }
  }
  for (const { token, time, vendorId } of effects) {
    if (sent.has(token)) continue;
    const what = `${vendorId} was caused with ${token}, with which nobody had begun to send`;
    found.push({ rule: 'effect without a send', subject: slot, time, what });
  }
  return found;
}

/** What a version says of an attempt; `undefined` where it does not know it, or where it is no record. */
export function attemptIn({ writers }: Version, token: string): AttemptEssentials | undefined {
  return writers[0]?.record?.attempts.find((attempt) => attempt.token === token);
}

/** Whether the token is still the permission to send. */
function holds({ writers }: Version, token: string): boolean {
  const record = writers[0]?.record;
  if (!record) return true;
  const last = record.attempts.at(-1);
  return last?.token === token && last.settledAt === undefined && last.evidence === 'unknown';
}
