import * as api from '@opentelemetry/api';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import { desk, openShop } from '../oncely/vendor.ts';
import { startTelemetry } from './telemetry.ts';

// Begins an effect in a trace given from outside and is killed at a place given from outside. The span that the effect
// is goes out before, as nothing can go out of a killed process.
const [, , file = '', traceparent = '', place = ''] = process.argv;
const [, traceId = '', spanId = ''] = traceparent.split('-');

const { tracer } = startTelemetry({
  tracer: {
    startSpan: (name, options, context) => {
      const span = tracer.startSpan(name, options, context as api.Context);
      if (name.startsWith('effect ')) process.send?.({ spanId: span.spanContext().spanId });
      return span;
    },
  },
});

(globalThis as Record<symbol, unknown>)[Symbol.for('@oncely/core/crash-point')] = (point: string) => {
  if (point === place) process.kill(process.pid, 'SIGKILL');
};

const oncely = openShop(sqliteLedger(file)).start({ leaseMs: 200 });
const caller = api.trace.setSpanContext(api.ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, isRemote: true });
await api.context.with(caller, () =>
  oncely.scope(desk, () =>
    oncely.effect('refund', () => oncely.clients.shop.write('refund', { charge: 'ch_1', amount: 1_000 })),
  ),
);
