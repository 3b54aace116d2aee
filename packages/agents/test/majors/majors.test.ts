import { expect, it } from 'vitest';

import { playAiAndLangChain } from './ai-and-langchain.ts';
import { manifestOf, problemsIn, projects } from './projects.ts';

it('plays the same program here, with the majors of this repository', async () => {
  expect(problemsIn(JSON.stringify(await playAiAndLangChain()), '')).toEqual([]);
});

it('makes one application with each major of ai beside LangChain, and ours as packed', () => {
  const beside = projects.filter(({ plays }) => plays === 'ai-and-langchain.ts');
  expect(beside.map(({ dependencies }) => dependencies['ai'])).toEqual(['^7', '^6']);
  for (const project of beside) {
    expect(manifestOf(project, { '@oncely/core': '/packed/core.tgz' })).toMatchObject({
      dependencies: { '@langchain/core': '^1', '@oncely/core': 'file:/packed/core.tgz' },
    });
  }
});

it('tells a double, a program without counts, and one that played nothing', () => {
  expect(problemsIn('some words\n{"a":[2,1],"b":[1,1]}\n', '')).toEqual(['a: 2 refunds, and there have to be 1']);
  expect(problemsIn('', 'Cannot find package')).toEqual([expect.stringContaining('Cannot find package')]);
  expect(problemsIn('{}', '')).toEqual(['nothing was played']);
});
