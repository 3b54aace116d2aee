import { isObject, withoutNulls } from './json.ts';
import { allowsNull, type StandardResult, type StandardSchema } from './standard-schema.ts';

type Judged<Output> = StandardResult<Output> | Promise<StandardResult<Output>>;

/**
 * Judges an input by its schema, in whichever form the schema takes what was left out: some models and frameworks write
 * null for it, some `undefined`, and some nothing. Only a schema that has to wait makes a promise of it.
 */
export function acceptedBy<Output>(schema: StandardSchema<Output>, given: unknown): Judged<Output> {
  const forms = [() => given, () => withNulls(withoutNulls(given), inputJson(schema))];
  const judge = (form: number, best: StandardResult<Output> | undefined): Judged<Output> => {
    const make = forms[form];
    if (!make) return best as StandardResult<Output>;
    const weigh = (result: StandardResult<Output>): Judged<Output> => {
      if (!result.issues) return result;
      // What is truly wrong stands in every form; of the others the shortest list names the least that is not.
      return judge(form + 1, best?.issues && best.issues.length <= result.issues.length ? best : result);
    };
    const result = schema['~standard'].validate(make());
    return result instanceof Promise ? result.then(weigh) : weigh(result);
  };
  return judge(0, undefined);
}

/**
 * A schema for a framework that judges an input itself before it calls the tool. It takes every form of what was left
 * out, and gives on what it was given: the tool makes of that what its own schema says.
 */
export function asGiven(schema: StandardSchema): StandardSchema {
  const { vendor, jsonSchema } = schema['~standard'];
  return {
    '~standard': {
      version: 1,
      vendor,
      validate: (given) => {
        const result = acceptedBy(schema, given);
        const pass = (judged: StandardResult<unknown>): StandardResult<unknown> =>
          judged.issues ? judged : { value: given };
        return result instanceof Promise ? result.then(pass) : pass(result);
      },
      ...(jsonSchema === undefined ? {} : { jsonSchema }),
    },
  };
}

function inputJson(schema: StandardSchema): unknown {
  try {
    return schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    // It may be one that cannot say itself in JSON; then it has no say here.
    return undefined;
  }
}

/** With a null for each field that must be there and may be null. */
function withNulls(value: unknown, schema: unknown): unknown {
  if (!isObject(value) || !isObject(schema) || !isObject(schema['properties'])) return value;
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const filled: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema['properties'])) {
    if (filled[name] !== undefined) filled[name] = withNulls(filled[name], property);
    else if (required.includes(name) && allowsNull(property)) filled[name] = null;
  }
  return filled;
}
