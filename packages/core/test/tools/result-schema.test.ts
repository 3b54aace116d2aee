import { effectTool, type StandardSchema } from '@oncely/core/tools';
import { expect, it } from 'vitest';

const made = { id: 'o_1' };
const answer = { status: 'succeeded', text: 'Done.', output: made };

function outputOf(validate: StandardSchema<typeof made>['~standard']['validate']): StandardSchema<typeof made> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

function schemaOf(outputSchema: StandardSchema<typeof made>): StandardSchema<unknown>['~standard'] {
  const tool = effectTool({
    name: 'order',
    title: 'Order',
    description: 'Orders.',
    inputSchema: outputOf(() => ({ value: made })),
    outputSchema,
    operation: 'shop.order',
    identity: () => ({ ids: {} }),
    perform: async () => made,
    output: (done) => done,
  });
  return tool.outputSchema['~standard'];
}

// Mastra takes no promise of a schema, and told its model so in place of the result.
it('a result is judged at once where its output is', () => {
  const schema = schemaOf(outputOf(() => ({ value: made })));
  expect(schema.validate(answer)).toEqual({ value: answer });
  expect(schema.validate({ ...answer, output: null })).toEqual({ value: { ...answer, output: null } });
  expect(schema.validate({ text: 'Done.' })).toHaveProperty('issues');
});

it('and awaited where that has to be', async () => {
  const refuses = schemaOf(outputOf(async () => ({ issues: [{ message: 'is no order' }] })));
  expect(await refuses.validate(answer)).toEqual({ issues: [{ message: 'is no order' }] });
});
