import type { Mutant } from './mutant.ts';

const spans = 'packages/core/test/otel/spans.test.ts';
const moved = 'packages/core/test/otel/metrics.test.ts';
const quiet = 'packages/core/test/otel/quiet.test.ts';

/** Broken events, spans, metrics and alerts. */
export const telemetryMutants: readonly Mutant[] = [
  {
    breaks: 'a recovery that begins a trace of its own',
    file: 'packages/core/src/recover.ts',
    from: `...tracing(record.traceparent),`,
    to: ``,
    test: spans,
    named: 'its trace is continued by recovery in another process',
  },
  {
    breaks: 'a claim that does not keep its place in the trace',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `const trace = traceparent === undefined ? {} : { traceparent };`,
    to: `const trace = traceparent === undefined ? {} : {};`,
    test: spans,
    named: 'its trace is continued by recovery in another process',
  },
  {
    breaks: "an exporter's failure that goes on to the process",
    file: 'packages/core/src/otel.ts',
    from: `  } catch {`,
    to: `  } catch (error) {\n    throw error;`,
    test: quiet,
    named: 'of a tracer, a meter and a ledger that throw',
  },
  {
    breaks: "the vendor's words in an event",
    file: 'packages/core/src/attempt.ts',
    from: `    evidence: verdict.evidence,\n    ...lasted`,
    to: `    evidence: (verdict.evidence + ('reason' in verdict ? verdict.reason : '')) as 'unknown',\n    ...lasted`,
    test: quiet,
    named: 'holds no input, result, header or error text',
  },
  {
    breaks: 'a look-up that found nothing taken for the answer of the vendor',
    file: 'packages/core/src/reporting.ts',
    from: `basis !== 'answer'`,
    to: `basis === 'person'`,
    test: moved,
    named: 'two looks that found nothing as unsafe',
  },
  {
    breaks: 'gauges that ask the ledger at each collection',
    file: 'packages/core/src/otel/standing.ts',
    from: `monotonic() - asked.at >= everyMs`,
    to: `monotonic() - asked.at >= 0 * everyMs`,
    test: moved,
    named: 'asking the ledger no more often',
  },
  {
    breaks: 'an alert that misses the first divergence of an operation',
    file: 'docs/ops/prometheus-alerts.yml',
    from: `          or sum by (oncely_operation) (oncely_divergences_total unless oncely_divergences_total offset 15m) > 0\n`,
    to: ``,
    test: 'packages/core/test/otel/ops.test.ts',
    named: 'the alerts fire when they must',
  },
];
