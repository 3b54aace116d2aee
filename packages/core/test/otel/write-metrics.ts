/**
 * Writes the table of the metrics into docs/metrics.md: `npx node --conditions @oncely/source
 * packages/core/test/otel/write-metrics.ts`, then `npx oxfmt docs/metrics.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { between, metricsTable } from './metrics-page.ts';

const page = new URL('../../../../docs/metrics.md', import.meta.url);
writeFileSync(page, between(readFileSync(page, 'utf8'), metricsTable()));
