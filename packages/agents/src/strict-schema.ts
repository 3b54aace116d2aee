import { asGiven, strictJsonSchema, type StandardSchema } from '@oncely/core/tools';

/** A Standard Schema with a JSON Schema, as frameworks declare it. */
export interface StrictSchema<Output> {
  readonly '~standard': Omit<StandardSchema<Output>['~standard'], 'jsonSchema'> & {
    readonly jsonSchema: {
      readonly input: (options: unknown) => Record<string, unknown>;
      readonly output: (options: unknown) => Record<string, unknown>;
    };
  };
}

/**
 * The same schema, which tells itself in the form that strict modes take, and takes what was left out in any form: the
 * tool is handed what the model wrote, and makes of it what the schema says.
 */
export function strictSchema<Output>(schema: StandardSchema<Output>): StrictSchema<Output> {
  const { validate } = asGiven(schema)['~standard'];
  return {
    '~standard': {
      version: 1,
      // Not zod: a framework that knows zod would ask it itself, and leave optional fields out of `required`.
      vendor: 'oncely',
      validate: validate as StrictSchema<Output>['~standard']['validate'],
      jsonSchema: {
        input: () => strictJsonSchema(schema, 'input'),
        output: () => strictJsonSchema(schema, 'output'),
      },
    },
  };
}
