import { describe, expect, it } from 'vitest';

import { frameworks } from './frameworks/all.ts';
import { shownTable, tableOf } from './readme.ts';
import { play, scenarios } from './scenarios.ts';

const counts = new Map<string, [raw: number, ours: number][]>();

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (name, framework) => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario.what, scenario] as const))(
    '(%s) %s',
    async (_id, _what, scenario) => {
      const raw = await play(framework, scenario, 'raw');
      const ours = await play(framework, scenario, 'ours');
      counts.set(name, [...(counts.get(name) ?? []), [raw, ours]]);
      // A raw tool makes two each time, or the scenario could not fail.
      expect([raw, ours]).toEqual([2, scenario.effects]);
    },
  );
});

it('the README shows what was counted', () => {
  expect(shownTable()).toBe(tableOf(counts));
});
