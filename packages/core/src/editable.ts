import type { Editable } from './policy-rules.ts';
import type { EditablePath } from './record.ts';

/** Says what is wrong with what a rule lets approvers change; `undefined` when nothing is. */
export function editableProblem(editable: unknown, at: string): string | undefined {
  if (editable === undefined) return undefined;
  if (typeof editable !== 'object' || editable === null || Array.isArray(editable)) {
    return `${at}.editable must name paths: { amount: { max: 'asked' } }`;
  }
  for (const [path, bound] of Object.entries(editable) as [string, unknown][]) {
    const here = `${at}.editable['${path}']`;
    // What begins so is the adapter's: the path, the account and the credentials of the request.
    if (path === '' || path.startsWith('$') || path.includes('*')) return `${here} is no path that can be changed`;
    if (bound === true) continue;
    if (typeof bound !== 'object' || bound === null) return `${here} must be true, or { min, max, oneOf }`;
    const { min, max, oneOf, ...unknown } = bound as Exclude<Editable, true>;
    const [stray] = Object.keys(unknown);
    if (stray !== undefined) return `${here}.${stray} is no part of it; it takes min, max and oneOf`;
    for (const [name, limit] of Object.entries({ min, max })) {
      if (limit !== undefined && limit !== 'asked' && !Number.isFinite(limit)) {
        return `${here}.${name} must be a number, or 'asked'`;
      }
    }
    const isList = Array.isArray(oneOf) && oneOf.length > 0;
    if (oneOf !== undefined && !(isList && oneOf.every((each) => /^(string|number|boolean)$/.test(typeof each)))) {
      return `${here}.oneOf must be a list of texts, numbers or booleans`;
    }
    if (min === undefined && max === undefined && oneOf === undefined) return `${here} must be true, or give a bound`;
  }
  return undefined;
}

/** What rules let approvers change, each with its bounds. */
export function editablePaths(
  rules: readonly { readonly editable?: Readonly<Record<string, Editable>> }[],
): EditablePath[] {
  return rules.flatMap(({ editable = {} }) =>
    Object.entries(editable).map(([path, bound]) => ({ path, ...(bound === true ? {} : bound) })),
  );
}

/**
 * The value as it is to be written, of the same kind as the one that stands there: a form has texts only. Or, as a
 * text in an object, why it may not be.
 */
export function allowedValue(
  path: string,
  before: unknown,
  given: unknown,
  bounds: readonly EditablePath[],
): { readonly value: unknown } | { readonly why: string } {
  const own = bounds.filter((each) => each.path === path);
  if (own.length === 0) return { why: `${path} is not to be changed by an approver` };
  if (!/^(string|number|boolean)$/.test(typeof given) || (typeof given === 'number' && !Number.isFinite(given))) {
    return { why: `${path} takes a text, a number or a boolean` };
  }
  if (before !== undefined && before !== null && typeof before === 'object') {
    return { why: `${path} holds more than one value; name the one within it` };
  }
  const value = likeBefore(before, given);
  if (value === undefined) return { why: `${path} is a ${typeof before}, and ${JSON.stringify(given)} is none` };
  for (const { min, max, oneOf } of own) {
    if (oneOf && !oneOf.some((each) => isSameText(each, value))) {
      return { why: `${path} must be one of ${oneOf.join(', ')}` };
    }
    for (const [name, limit] of [
      ['min', min],
      ['max', max],
    ] as const) {
      if (limit === undefined) continue;
      const bound = limit === 'asked' ? amountOf(before) : limit;
      const amount = amountOf(value);
      if (!(name === 'max' ? amount <= bound : amount >= bound)) {
        const said = limit === 'asked' ? `what was asked for (${Number.isNaN(bound) ? 'no number' : bound})` : bound;
        return { why: `${path} must be ${name === 'max' ? 'at most' : 'at least'} ${said}` };
      }
    }
  }
  // Below nothing there is no amount; a negative one would turn what is done around.
  const isAmount = own.some(({ min, max }) => min !== undefined || max !== undefined);
  if (isAmount && own.every(({ min }) => min === undefined) && !(amountOf(value) > 0)) {
    return { why: `${path} must be above 0, where its rule gives no min` };
  }
  return { value };
}

/** Whether two plain values are one, where a form has texts only. */
export function isSameText(one: unknown, other: unknown): boolean {
  return JSON.stringify([one]).replaceAll('"', '') === JSON.stringify([other]).replaceAll('"', '');
}

function likeBefore(before: unknown, given: unknown): unknown {
  if (typeof before === 'string') return String(given);
  if (typeof before === 'number') {
    const amount = amountOf(given);
    return Number.isNaN(amount) ? undefined : amount;
  }
  if (typeof before === 'boolean') {
    return given === true || given === 'true' ? true : given === false || given === 'false' ? false : undefined;
  }
  return given;
}

function amountOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,12})?$/.test(value) ? Number(value) : NaN;
}
