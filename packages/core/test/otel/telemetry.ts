import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MetricReader, MeterProvider, type DataPoint, type Histogram } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { observeWith, type ObserveOptions } from '@oncely/core/otel';

export class Collected extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** What was measured: the value of a counter or gauge, and count and sum of a histogram. */
export type Point = number | { readonly count: number; readonly sum: number };

export interface Telemetry {
  readonly tracer: api.Tracer;
  /** Those that have ended, in the order in which they began. */
  spans(): readonly ReadableSpan[];
  reader: MetricReader;
  /** The points of a metric by its attributes, as `{"a":"b"}`. */
  points(metric: string): Promise<Readonly<Record<string, Point>>>;
  end(): Promise<void>;
}

let managed = false;

/** The real SDK, in memory, hearing every effect of this process until it is ended. */
export function startTelemetry(options: Partial<ObserveOptions> = {}): Telemetry {
  if (!managed) api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  managed = true;
  const exporter = new InMemorySpanExporter();
  const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const reader = new Collected();
  const metering = new MeterProvider({ readers: [reader] });
  const tracer = tracing.getTracer('test');
  const stop = observeWith({ api, tracer, meter: metering.getMeter('test'), ...options });
  return {
    tracer,
    reader,
    spans: () =>
      exporter
        .getFinishedSpans()
        .toSorted((one, other) => one.startTime[0] - other.startTime[0] || one.startTime[1] - other.startTime[1]),
    points: async (metric) => {
      const { resourceMetrics } = await reader.collect();
      const found = resourceMetrics.scopeMetrics
        .flatMap((scope) => scope.metrics)
        .filter(({ descriptor }) => descriptor.name === metric)
        .flatMap(({ dataPoints }) => dataPoints as DataPoint<number | Histogram>[]);
      return Object.fromEntries(
        found.map(({ attributes, value }) => [
          JSON.stringify(attributes),
          typeof value === 'number' ? value : { count: value.count, sum: value.sum ?? 0 },
        ]),
      );
    },
    end: async () => {
      stop();
      await tracing.shutdown();
      await metering.shutdown();
    },
  };
}
