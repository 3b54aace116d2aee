import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { startSlackFake } from '@oncely/testing/fakes/slack';
import { beforeAll, describe, expect, it } from 'vitest';

import { compilerSays } from './compiler.ts';
import { tour, type Shown } from './slack-tour.ts';

const sdk = dirname(createRequire(import.meta.url).resolve('@slack/web-api'));

let shown: readonly Shown[];
let operations: readonly string[];
beforeAll(async () => {
  const fake = await startSlackFake();
  try {
    shown = await tour(fake);
    operations = fake.operations;
  } finally {
    await fake.close();
  }
});

/**
 * Fields of Slack's that the SDK's types, which were made from samples, do not have at this place. The first is in its
 * type of the history; the second in https://docs.slack.dev/reference/objects/conversation-object.
 */
const beyondTheTypes: Readonly<Record<string, string>> = {
  'conversations.replies': 'streaming_state',
  'conversations.info': 'data',
};

describe('what the fake of Slack answers', () => {
  it('is toured as a whole', () => {
    expect([...new Set(shown.map(({ operation }) => operation))].toSorted()).toEqual(operations.toSorted());
  });

  it("has only fields of the SDK's own types, of their types", async () => {
    expect(await problemsOf(shown.map(withinTheTypes))).toEqual([]);
  });

  it('goes beyond those types in the named fields only', async () => {
    const told = (await problemsOf(shown)).join('\n');
    for (const field of Object.values(beyondTheTypes)) expect(told).toContain(field);
  });

  it.each<[string, (answer: Shown['answer']) => Shown['answer'], RegExp]>([
    ['a field is none of theirs', (answer) => ({ ...answer, message_id: '1' }), /message_id/],
    ['a field inside is none of theirs', (answer) => ({ ...answer, message: { id: '1' } }), /id.*does not exist/],
    ['a field has another type', (answer) => ({ ...answer, ts: 1 }), /'number' is not assignable to type 'string'/],
  ])('would fail where %s', async (_name, broken, told) => {
    const post = shown.find(({ operation }) => operation === 'chat.postMessage') as Shown;
    expect((await problemsOf([{ ...post, answer: broken(post.answer) }])).join('\n')).toMatch(told);
  });
});

function withinTheTypes(each: Shown): Shown {
  const text = JSON.stringify(each.answer, (name, value: unknown) =>
    name === beyondTheTypes[each.operation] ? undefined : value,
  );
  return { ...each, answer: JSON.parse(text) as Shown['answer'] };
}

/** What the compiler says to the answers as literals of the types that the SDK gives them. */
function problemsOf(answers: readonly Shown[]): Promise<readonly string[]> {
  const lines = answers.map(
    ({ operation, type, answer }) =>
      `/* ${operation} */ void (${JSON.stringify(answer)} satisfies Known<Slack.${type}>);`,
  );
  // Every answer takes any other field too; without that the compiler sees what is none of Slack's.
  const head = `import type * as Slack from '@slack/web-api';
type Known<T> = { [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K] };
`;
  return compilerSays(`${head}${lines.join('\n')}\n`, { '@slack/web-api': join(sdk, 'index.d.ts') });
}
