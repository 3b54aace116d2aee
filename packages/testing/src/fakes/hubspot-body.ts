import { invalid } from './hubspot-failure.ts';

/** A request's JSON, of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as an object; an empty one is `{}`, anything else that is none is refused. */
export function parseBody(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid('Invalid input JSON: the body cannot be parsed');
  }
}

export function object(value: unknown, name: string): JsonObject {
  if (!isObject(value)) throw invalid(`Invalid input JSON: ${name} must be an object`);
  return value;
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`Invalid input JSON: ${name} must be an array`);
  return value;
}

/** A text; numbers and booleans are taken as the text that they print as. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

export function requiredText(value: unknown, name: string): string {
  const found = text(value);
  if (found === undefined || found === '') {
    throw invalid('Invalid input (details will vary based on the error)', {
      errors: [{ message: `Some required fields were not set: [${name}]`, in: name, code: 'REQUIRED_FIELD' }],
    });
  }
  return found;
}

export function texts(value: unknown, name: string): readonly string[] {
  return list(value, name).map((item) => requiredText(item, name));
}

/** The inputs of a batch, at most `most`, not none. */
export function inputs(body: unknown, most = 100): readonly JsonObject[] {
  const found = list(object(body, 'body')['inputs'], 'inputs');
  if (found.length === 0) throw invalid('Invalid input JSON: inputs must not be empty');
  if (found.length > most) throw invalid(`Batch size limit of ${most} exceeded: ${found.length} inputs`);
  return found.map((input) => object(input, 'inputs'));
}

/** A whole number between 1 and `most`. */
export function limit(value: unknown, usual: number, most: number): number {
  if (value === undefined || value === null) return usual;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw invalid(`Invalid limit: ${JSON.stringify(value)}`);
  if (number > most) throw invalid(`The limit must be at most ${most}, not ${number}`);
  return number;
}
