import { beforeAll, describe, expect, it } from 'vitest';

import { frameworkNamed, frameworkNames } from './frameworks/by-name.ts';
import { playSaved, type Played } from './play-saved.ts';
import { cellOf, headOf, rowOf, shownCells } from './readme.ts';
import { savedScenarios } from './saved-scenarios.ts';

/** `ONCELY_AGENTS=all` plays every framework; by default the two whose own memory is least like the other's. */
const names = process.env['ONCELY_AGENTS'] === 'all' ? frameworkNames : ['AI SDK', 'LangGraph with ToolNode'];

let played: Played;
beforeAll(async () => {
  played = await playSaved(names);
}, 180_000);

describe.each(names)('%s', (name) => {
  it.each(savedScenarios.map((scenario) => [scenario.id, scenario.what, scenario] as const))(
    '(%s) %s',
    async (id, _what, scenario) => {
      const counted = played.counts.get(name)?.[id] ?? [0, 0];
      // A raw tool makes one more, or the scenario could not fail.
      expect(counted).toEqual([scenario.effects + 1, scenario.effects]);
      expect(shownCells().get(rowOf(await frameworkNamed(name)))?.[headOf(scenario)]).toBe(cellOf(counted));
    },
  );
});

it('no resumed run threw, and the ledger calls every refund of ours done that a person approved', () => {
  expect(played.failures).toEqual({});
  expect(played.states).toEqual(
    names.flatMap(() => [
      ['b', 'succeeded'],
      ['e', 'succeeded'],
      ['f', 'awaiting_approval'],
    ]),
  );
});
