import type { EffectEvent } from '../events.ts';
import type { Attributes, HighResolutionTime, OtelApi, OtelSpan, OtelSpanContext, OtelTracer } from './api.ts';
import { parseTraceparent, traceparentOf } from './traceparent.ts';

// The API's enumerations as numbers: SpanKind and SpanStatusCode.
const client = 2;
const failed = 2;

/** A call under way: its span, and the context in which its parts are made. */
interface Run {
  readonly span: OtelSpan;
  readonly context: object;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** The span that it continues. */
  readonly continues: string | undefined;
}

type Of<T extends EffectEvent['type']> = Extract<EffectEvent, { readonly type: T }>;

/** Turns the events of each run into a span `effect <operation>` with the parts claim, perform, probe and settle under it. */
export function spansFrom(api: OtelApi, tracer: OtelTracer): { hear(event: EffectEvent): void; end(): void } {
  const runs = new Map<symbol, Run>();

  const begin = (run: symbol, event: Of<'begun'>): void => {
    const active = api.context.active();
    const current = api.trace.getSpan(active);
    const recorded = parseTraceparent(event.traceparent);
    // Recovery goes on with the trace of the run that began the effect; a caller stands in its own.
    const parent = recorded && (event.recovering || !current) ? inTrace(recorded) : active;
    const span = tracer.startSpan(
      `effect ${event.operation}`,
      {
        startTime: timeOf(event.at),
        links: recorded && event.recovering && current ? [{ context: current.spanContext() }] : [],
        attributes: {
          'oncely.operation': event.operation,
          'oncely.slot': event.slot,
          'oncely.recovering': event.recovering,
          ...(event.correlationId === undefined ? {} : { 'oncely.correlation_id': event.correlationId }),
        },
      },
      parent,
    );
    const continues = parent === active ? undefined : recorded?.spanId;
    runs.set(run, { span, context: api.trace.setSpan(parent, span), at: event.at, continues });
    const traceparent = traceparentOf(span.spanContext());
    if (traceparent !== undefined) event.continueAs(traceparent);
  };

  const inTrace = (recorded: OtelSpanContext): object => api.trace.setSpanContext(api.ROOT_CONTEXT, recorded);

  /** A part that is over: made when it ends, so that a crash leaves none half open. */
  const part = (
    run: Run,
    name: string,
    event: { readonly at: number; readonly durationMs?: number },
    attributes: Attributes,
    { kind, error }: { readonly kind?: number; readonly error?: string | undefined } = {},
  ): void => {
    const startAt = Math.max(run.at, event.at - (event.durationMs ?? 0));
    const options = { startTime: timeOf(startAt), attributes, ...(kind === undefined ? {} : { kind }) };
    const span = tracer.startSpan(name, options, run.context);
    if (error !== undefined) span.setStatus({ code: failed, message: error });
    span.end(timeOf(Math.max(startAt, event.at)));
  };

  /** The look for two has no run: it stands in the trace of the run that began the effect. */
  const runOf = (event: Of<'probed'>): Run => {
    const run = event.run && runs.get(event.run);
    if (run) return run;
    const recorded = parseTraceparent(event.traceparent);
    return { span: noSpan, context: recorded ? inTrace(recorded) : api.context.active(), at: 0, continues: undefined };
  };

  const link = (run: Run, traceparent: string | undefined): void => {
    const recorded = parseTraceparent(traceparent);
    const own = run.span.spanContext();
    if (recorded && recorded.spanId !== own.spanId && recorded.spanId !== run.continues)
      run.span.addLink?.({ context: recorded });
  };

  const hear = (event: EffectEvent): void => {
    if (event.type === 'begun') {
      if (event.run) begin(event.run, event);
      return;
    }
    if (event.type === 'probed') {
      const error = event.answer === 'unreachable' || event.answer === 'cannot_know' ? event.answer : undefined;
      part(
        runOf(event),
        'probe',
        event,
        { 'oncely.operation': event.operation, 'oncely.answer': event.answer },
        { kind: client, error },
      );
      return;
    }
    const id = 'run' in event ? event.run : undefined;
    const run = id && runs.get(id);
    if (!id || !run || !('run' in event)) return;
    switch (event.type) {
      case 'claimed':
        part(run, 'claim', event, { 'oncely.attempt': event.attempt, 'oncely.generation': event.generation });
        link(run, event.traceparent);
        return;
      case 'sent':
        if (event.sent) {
          const attributes = { 'oncely.attempt': event.attempt, 'oncely.evidence': event.evidence };
          part(run, 'perform', event, attributes, {
            kind: client,
            error: event.evidence === 'unknown' ? 'unknown' : undefined,
          });
        }
        return;
      case 'settled':
        part(run, 'settle', event, {
          'oncely.evidence': event.evidence,
          ...(event.state === undefined ? {} : { 'oncely.state': event.state }),
        });
        return;
      case 'not_recorded':
        part(run, 'settle', event, { 'oncely.evidence': event.evidence }, { error: 'not_recorded' });
        return;
      case 'replayed':
        run.span.setAttributes({ 'oncely.replay': 'safe', 'oncely.drifted': event.drifted });
        link(run, event.traceparent);
        return;
      case 're_executed':
        run.span.setAttributes({
          'oncely.reexecution': event.after,
          ...(event.after === 'answered' ? {} : { 'oncely.replay': 'unsafe' }),
        });
        return;
      case 'taken_over':
        run.span.setAttributes({ 'oncely.taken_over': event.attempt });
        return;
      case 'diverged':
        run.span.setAttributes({ 'oncely.diverged': true });
        return;
      case 'twin':
        run.span.setAttributes({ 'oncely.twin': event.twin });
        return;
      case 'ended':
        runs.delete(id);
        run.span.setAttributes({
          'oncely.outcome': event.outcome,
          ...(event.code === undefined ? {} : { 'oncely.code': event.code }),
        });
        // To be asked for an approval is no failure.
        if (event.outcome === 'failed' && event.code !== 'approval_required')
          run.span.setStatus({ code: failed, message: event.code ?? 'failed' });
        run.span.end(timeOf(run.at + event.durationMs));
        return;
      case 'joined':
      case 'refused':
      case 'consistent':
      case 'approval_asked':
      case 'approval_reminded':
      case 'approval_escalated':
      case 'approval_expired':
      case 'break_glass':
      case 'decided':
        return;
    }
  };

  const end = (): void => {
    for (const { span } of runs.values()) span.end();
    runs.clear();
  };

  return { hear, end };
}

const noSpan: OtelSpan = {
  spanContext: () => ({ traceId: '', spanId: '', traceFlags: 0 }),
  setAttributes: () => undefined,
  setStatus: () => undefined,
  end: () => undefined,
};

function timeOf(ms: number): HighResolutionTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.floor((ms - seconds * 1_000) * 1_000_000)];
}
