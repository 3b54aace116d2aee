import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { between, metricsTable, unpadded } from './metrics-page.ts';

const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');

it('docs/metrics.md lists the metrics of the code; if not, run packages/core/test/otel/write-metrics.ts', () => {
  expect(unpadded(page)).toBe(unpadded(between(page, metricsTable())));
});

it('docs/metrics.md names every event', () => {
  const events = readFileSync(new URL('../../src/events.ts', import.meta.url), 'utf8');
  const types = [...events.matchAll(/readonly type: '(?<type>\w+)'/g)].map(({ groups }) => groups?.['type'] ?? '');
  expect(types.length).toBeGreaterThan(15);
  expect(types.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});
