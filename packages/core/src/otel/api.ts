/**
 * What is used of the OpenTelemetry API, in its own words: `import * as api from '@opentelemetry/api'` fits, in any 1.x.
 * Given by the user, so that core depends on no version of it and the user's own registered SDK is the one that hears.
 */
export interface OtelApi {
  readonly ROOT_CONTEXT: object;
  readonly context: { active(): object };
  readonly trace: {
    getTracer(name: string): OtelTracer;
    getSpan(context: object): OtelSpan | undefined;
    setSpan(context: object, span: OtelSpan): object;
    setSpanContext(context: object, spanContext: OtelSpanContext): object;
  };
  readonly metrics: { getMeter(name: string): OtelMeter };
}

export type Attributes = Record<string, string | number | boolean>;

/** Seconds and nanoseconds since 1970. */
export type HighResolutionTime = [seconds: number, nanoseconds: number];

export interface OtelSpanContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote?: boolean;
}

export interface OtelSpan {
  spanContext(): OtelSpanContext;
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  /** Of newer versions of the API. */
  addLink?(link: { context: OtelSpanContext }): unknown;
  end(endTime?: HighResolutionTime): void;
}

export interface OtelTracer {
  startSpan(
    name: string,
    options: {
      kind?: number;
      startTime?: HighResolutionTime;
      attributes?: Attributes;
      links?: { context: OtelSpanContext }[];
    },
    context?: object,
  ): OtelSpan;
}

interface InstrumentOptions {
  description?: string;
  unit?: string;
  advice?: { explicitBucketBoundaries?: number[] };
}

export interface OtelCounter {
  add(value: number, attributes?: Attributes): void;
}

export interface OtelHistogram {
  record(value: number, attributes?: Attributes): void;
}

/** An observable instrument; only ever handed back to the meter. */
export type OtelObservable = object;

export interface OtelObservations {
  observe(instrument: OtelObservable, value: number, attributes?: Attributes): void;
}

export interface OtelMeter {
  createCounter(name: string, options?: InstrumentOptions): OtelCounter;
  createHistogram(name: string, options?: InstrumentOptions): OtelHistogram;
  createObservableGauge(name: string, options?: InstrumentOptions): OtelObservable;
  addBatchObservableCallback(
    callback: (observations: OtelObservations) => void | Promise<void>,
    observables: OtelObservable[],
  ): void;
  removeBatchObservableCallback(
    callback: (observations: OtelObservations) => void | Promise<void>,
    observables: OtelObservable[],
  ): void;
}
