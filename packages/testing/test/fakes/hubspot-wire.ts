import { attributesOf, enumOf } from './hubspot-sdk.ts';

/** One place where a body is not what the published type says. */
export interface Violation {
  /** `StandardError.links missing`: the same wherever in a body it happens. */
  readonly rule: string;
  /** Where in the body, for the reader. */
  readonly at: string;
}

/** Holds JSON as it came over the wire against a model of the SDK, all the way down. */
export function checkWire(value: unknown, type: string, models: string, at = '$', rule = type): readonly Violation[] {
  const wrong = (what: string): readonly Violation[] => [{ rule: `${rule} ${what}`, at }];
  const nullable = /^(.*) \| null$/.exec(type)?.[1];
  if (nullable !== undefined) return value === null ? [] : checkWire(value, nullable, models, at, rule);
  if (type === 'any') return [];
  if (value === null) return wrong('null');

  const item = /^(?:Array|Set)<(.*)>$/.exec(type)?.[1];
  if (item !== undefined) {
    if (!Array.isArray(value)) return wrong('no array');
    return value.flatMap((one, index) =>
      checkWire(one, item, models, `${at}[${index}]`, item === 'string' ? rule : item),
    );
  }
  const entry = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (entry !== undefined) {
    if (!isObject(value)) return wrong('no map');
    return Object.entries(value).flatMap(([name, one]) => checkWire(one, entry, models, `${at}.${name}`, rule));
  }
  switch (type) {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === type ? [] : wrong(`no ${type}`);
    case 'Date':
      return typeof value === 'string' && isTime(value) ? [] : wrong('no time');
  }
  const allowed = enumOf(models, type);
  if (allowed) return typeof value === 'string' && allowed.includes(value) ? [] : wrong('not in the enum');

  const attributes = attributesOf(models, type);
  if (!attributes) return wrong('no known model');
  if (!isObject(value)) return wrong('no object');
  const violations: Violation[] = [];
  for (const [name, { type: inner, isRequired }] of attributes) {
    const where = `${at}.${name}`;
    if (value[name] === undefined) {
      if (isRequired) violations.push({ rule: `${type}.${name} missing`, at: where });
    } else {
      violations.push(...checkWire(value[name], inner, models, where, `${type}.${name}`));
    }
  }
  for (const name of Object.keys(value)) {
    if (!attributes.has(name)) violations.push({ rule: `${type}.${name} unknown`, at: `${at}.${name}` });
  }
  return violations;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value));
}
