/** Plays everything and writes the table of the README anew. */
import { frameworks } from './frameworks/all.ts';
import { frameworkNames } from './frameworks/by-name.ts';
import { playSaved } from './play-saved.ts';
import { cellOf, headOf, rowOf, writeTable } from './readme.ts';
import { savedScenarios } from './saved-scenarios.ts';
import { play, scenarios } from './scenarios.ts';

const saved = await playSaved(frameworkNames);
const columns = [...scenarios, ...savedScenarios].sort((a, b) => (a.id < b.id ? -1 : 1));
const rows: string[][] = [];
for (const framework of frameworks) {
  const counted: Record<string, string> = {};
  for (const { id } of savedScenarios) counted[id] = cellOf(saved.counts.get(framework.name)?.[id] ?? [0, 0]);
  for (const scenario of scenarios) {
    counted[scenario.id] = cellOf([await play(framework, scenario, 'raw'), await play(framework, scenario, 'ours')]);
  }
  rows.push([rowOf(framework), ...columns.map(({ id }) => counted[id] ?? '')]);
}
const head = ['run with', ...columns.map(headOf)];
writeTable([head, head.map(() => '---'), ...rows]);
