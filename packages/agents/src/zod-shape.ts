import { looseJsonSchema, type StandardSchema } from '@oncely/core/tools';

import type { NativeSchema } from './native-schema.ts';

/** A field of a zod object, of zod 3 or 4. */
interface Field {
  isOptional?(): boolean;
  isNullable?(): boolean;
  nullish?(): unknown;
}

/**
 * The fields of a zod object, for a framework that takes zod's alone and judges an input by them before it calls the
 * tool: each field that may be left out may be null there and the other way round, as the tool takes it. `undefined`
 * for what is no zod object.
 */
export function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  const shape = (schema as { readonly shape?: unknown } | undefined)?.shape;
  if (typeof shape !== 'object' || shape === null) return undefined;
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, forgiving(field as Field)]));
}

/**
 * The input schema in zod's own words, made of its JSON schema, in which every form of what was left out is taken at any
 * depth; `undefined` where there is no such maker, or the schema cannot say itself in JSON.
 */
export function remade(
  schema: StandardSchema,
  fromJsonSchema: ((schema: NativeSchema) => unknown) | undefined,
): unknown {
  if (!fromJsonSchema) return undefined;
  try {
    return fromJsonSchema(looseJsonSchema(schema));
  } catch (error) {
    if (shapeOf(schema)) return undefined;
    throw error;
  }
}

function forgiving(field: Field): unknown {
  const [optional, nullable] = [field.isOptional?.() === true, field.isNullable?.() === true];
  return optional === nullable || field.nullish === undefined ? field : field.nullish();
}
