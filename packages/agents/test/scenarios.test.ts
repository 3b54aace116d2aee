import { describe, expect, it } from 'vitest';

import { frameworks } from './frameworks/all.ts';
import { cellOf, headOf, rowOf, shownCells } from './readme.ts';
import { play, scenarios } from './scenarios.ts';

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (_name, framework) => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario.what, scenario] as const))(
    '(%s) %s, and the README shows what was counted',
    async (_id, _what, scenario) => {
      const raw = await play(framework, scenario, 'raw');
      const ours = await play(framework, scenario, 'ours');
      // A raw tool makes two each time, or the scenario could not fail.
      expect([raw, ours]).toEqual([2, scenario.effects]);
      expect(shownCells().get(rowOf(framework))?.[headOf(scenario)]).toBe(cellOf([raw, ours]));
    },
  );
});
