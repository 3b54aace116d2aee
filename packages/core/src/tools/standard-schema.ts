import { isObject } from './json.ts';

/**
 * The part of Standard Schema (https://standardschema.dev) and of its JSON Schema extension that tools need. zod from
 * 4.2, ArkType and others fit as they are.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
    };
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What is wrong with a value, for a model to mend. */
export function issuesText(issues: readonly StandardIssue[]): string {
  return issues
    .slice(0, 5)
    .map(({ message, path = [] }) => {
      const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return at === '' ? message : `${at}: ${message}`;
    })
    .join('; ');
}

/**
 * The JSON Schema (draft 2020-12) of a schema, as strict modes ask for it: every property required, where it may be
 * left out it may be null instead, and no others allowed.
 *
 * @throws TypeError when the schema cannot say itself in JSON Schema (zod can from 4.2 on).
 */
export function strictJsonSchema(schema: StandardSchema, side: 'input' | 'output' = 'input'): Record<string, unknown> {
  return strict(plainOf(schema, side), 'all') as Record<string, unknown>;
}

/**
 * The JSON Schema for a framework that judges an input by it before it calls the tool: as `strictJsonSchema`, but what
 * may be left out or null need not be there.
 *
 * @throws TypeError when the schema cannot say itself in JSON Schema.
 */
export function looseJsonSchema(schema: StandardSchema, side: 'input' | 'output' = 'input'): Record<string, unknown> {
  return strict(plainOf(schema, side), 'needed') as Record<string, unknown>;
}

function plainOf(schema: StandardSchema, side: 'input' | 'output'): Record<string, unknown> {
  const { jsonSchema, vendor } = schema['~standard'];
  if (!jsonSchema) {
    throw new TypeError(`a schema of ${vendor} has no JSON Schema; zod from 4.2 on has one`);
  }
  const { $schema: _dialect, ...plain } = jsonSchema[side]({ target: 'draft-2020-12' });
  return plain;
}

function strict(schema: unknown, requires: 'all' | 'needed'): unknown {
  if (Array.isArray(schema)) return schema.map((each) => strict(each, requires));
  if (!isObject(schema)) return schema;
  const { default: _default, ...kept } = schema;
  const inner = Object.fromEntries(
    // The bounds of a safe integer say nothing, and some strict modes refuse numbers of that size.
    Object.entries(kept)
      .filter(([, value]) => Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER)
      .map(([key, value]) => [
        key,
        key === 'properties' || key === 'enum' || key === 'const' ? value : strict(value, requires),
      ]),
  );
  if (!isObject(schema['properties'])) return inner;
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const properties = Object.entries(schema['properties']).map(([name, property]) => {
    const made = strict(property, requires);
    return [name, required.includes(name) || allowsNull(made) ? made : { anyOf: [made, { type: 'null' }] }] as const;
  });
  const needed = properties.filter(([, property]) => requires === 'all' || !allowsNull(property));
  return {
    ...inner,
    properties: Object.fromEntries(properties),
    required: needed.map(([name]) => name),
    additionalProperties: false,
  };
}

/** Whether a JSON schema takes null. */
export function allowsNull(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const { type, anyOf } = schema;
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return true;
  return Array.isArray(anyOf) && anyOf.some(allowsNull);
}
