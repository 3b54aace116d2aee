import type { EffectEvent, LedgerEvent } from '../events.ts';
import type { OtelMeter } from './api.ts';
import { metrics, operation, type Metric } from './metric-table.ts';

/** Makes the counters and histograms, and moves them by what is published. */
export function metricsFrom(meter: OtelMeter): {
  hear(event: EffectEvent): void;
  hearLedger(event: LedgerEvent): void;
} {
  const counter = ({ name, unit, description }: Metric): ReturnType<OtelMeter['createCounter']> =>
    meter.createCounter(name, { unit, description });
  const histogram = ({ name, unit, description, buckets = [] }: Metric): ReturnType<OtelMeter['createHistogram']> =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...buckets] } });
  const effects = counter(metrics.effects);
  const effectDuration = histogram(metrics.effectDuration);
  const replays = counter(metrics.replays);
  const reExecutions = counter(metrics.reExecutions);
  const joined = counter(metrics.joined);
  const sendDuration = histogram(metrics.sendDuration);
  const takeovers = counter(metrics.takeovers);
  const probes = counter(metrics.probes);
  const probeDuration = histogram(metrics.probeDuration);
  const timeToConsistency = histogram(metrics.timeToConsistency);
  const divergences = counter(metrics.divergences);
  const notRecorded = counter(metrics.notRecorded);
  const refusals = counter(metrics.refusals);
  const twins = counter(metrics.twins);
  const observed = counter(metrics.observed);
  const decisions = counter(metrics.decisions);
  const approvalWait = histogram(metrics.approvalWait);
  const workflowChanges = counter(metrics.workflowChanges);
  const budgetUsed = histogram(metrics.budgetUsed);
  const budgetExhausted = counter(metrics.budgetExhausted);
  const ledgerDuration = histogram(metrics.ledgerDuration);
  const batchSize = histogram(metrics.batchSize);

  const hear = (event: EffectEvent): void => {
    switch (event.type) {
      case 'ended': {
        const about = { [operation]: event.operation, 'oncely.outcome': event.outcome };
        effects.add(1, event.code === undefined ? about : { ...about, 'oncely.code': event.code });
        effectDuration.record(event.durationMs / 1_000, about);
        return;
      }
      case 'replayed':
        replays.add(1, { [operation]: event.operation, 'oncely.replay': 'safe' });
        return;
      case 're_executed':
        reExecutions.add(1, { [operation]: event.operation, 'oncely.after': event.after });
        if (event.after !== 'answered') replays.add(1, { [operation]: event.operation, 'oncely.replay': 'unsafe' });
        return;
      case 'joined':
        joined.add(1, { [operation]: event.operation });
        return;
      case 'sent':
        if (event.sent && event.durationMs !== undefined) {
          const about = { [operation]: event.operation, 'oncely.evidence': event.evidence };
          sendDuration.record(event.durationMs / 1_000, about);
        }
        return;
      case 'taken_over':
        takeovers.add(1, { [operation]: event.operation });
        return;
      case 'probed': {
        const about = { [operation]: event.operation, 'oncely.answer': event.answer };
        probes.add(1, about);
        if (event.durationMs !== undefined) probeDuration.record(event.durationMs / 1_000, about);
        return;
      }
      case 'consistent':
        timeToConsistency.record(event.afterMs / 1_000, { [operation]: event.operation, 'oncely.by': event.by });
        return;
      case 'diverged':
        divergences.add(1, { [operation]: event.operation });
        return;
      case 'not_recorded':
        notRecorded.add(1, { [operation]: event.operation, 'oncely.evidence': event.evidence });
        return;
      case 'refused':
        refusals.add(1, { [operation]: event.operation, 'oncely.code': event.code });
        return;
      case 'twin':
        twins.add(1, { [operation]: event.operation });
        return;
      case 'observed':
        observed.add(1, { [operation]: event.operation });
        return;
      case 'break_glass':
        decisions.add(1, { [operation]: event.operation, 'oncely.decision': 'break_glass' });
        return;
      case 'approval_asked':
        decisions.add(1, { [operation]: event.operation, 'oncely.decision': 'asked' });
        return;
      case 'approval_reminded':
      case 'approval_escalated':
      case 'approval_expired':
        decisions.add(1, { [operation]: event.operation, 'oncely.decision': event.type.slice('approval_'.length) });
        return;
      case 'decided': {
        const about = { [operation]: event.operation, 'oncely.decision': event.decision };
        decisions.add(1, about);
        if (event.waitedMs !== undefined) approvalWait.record(event.waitedMs / 1_000, about);
        return;
      }
      case 'workflow_changed':
        workflowChanges.add(1, { 'oncely.state': event.state });
        return;
      case 'budget_used': {
        const about = { 'oncely.budget': event.budget };
        // A budget of nothing is used up by its first use.
        budgetUsed.record(event.limit === 0 ? 2 : event.used / event.limit, about);
        if (event.used > event.limit) budgetExhausted.add(1, about);
        return;
      }
      case 'begun':
      case 'claimed':
      case 'settled':
        return;
    }
  };

  const hearLedger = (event: LedgerEvent): void => {
    // The kind of store only: a name may hold a path or a host.
    const about = { 'oncely.store': event.ledger.split(' ', 1)[0] ?? '' };
    switch (event.type) {
      case 'called':
        ledgerDuration.record(event.durationMs / 1_000, {
          ...about,
          'oncely.call': event.call,
          'oncely.outcome': event.outcome,
        });
        return;
      case 'batched':
        batchSize.record(event.commands, about);
        return;
    }
  };

  return { hear, hearLedger };
}
