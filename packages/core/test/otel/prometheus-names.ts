import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

import { metrics } from '../../src/otel/metric-table.ts';
import { Collected } from './telemetry.ts';

/** What OpenTelemetry's own exporter makes of each metric for Prometheus: its series with their labels, without `le`. */
export async function prometheusSeries(): Promise<Readonly<Record<string, ReadonlySet<string>>>> {
  const reader = new Collected();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('names');
  for (const { name, kind, unit, attributes } of Object.values(metrics)) {
    const about = Object.fromEntries(attributes.map((attribute) => [attribute, 'x']));
    switch (kind) {
      case 'counter':
        meter.createCounter(name, { unit }).add(1, about);
        break;
      case 'histogram':
        meter.createHistogram(name, { unit }).record(1, about);
        break;
      case 'gauge':
        meter.createObservableGauge(name, { unit }).addCallback((observed) => observed.observe(1, about));
        break;
    }
  }
  const { resourceMetrics } = await reader.collect();
  const text = new PrometheusSerializer(undefined, false, undefined, true, true).serialize(resourceMetrics);
  const found: Record<string, Set<string>> = {};
  for (const { groups } of text.matchAll(/^(?<name>oncely_\w+)(?:\{(?<labels>[^}]*)\})? /gm)) {
    const labels = [...(groups?.['labels'] ?? '').matchAll(/(?<label>\w+)="/g)].map(
      (each) => each.groups?.['label'] ?? '',
    );
    found[groups?.['name'] ?? ''] = new Set(labels.filter((label) => label !== 'le'));
  }
  return found;
}
