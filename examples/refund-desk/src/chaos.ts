/**
 * All that goes wrong in a run, decided by its seed: the same cases meet the same faults and the same kills whichever
 * agent works on them.
 */
import type { Fault, RandomFaults } from '@oncely/testing/fakes/faults';
import type { FakeRequest } from '@oncely/testing/fakes/http-fake';
import type { SmtpFault, SmtpMoment } from '@oncely/testing/fakes/smtp';

import { caseIn } from './cases.ts';
import { between, randomOf, type Random } from './random.ts';

type Rates = Readonly<Partial<Record<Fault['kind'], number>>>;

/** What share of the writes fails how. The rest is answered, after a while: vendors take their time. */
const failures: Rates = {
  reset_before_effect: 0.01,
  reset_after_effect: 0.03,
  truncate: 0.02,
  late_landing: 0.02,
  gateway_502: 0.02,
  rate_limited: 0.01,
  gateway_429: 0.01,
  status: 0.02,
  no_error_body: 0.01,
};
const answers: Rates = { delay: 0.4, slow_execution: 0.4 };

const latencyMs = { low: 10, high: 80 };
const latestLandingMs = 150;

/** Vendors recover: after this many failures in a row the next is an answer. */
const longestStreak = 2;

/** Faults of one HTTP vendor: the nth write of a case at it fares the same in every run with this seed. */
export function httpFaults(seed: number, vendor: string): RandomFaults<FakeRequest> {
  const streams = new Map<string, { random: Random; streak: number }>();
  let current: { random: Random; streak: number } | undefined;
  return {
    rates: { ...failures, ...answers },
    random: () => current?.random() ?? 1,
    match: (request) => {
      const about = caseIn(request.body);
      if (about === undefined) return false;
      current = streams.get(about) ?? { random: randomOf(seed, vendor, about), streak: 0 };
      streams.set(about, current);
      if (current.streak < longestStreak) return true;
      current.streak = 0;
      return false;
    },
    make: (kind, random) => {
      const answered = kind in answers;
      if (current) current.streak = answered ? 0 : current.streak + 1;
      return faultOf(kind, random);
    },
  };
}

function faultOf(kind: Fault['kind'], random: Random): Fault {
  switch (kind) {
    case 'delay':
    case 'slow_execution':
      return { kind, ms: between(random, latencyMs.low, latencyMs.high) };
    case 'late_landing':
      return { kind, ms: between(random, 10, latestLandingMs) };
    case 'gateway_502':
    case 'gateway_429':
      return { kind, after: random() < 0.6 ? 'after_effect' : 'before_effect' };
    case 'status':
      // Stripe keeps a 500 under its key once execution had begun, and replays it.
      return random() < 0.5
        ? { kind, status: 500, after: 'after_effect' }
        : { kind, status: 503, after: 'before_effect' };
    case 'rate_limited':
      return { kind, retryAfterS: 1 };
    case 'no_error_body':
      // A proxy on the way that answers in JSON of its own; stripe-node takes it for a success.
      return { kind, status: 403, after: 'before_effect' };
    case 'reset_before_effect':
    case 'reset_after_effect':
    case 'truncate':
    case 'not_json':
      return { kind };
  }
}

/** Faults of the mail server in the order in which messages arrive, each with how many of its moment pass before it. */
export function smtpFaults(seed: number, messages: number): readonly { fault: SmtpFault; skip: number }[] {
  const random = randomOf(seed, 'smtp');
  const rules: { fault: SmtpFault; skip: number }[] = [];
  const fired = new Map<SmtpMoment, number>();
  // A later rule does not count what an earlier one took.
  const add = (fault: SmtpFault, moment: SmtpMoment, position: number): void => {
    const before = fired.get(moment) ?? 0;
    fired.set(moment, before + 1);
    rules.push({ fault, skip: position - before });
  };
  let streak = 0;
  for (let position = 0; position < messages; position += 1) {
    const failure = streak < longestStreak ? drawFailure(random) : undefined;
    streak = failure ? streak + 1 : 0;
    if (failure) add(failure.fault, failure.moment, position);
    if (failure?.moment === 'after_dot') continue;
    add({ kind: 'delay', at: 'after_dot', ms: between(random, latencyMs.low, latencyMs.high) }, 'after_dot', position);
  }
  return rules;
}

function drawFailure(random: Random): { fault: SmtpFault; moment: SmtpMoment } | undefined {
  const lot = random();
  if (lot < 0.02) return { fault: { kind: 'reject', at: 'rcpt', code: 421 }, moment: 'rcpt' };
  if (lot < 0.04) return { fault: { kind: 'drop', at: 'mail' }, moment: 'mail' };
  if (lot < 0.06) return { fault: { kind: 'drop', at: 'body' }, moment: 'body' };
  if (lot < 0.09) return { fault: { kind: 'drop', at: 'after_dot' }, moment: 'after_dot' };
  if (lot < 0.1) {
    return { fault: { kind: 'late_landing', ms: between(random, 10, latestLandingMs) }, moment: 'after_dot' };
  }
  return undefined;
}

/** Whose delivery is followed by a SIGKILL, and how soon. */
export interface KillPlan {
  /** The worker that a case was handed to dies this many milliseconds later, with all that it holds. */
  readonly kills: ReadonlyMap<string, number>;
  /** The same for all workers at once. */
  readonly powerCut: { readonly case: string; readonly afterMs: number };
}

export function killPlan(seed: number, caseIds: readonly string[], kills: number): KillPlan {
  const random = randomOf(seed, 'kills');
  const chosen = new Map<string, number>();
  const powerCut = caseIds[Math.floor(caseIds.length * (0.7 + 0.2 * random()))] ?? '';
  while (chosen.size < Math.min(kills, caseIds.length - 1)) {
    const id = caseIds[Math.floor(random() * caseIds.length)];
    if (id !== undefined && id !== powerCut) chosen.set(id, between(random, 5, 350));
  }
  return { kills: chosen, powerCut: { case: powerCut, afterMs: between(random, 50, 250) } };
}
