/** A metric as it is made and documented. */
export interface Metric {
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly unit: string;
  readonly description: string;
  /** The names of its attributes; each has few values. */
  readonly attributes: readonly string[];
  readonly buckets?: readonly number[];
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const minutes = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800];
/** The attribute that most of them have. */
export const operation = 'oncely.operation';

export type MetricId =
  | 'effects'
  | 'effectDuration'
  | 'replays'
  | 'reExecutions'
  | 'joined'
  | 'sendDuration'
  | 'takeovers'
  | 'probes'
  | 'probeDuration'
  | 'timeToConsistency'
  | 'divergences'
  | 'notRecorded'
  | 'refusals'
  | 'twins'
  | 'observed'
  | 'decisions'
  | 'approvalWait'
  | 'workflowChanges'
  | 'budgetUsed'
  | 'budgetExhausted'
  | 'ledgerDuration'
  | 'batchSize'
  | 'inDoubt'
  | 'doubtAge'
  | 'approvalsWaiting'
  | 'approvalsAge';

/**
 * All metrics; `docs/metrics.md` is made from them. Times have their unit in the name, against OpenTelemetry's advice:
 * some exporters to Prometheus append it where it is not there yet, and Node's own never does, so this way a series has
 * one name whoever exports it.
 */
export const metrics: Readonly<Record<MetricId, Metric>> = {
  effects: {
    name: 'oncely.effects',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls brought to their end, by what the caller got: performed now, replayed, rejected, not_applied, or failed with an error code.',
    attributes: [operation, 'oncely.outcome', 'oncely.code'],
  },
  effectDuration: {
    name: 'oncely.effect.duration.seconds',
    kind: 'histogram',
    unit: 's',
    description: 'How long such a call took, waiting for others and for the vendor included.',
    attributes: [operation, 'oncely.outcome'],
    buckets: seconds,
  },
  replays: {
    name: 'oncely.replays',
    kind: 'counter',
    unit: '{replay}',
    description:
      'safe: the recorded outcome was given back without the vendor being asked to do anything. unsafe: the vendor was called again although no answer of its own says that an earlier attempt did not happen.',
    attributes: [operation, 'oncely.replay'],
  },
  reExecutions: {
    name: 'oncely.reexecutions',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls of the vendor beyond the first for an effect. answered: it said no to all before. absent: a look-up or a person said that they did not happen. doubt: one of them may have, and the key, the constraint or your choice stands before a second effect.',
    attributes: [operation, 'oncely.after'],
  },
  joined: {
    name: 'oncely.joined',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that took the outcome of an equal one under way in this process.',
    attributes: [operation],
  },
  sendDuration: {
    name: 'oncely.send.duration.seconds',
    kind: 'histogram',
    unit: 's',
    description: 'How long one call of the vendor took, by what it proved.',
    attributes: [operation, 'oncely.evidence'],
    buckets: seconds,
  },
  takeovers: {
    name: 'oncely.takeovers',
    kind: 'counter',
    unit: '{takeover}',
    description: 'Claims that ended the permission of a holder which never reported: it crashed or stands still.',
    attributes: [operation],
  },
  probes: {
    name: 'oncely.probes',
    kind: 'counter',
    unit: '{probe}',
    description: 'Look-ups at the vendor, by its answer.',
    attributes: [operation, 'oncely.answer'],
  },
  probeDuration: {
    name: 'oncely.probe.duration.seconds',
    kind: 'histogram',
    unit: 's',
    description: 'How long a look-up took.',
    attributes: [operation, 'oncely.answer'],
    buckets: seconds,
  },
  timeToConsistency: {
    name: 'oncely.time_to_consistency.seconds',
    kind: 'histogram',
    unit: 's',
    description:
      "From the claim of the oldest doubtful attempt to the end of the doubt, by the ledger's clock, and what ended it: answer, probe or person.",
    attributes: [operation, 'oncely.by'],
    buckets: minutes,
  },
  divergences: {
    name: 'oncely.divergences',
    kind: 'counter',
    unit: '{effect}',
    description: 'Effects of which more than one is proven at the vendor.',
    attributes: [operation],
  },
  notRecorded: {
    name: 'oncely.not_recorded',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Calls of the vendor whose end could not be stored; recovery settles them.',
    attributes: [operation, 'oncely.evidence'],
  },
  refusals: {
    name: 'oncely.refusals',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls refused by what the ledger holds, by error code.',
    attributes: [operation, 'oncely.code'],
  },
  twins: {
    name: 'oncely.twins',
    kind: 'counter',
    unit: '{call}',
    description: 'Writes that another workflow had made of the same business case with the same material input.',
    attributes: [operation],
  },
  observed: {
    name: 'oncely.observed',
    kind: 'counter',
    unit: '{call}',
    description: "Writes outside of any scope, under unscoped: 'observe'.",
    attributes: [operation],
  },
  decisions: {
    name: 'oncely.decisions',
    kind: 'counter',
    unit: '{decision}',
    description: 'Approvals asked for, and what people decided.',
    attributes: [operation, 'oncely.decision'],
  },
  approvalWait: {
    name: 'oncely.approval.wait.seconds',
    kind: 'histogram',
    unit: 's',
    description: "How long an approval waited for a person's decision, by the ledger's clock.",
    attributes: [operation, 'oncely.decision'],
    buckets: minutes,
  },
  workflowChanges: {
    name: 'oncely.workflow.changes',
    kind: 'counter',
    unit: '{change}',
    description: 'Workflows paused, resumed (running) and cancelled.',
    attributes: ['oncely.state'],
  },
  budgetUsed: {
    name: 'oncely.budget.used',
    kind: 'histogram',
    unit: '1',
    description: 'After each use of a budget, which part of it is used; above 1 the workflow was paused.',
    attributes: ['oncely.budget'],
    buckets: [0.25, 0.5, 0.75, 0.9, 1],
  },
  budgetExhausted: {
    name: 'oncely.budget.exhausted',
    kind: 'counter',
    unit: '{use}',
    description: 'Uses beyond a budget: the workflow waits for a person.',
    attributes: ['oncely.budget'],
  },
  ledgerDuration: {
    name: 'oncely.ledger.duration.seconds',
    kind: 'histogram',
    unit: 's',
    description:
      "How long one call of the ledger took, as its caller saw it; outcome is its answer's kind, ok or failed.",
    attributes: ['oncely.store', 'oncely.call', 'oncely.outcome'],
    buckets: seconds,
  },
  batchSize: {
    name: 'oncely.ledger.batch.size',
    kind: 'histogram',
    unit: '{command}',
    description: 'How many commands went to the store as one.',
    attributes: ['oncely.store'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
  },
  inDoubt: {
    name: 'oncely.in_doubt',
    kind: 'gauge',
    unit: '{effect}',
    description: 'Effects in doubt now, and those stopped for a person. Asked of the ledger.',
    attributes: ['oncely.state'],
  },
  doubtAge: {
    name: 'oncely.doubt.age.seconds',
    kind: 'gauge',
    unit: 's',
    description: 'How long ago the oldest attempt of these was claimed; 0 where there is none. Asked of the ledger.',
    attributes: ['oncely.state'],
  },
  approvalsWaiting: {
    name: 'oncely.approvals.waiting',
    kind: 'gauge',
    unit: '{approval}',
    description: 'Effects that wait for an approval now. Asked of the ledger.',
    attributes: [],
  },
  approvalsAge: {
    name: 'oncely.approvals.age.seconds',
    kind: 'gauge',
    unit: 's',
    description: 'How long the oldest of these waits; 0 where there is none. Asked of the ledger.',
    attributes: [],
  },
};
