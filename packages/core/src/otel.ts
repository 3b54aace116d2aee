/**
 * Spans and metrics of effects on the OpenTelemetry API.
 * @module
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import type { EffectEvent, LedgerEvent } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { OtelApi, OtelMeter, OtelTracer } from './otel/api.ts';
import { metricsFrom } from './otel/metrics.ts';
import { observeStanding } from './otel/standing.ts';
import { spansFrom } from './otel/spans.ts';

export type { OtelApi, OtelMeter, OtelTracer } from './otel/api.ts';

export interface ObserveOptions {
  /** The OpenTelemetry API as a module: `import * as api from '@opentelemetry/api'`. */
  readonly api: OtelApi;
  /** Default: the API's, by the name `@oncely/core`; `false`: no spans, and no trace is kept with the effects. */
  readonly tracer?: OtelTracer | false;
  /** Default: the API's, by the name `@oncely/core`; `false`: no metrics. */
  readonly meter?: OtelMeter | false;
  /**
   * The ledger whose waiting effects the gauges count. Absent: no gauges. Give it in one process of a ledger, since each
   * would export the same numbers: the ledger is asked for four filtered lists, for which a store without an index on
   * the state (all of ours) may walk over every record it holds.
   */
  readonly ledger?: Ledger;
  /** How often the ledger is asked at most, in milliseconds. Default 60,000. */
  readonly everyMs?: number;
  /** How many effects of one state are read and counted at most. Default 500. */
  readonly atMost?: number;
  /** For tests: milliseconds that never go back. */
  readonly monotonic?: () => number;
}

/**
 * Makes spans and metrics of all that every `createOncely` in this process does, from here on. Nothing that goes wrong
 * in it reaches the callers of effects.
 *
 * @returns what ends it
 * @example
 * import * as api from '@opentelemetry/api';
 * const stop = observeWith({ api, ledger });
 */
export function observeWith(options: ObserveOptions): () => void {
  const { api, ledger } = options;
  const tracer = options.tracer === false ? undefined : (options.tracer ?? api.trace.getTracer('@oncely/core'));
  const meter = options.meter === false ? undefined : (options.meter ?? api.metrics.getMeter('@oncely/core'));
  const spans = tracer && spansFrom(api, tracer);
  const metrics = meter && metricsFrom(meter);
  const takeGaugesBack =
    meter && ledger
      ? observeStanding(meter, {
          ledger,
          everyMs: options.everyMs ?? 60_000,
          atMost: options.atMost ?? 500,
          monotonic: options.monotonic ?? (() => performance.now()),
        })
      : undefined;

  // Spans first: a metric that fails must not cost the trace.
  const hearEffect = (event: unknown): void => {
    quietly(() => spans?.hear(event as EffectEvent));
    quietly(() => metrics?.hear(event as EffectEvent));
  };
  const hearLedger = (event: unknown): void => quietly(() => metrics?.hearLedger(event as LedgerEvent));
  subscribe('oncely:effect', hearEffect);
  if (metrics) subscribe('oncely:ledger', hearLedger);
  return () => {
    unsubscribe('oncely:effect', hearEffect);
    unsubscribe('oncely:ledger', hearLedger);
    quietly(() => spans?.end());
    quietly(() => takeGaugesBack?.());
  };
}

/** A subscriber that throws would end the process as an uncaught exception. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // An exporter's trouble is its own: the effect goes on.
  }
}
