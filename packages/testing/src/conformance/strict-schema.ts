/** What OpenAI's strict mode takes in a schema; the other frameworks' strict modes take no less. */
const keywords: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  'description',
  'title',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
]);

const formats: ReadonlySet<string> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
]);

/**
 * What a strict mode would refuse in a JSON schema, by path: keywords that it does not know, objects that are not
 * closed or leave something out of `required`, a root that is no object.
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function strictProblems(schema: unknown): readonly string[] {
  const root = schema as Record<string, unknown>;
  const start = root['type'] === 'object' && root['anyOf'] === undefined ? [] : ['the root is no plain object'];
  return [...start, ...problemsOf(root, '')];
}

function problemsOf(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [`${path || '/'}: is no schema`];
  const { properties, required, additionalProperties, items, anyOf, type, format, ...rest } = schema as Record<
    string,
    unknown
  >;
  const problems = Object.keys(rest)
    .filter((keyword) => !keywords.has(keyword))
    .map((keyword) => `${path}/${keyword}: is not supported`);
  if (typeof format === 'string' && !formats.has(format)) problems.push(`${path}: format ${format}`);
  // A number beyond what the type says, or nothing at all, leaves the model without a shape.
  if (type === undefined && anyOf === undefined && rest['enum'] === undefined && rest['const'] === undefined) {
    problems.push(`${path}: has no type`);
  }
  if (type === 'object') {
    const names = Object.keys((properties ?? {}) as object);
    if (additionalProperties !== false) problems.push(`${path}: is open to other properties`);
    const listed = Array.isArray(required) ? (required as string[]) : [];
    problems.push(...names.filter((name) => !listed.includes(name)).map((name) => `${path}/${name}: is not required`));
    for (const name of names)
      problems.push(...problemsOf((properties as Record<string, unknown>)[name], `${path}/${name}`));
  }
  if (type === 'array') problems.push(...problemsOf(items, `${path}/items`));
  if (Array.isArray(anyOf)) anyOf.forEach((each, index) => problems.push(...problemsOf(each, `${path}/${index}`)));
  return problems;
}
