import { isObject } from './json.ts';
import type { StandardResult, StandardSchema } from './standard-schema.ts';
import type { ToolResult } from './tool.ts';

const text = { type: 'string' };
const orNull = (schema: unknown): unknown => ({ anyOf: [schema, { type: 'null' }] });
const statuses = ['succeeded', 'already_done', 'pending_approval', 'rejected', 'unknown'];

/** The schema of a whole result whose `output` has the given one; flat, since strict modes refuse unions at the root. */
export function resultSchema<Output>(output: StandardSchema<Output>): StandardSchema<ToolResult<Output>> {
  const jsonSchema = (side: 'input' | 'output'): Record<string, unknown> => {
    const { $schema: _dialect, ...inner } = output['~standard'].jsonSchema?.[side]({ target: 'draft-2020-12' }) ?? {};
    const properties = {
      status: { type: 'string', enum: statuses },
      text,
      output: orNull(inner),
      effect: orNull(text),
      id: orNull(text),
      at: orNull(text),
      reason: orNull(text),
      differs: orNull({ type: 'array', items: text }),
      approval: orNull(text),
      retryAfterMs: orNull({ type: 'number' }),
      state: orNull(text),
      next: orNull(text),
    };
    return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
  };
  return {
    '~standard': {
      version: 1,
      vendor: 'oncely',
      // Only a schema that has to wait makes a promise of it: some frameworks take none.
      validate: (value) => {
        if (!isObject(value) || !statuses.includes(String(value['status'])) || typeof value['text'] !== 'string') {
          return { issues: [{ message: 'is no result of a tool' }] };
        }
        const made = value['output'];
        const judged = ({ issues }: StandardResult<Output>): StandardResult<ToolResult<Output>> =>
          issues ? { issues } : { value: value as unknown as ToolResult<Output> };
        if (made === null) return { value: value as unknown as ToolResult<Output> };
        const checked = output['~standard'].validate(made);
        return checked instanceof Promise ? checked.then(judged) : judged(checked);
      },
      jsonSchema: { input: () => jsonSchema('input'), output: () => jsonSchema('output') },
    },
  };
}
