import { isList } from './stripe-form.ts';
import type { FormRecord, FormValue } from './stripe-form.ts';
import { invalidParam, missingParam } from './stripe-failure.ts';
import type { Metadata } from './stripe-objects.ts';

/** A text parameter; empty counts as absent, as Stripe unsets by it. */
export function text(params: FormRecord, name: string): string | undefined {
  const value = params[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw invalidParam(name, `Invalid string: ${JSON.stringify(value)}`);
  return value;
}

export function requiredText(params: FormRecord, name: string): string {
  const value = text(params, name);
  if (value === undefined) throw missingParam(name);
  return value;
}

/** A whole number, refused when it is anything else. */
export function integer(params: FormRecord, name: string): number | undefined {
  const value = text(params, name);
  return value === undefined ? undefined : parseInteger(name, value);
}

export function parseInteger(name: string, value: FormValue): number {
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) {
    throw invalidParam(name, `Invalid integer: ${JSON.stringify(value)}`, 'parameter_invalid_integer');
  }
  return Number(value);
}

/** An amount in the smallest unit, at least 1. */
export function amount(params: FormRecord, name = 'amount'): number | undefined {
  const value = integer(params, name);
  if (value !== undefined && value < 1) {
    throw invalidParam(name, 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  }
  return value;
}

export function requiredAmount(params: FormRecord, name = 'amount'): number {
  const value = amount(params, name);
  if (value === undefined) throw missingParam(name);
  return value;
}

export function flag(params: FormRecord, name: string): boolean | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw invalidParam(name, `Invalid boolean: ${value}`);
  return value === 'true';
}

/**
 * Metadata after this request: merged into what there was, a key removed by an empty value, all by an empty
 * `metadata`. At most 50 keys of 40 characters with values of 500.
 */
export function metadata(params: FormRecord, before: Metadata = {}): Metadata {
  const given = params['metadata'];
  if (given === undefined) return before;
  if (given === '') return {};
  if (typeof given === 'string' || isList(given)) throw invalidParam('metadata', 'Invalid hash');
  const merged = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(given)) {
    const param = `metadata[${key}]`;
    if (typeof value !== 'string') throw invalidParam(param, 'Metadata values must be strings');
    if (key.length > 40) throw invalidParam(param, `Metadata keys can have up to 40 characters, got ${key.length}`);
    if (value.length > 500)
      throw invalidParam(param, `Metadata values can have up to 500 characters, got ${value.length}`);
    if (value === '') merged.delete(key);
    else merged.set(key, value);
  }
  if (merged.size > 50) throw invalidParam('metadata', 'You can only have up to 50 metadata keys');
  return Object.fromEntries(merged);
}
