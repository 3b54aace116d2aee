import { looseJsonSchema, strictJsonSchema, type Tool } from '@oncely/core/tools';

import { strictProblems } from './strict-schema.ts';

/**
 * What stands against giving these tools to any framework: names and descriptions, schemas that a strict mode refuses,
 * annotations that contradict each other. Empty where nothing does.
 */
export function toolProblems(tools: readonly Tool[]): readonly string[] {
  const names = tools.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name}: is there twice`);
  return [...twice, ...tools.flatMap((tool) => problemsOf(tool).map((problem) => `${tool.name}: ${problem}`))];
}

function problemsOf({ name, title, description, inputSchema, outputSchema, annotations }: Tool): string[] {
  const problems: string[] = [];
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) problems.push('its name is not lower case letters, digits, underscores');
  if (title.trim().length < 5) problems.push('has no title');
  if (!/^[A-Z].{30,}\.$/s.test(description)) problems.push('is not described in sentences');
  problems.push(...strictProblems(strictJsonSchema(inputSchema)).map((problem) => `input ${problem}`));
  problems.push(...strictProblems(strictJsonSchema(outputSchema, 'output')).map((problem) => `output ${problem}`));
  problems.push(...occurrenceProblems(looseJsonSchema(inputSchema)));
  if (annotations.readOnly && annotations.destructive) problems.push('says that it only reads, and destroys');
  if (!annotations.idempotent) problems.push('says that a repeat does more');
  return problems;
}

interface Bounds {
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

/** A model must see how often the same may be done, and need not say that it means the first time. */
function occurrenceProblems(schema: {
  readonly required?: unknown;
  readonly properties?: { readonly occurrence?: Bounds & { readonly anyOf?: readonly Bounds[] } };
}): string[] {
  const field = schema.properties?.occurrence;
  if (field === undefined) return [];
  const { minimum, maximum } = field.anyOf?.find((each) => 'minimum' in each) ?? field;
  const problems: string[] = [];
  if ((schema.required as readonly unknown[] | undefined)?.includes('occurrence'))
    problems.push('asks for an occurrence');
  if (minimum !== 1) problems.push('takes an occurrence below 1');
  if (!(Number.isSafeInteger(maximum) && Number(maximum) > 1 && Number(maximum) < 1_000_000)) {
    problems.push('names no largest occurrence');
  }
  return problems;
}
