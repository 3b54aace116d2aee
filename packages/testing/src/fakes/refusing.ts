/** One field of what a test gives to a fake. */
export interface Field {
  /** What it may be, as a message says it: `a number of milliseconds from 0`. */
  readonly what: string;
  readonly fits: (value: unknown) => boolean;
  readonly needed?: true;
}

export type Fields = Readonly<Record<string, Field>>;

const number = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);
const whole = (value: unknown, from: number): boolean =>
  number(value) && value >= from && (Number.isInteger(value) || value === Infinity);

export const count: Field = { what: 'a whole number from 0', fits: (value) => whole(value, 0) };
export const milliseconds: Field = {
  what: 'a number of milliseconds from 0',
  fits: (value) => number(value) && value >= 0 && value < Infinity,
};
export const seconds: Field = { ...milliseconds, what: 'a number of seconds from 0' };
export const flag: Field = { what: 'true or false', fits: (value) => typeof value === 'boolean' };
export const text: Field = { what: 'a text', fits: (value) => typeof value === 'string' };
export const texts: Field = {
  what: 'a list of texts',
  fits: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
};
export const called: Field = { what: 'a function', fits: (value) => typeof value === 'function' };
export const named: Field = { what: 'an object', fits: isObject };
export const anything: Field = { what: 'anything', fits: () => true };

export function oneOf(...values: readonly string[]): Field {
  return { what: values.map(quoted).join(' or '), fits: (value) => values.includes(value as string) };
}

export function between(from: number, to: number): Field {
  const fits = (value: unknown): boolean => number(value) && value >= from && value <= to;
  return { what: `a number from ${from} to ${to}`, fits };
}

/** The same field, which has to be there. */
export function needed(field: Field): Field {
  return { ...field, needed: true };
}

/**
 * A fault that no fake knows would leave its request without an answer, and an option that no fake knows would change
 * nothing: either way a test would be green for the wrong reason.
 * @throws TypeError that names the call, the field, and what is known
 */
export function refuseOthers(call: string, given: unknown, fields: Fields, of = 'option'): void {
  if (!isObject(given)) throw new TypeError(`${call}: ${of}s must be an object, and were ${shown(given)}.`);
  for (const [name, value] of Object.entries(given)) {
    const field = fields[name];
    if (field === undefined) {
      const known = Object.keys(fields);
      const list = known.length === 0 ? 'It has none.' : `Known: ${known.join(', ')}.`;
      throw new TypeError(`${call}: there is no ${of} ${quoted(name)}. ${list}`);
    }
    if (value !== undefined && !field.fits(value)) {
      throw new TypeError(`${call}: ${name} must be ${field.what}, and was ${shown(value)}.`);
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.needed && given[name] === undefined) {
      throw new TypeError(`${call}: ${name} is missing. It must be ${field.what}.`);
    }
  }
}

/** Holds a fault against the fields of its kind. */
export function refuseOtherFaults(call: string, fault: unknown, kinds: Readonly<Record<string, Fields>>): void {
  const known = `Known kinds: ${Object.keys(kinds).join(', ')}.`;
  if (!isObject(fault)) {
    throw new TypeError(
      `${call}: a fault must be an object such as { kind: ${quoted(Object.keys(kinds)[0] ?? '')} }, and was ${shown(fault)}. ${known}`,
    );
  }
  const { kind } = fault;
  const fields = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (fields === undefined) throw new TypeError(`${call}: there is no fault of kind ${shown(kind)}. ${known}`);
  const { kind: _kind, ...others } = fault;
  refuseOthers(`${call} of ${String(kind)}`, others, fields, 'field');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quoted(value: string): string {
  return `'${value}'`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`.replace('a object', 'an object');
}
