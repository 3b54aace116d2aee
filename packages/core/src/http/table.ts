import { defineOperation, type Operation } from '../adapter.ts';
import { OncelyError } from '../errors.ts';
import type { SafetyClass } from '../record.ts';
import { refuseUnknown, type NamesOf } from '../known-options.ts';
import type { AnyHttpOperation, HttpAdapterOptions } from './options.ts';
import { baseOf } from './address.ts';

/** A row of the table, and the operation that was made of it. */
export interface Known {
  readonly operation: Operation;
  readonly of: AnyHttpOperation;
}

const classes: Record<SafetyClass['kind'], true> = {
  keyed: true,
  constrained: true,
  natural: true,
  probed: true,
  unverifiable: true,
};

const ofAdapter: NamesOf<HttpAdapterOptions<unknown>> = {
  vendor: true,
  accounts: true,
  url: true,
  headers: true,
  operations: true,
  own: true,
  classify: true,
  id: true,
  landingBoundMs: true,
  timeoutMs: true,
  keepHeaders: true,
};

const ofOperation: NamesOf<AnyHttpOperation> = {
  safety: true,
  landingBoundMs: true,
  timeoutMs: true,
  material: true,
  wording: true,
  findsBy: true,
  request: true,
  answers: true,
  parse: true,
  find: true,
  path: true,
  undo: true,
};

/** @throws OncelyError `invalid_config` naming the option. */
export function refuseBadOptions(options: HttpAdapterOptions<Readonly<Record<string, AnyHttpOperation>>>): void {
  const { vendor, url, own, accounts = 'one' } = options;
  const bad = (problem: string, fix?: string): never => {
    throw new OncelyError('invalid_config', {
      message: `httpAdapter of ${vendor}: ${problem}.`,
      ...(fix === undefined ? {} : { fix }),
    });
  };
  refuseUnknown(`httpAdapter of ${vendor}`, options, ofAdapter, { code: 'invalid_config' });
  for (const [name, of] of Object.entries(options.operations)) {
    refuseUnknown(`httpAdapter of ${vendor}, ${name}`, of, ofOperation, { code: 'invalid_config' });
  }
  if (typeof own !== 'function') bad('own is missing', "own: ({ headers }) => headers['x-request-id'] !== undefined");
  if ((accounts as string) !== 'one' && (accounts as string) !== 'many') bad("accounts must be 'one' or 'many'");
  if (typeof url !== 'function') baseOf(vendor, url);
  for (const [name, of] of [['the adapter', options] as const, ...Object.entries(options.operations)]) {
    const { timeoutMs } = of;
    if (timeoutMs !== undefined && !(Number.isFinite(timeoutMs) && timeoutMs >= 0)) {
      bad(`timeoutMs of ${name} must be a number of milliseconds, or 0 for none`);
    }
  }
  for (const [name, { safety, find, request }] of Object.entries(options.operations)) {
    if (!Object.hasOwn(classes, (safety as { kind?: string } | undefined)?.kind ?? '')) {
      bad(`safety of ${name} must be one of ${Object.keys(classes).join(', ')}`, "safety: { kind: 'unverifiable' }");
    }
    if (typeof request !== 'function')
      bad(`request of ${name} is missing`, "request: (input) => ({ path: '/orders' })");
    if (safety.kind === 'probed' && typeof find !== 'function') {
      bad(
        `${name} is declared as probed and has no find`,
        "find: (read, { marker }) => ..., or safety: { kind: 'unverifiable' }",
      );
    }
    // The one reads, the other would make a promise of the client.
    if (name === 'read' || name === 'then') bad(`an operation cannot be called ${name}`, `give it another name`);
  }
}

export function knownOperations(
  options: HttpAdapterOptions<Readonly<Record<string, AnyHttpOperation>>>,
): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const [name, of] of Object.entries(options.operations)) {
    const { safety, material, wording, findsBy } = of;
    const operation = defineOperation({
      name: `${options.vendor}.${name}`,
      safety,
      landingBoundMs: of.landingBoundMs ?? options.landingBoundMs ?? 30_000,
      ...(findsBy === undefined ? {} : { findsBy }),
      ...(material === undefined ? {} : { material }),
      ...(wording === undefined ? {} : { wording }),
    });
    known.set(operation.name, { operation, of });
  }
  return known;
}
