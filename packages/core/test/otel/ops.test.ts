import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findPromtool } from '@oncely/testing/servers/binaries';
import { runCommand } from '@oncely/testing/servers/run-command';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { metrics } from '../../src/otel/metric-table.ts';
import { prometheusSeries } from './prometheus-names.ts';

const alertsFile = new URL('../../../../docs/ops/prometheus-alerts.yml', import.meta.url);
const dashboardFile = new URL('../../../../docs/ops/grafana-dashboard.json', import.meta.url);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const dashboard = JSON.parse(readFileSync(dashboardFile, 'utf8')) as Dashboard;
const shown = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ definition = [] }) => definition),
];
const alerts = readFileSync(alertsFile, 'utf8');
const rules = [...alerts.matchAll(/- alert: (?<name>\w+)\n(?<body>(?: {8}.*\n)+)/g)].map(({ groups }) => ({
  name: groups?.['name'] ?? '',
  body: groups?.['body'] ?? '',
}));

/** The names of ours that an expression holds and no exporter gives. */
async function unknownIn(text: string): Promise<readonly string[]> {
  const series = await prometheusSeries();
  const labels = new Set(Object.values(series).flatMap((each) => [...each]));
  return [...text.matchAll(/\boncely_\w+/g)]
    .map(([name]) => name)
    .filter((name) => !(name in series) && !labels.has(name));
}

describe('the dashboard', () => {
  it('names only series and labels that the exporter gives', async () => {
    expect(await unknownIn(shown.join('\n'))).toEqual([]);
  });

  it('asks no series for a label that it has not', async () => {
    const series = await prometheusSeries();
    for (const expr of shown) {
      for (const { groups } of expr.matchAll(/(?<name>oncely_\w+)\{(?<selector>[^}]*)\}/g)) {
        const asked = [...(groups?.['selector'] ?? '').matchAll(/(?<label>\w+)\s*=/g)].map(
          (each) => each.groups?.['label'],
        );
        expect([...(series[groups?.['name'] ?? ''] ?? [])]).toEqual(expect.arrayContaining(asked));
      }
    }
  });

  it('shows every metric', async () => {
    const text = shown.join('\n');
    const missing = Object.values(metrics).filter(({ name }) => !text.includes(name.replaceAll('.', '_')));
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(shown.length).toBeGreaterThan(20);
  });

  it('has a place of its own for each panel', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)}/${y + Math.floor(n / w)}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});

describe('the alerts', () => {
  it('name only series and labels that the exporter gives', async () => {
    expect(rules.length).toBeGreaterThan(5);
    expect(await unknownIn(alerts)).toEqual([]);
  });

  it('are each tried by the tests of promtool', () => {
    const tests = readFileSync(new URL('ops/alerts.yml', import.meta.url), 'utf8');
    expect(rules.filter(({ name }) => !tests.includes(name))).toEqual([]);
  });
});

describe('by promtool', () => {
  let folder: string;
  let promtool: string;
  beforeAll(async () => {
    promtool = await findPromtool();
    folder = mkdtempSync(join(tmpdir(), 'oncely-promtool-'));
    cpSync(alertsFile, join(folder, 'prometheus-alerts.yml'));
    cpSync(new URL('ops/alerts.yml', import.meta.url), join(folder, 'alerts.yml'));
  }, 600_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('the alert rules are well formed', async () => {
    const said = await runCommand(promtool, ['check', 'rules', join(folder, 'prometheus-alerts.yml')]);
    expect(said).toContain(`${rules.length} rules found`);
  });

  it('the alerts fire when they must and at no other time', async () => {
    expect(await runCommand(promtool, ['test', 'rules', join(folder, 'alerts.yml')])).toContain('SUCCESS');
  });

  it('every query of the dashboard is PromQL', async () => {
    const queries = shown.filter((expr) => !expr.startsWith('label_values('));
    const file = join(folder, 'dashboard.yml');
    const recorded = queries.map((expr, n) => ({
      record: `dashboard:query_${n}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$operation', '.*'),
    }));
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    expect(await runCommand(promtool, ['check', 'rules', file])).toContain(`${queries.length} rules found`);
  });
});
