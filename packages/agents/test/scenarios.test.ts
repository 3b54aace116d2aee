import { describe, expect, it } from 'vitest';

import { frameworks } from './frameworks/all.ts';
import { play, scenarios } from './scenarios.ts';

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (_name, framework) => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario.what, scenario] as const))(
    '(%s) %s',
    async (_id, _what, scenario) => {
      expect(await play(framework, scenario, 'ours')).toBe(scenario.effects);
    },
  );

  it('with a raw tool makes two of one, so that the scenarios can fail', async () => {
    const counts: number[] = [];
    for (const scenario of scenarios) counts.push(await play(framework, scenario, 'raw'));
    expect(counts).toEqual([2, 2, 2, 2]);
  });
});
