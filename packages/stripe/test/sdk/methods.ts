import Stripe from 'stripe';

import { resourceFiles, type Declarations, type Field } from './declarations.ts';

/** A request as the SDK handed it to its HTTP client. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly keyed: boolean;
}

/** One method of the SDK that can be reached from a client. */
export interface SdkMethod {
  /** As a caller writes it behind `stripe.`: `refunds.create`. */
  readonly name: string;
  /** What it sends, with each id as `:id`; `undefined` for one that sends nothing. */
  readonly sent?: Sent;
  /** The fields of its parameters by their declared type; empty where it takes none. */
  readonly parameters: readonly Field[];
  /** The declared type of what it resolves to, without its wrapping. */
  readonly result: string;
  readonly declarations: Declarations;
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

const anId = 'id0ID';

/** Walks a client of the installed SDK by reflection and lets each method send once, into nothing. */
export async function sdkMethods(): Promise<readonly SdkMethod[]> {
  const sent: Sent[] = [];
  const stripe = new Stripe('sk_test_reflection', {
    telemetry: false,
    maxNetworkRetries: 0,
    httpClient: {
      getClientName: () => 'recording',
      makeRequest: (
        _host: string,
        _port: string,
        path: string,
        method: string,
        headers: Record<string, unknown>,
      ): Promise<never> => {
        const keyed = Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key');
        sent.push({ method, path: (path.split('?')[0] ?? '').replaceAll(anId, ':id'), keyed });
        return Promise.reject(new Error('recorded'));
      },
    } as unknown as Stripe.HttpClient,
  });
  const files = resourceFiles();
  const methods: SdkMethod[] = [];
  for (const { path, resource } of resourcesOf(stripe)) {
    const { constructor } = Object.getPrototypeOf(resource) as { constructor: new () => object };
    const source = Function.prototype.toString.call(constructor);
    const file = files.find(({ code }) => code.includes(source));
    if (!file) throw new Error(`no file of the SDK holds ${path.join('.')} (${constructor.name})`);
    const declarations = file.declarations();
    for (const method of methodNames(resource)) {
      const call = (resource as Record<string, Callable>)[method] as Callable;
      const signatures = declarations.methods.get(`${constructor.name}.${method}`) ?? [];
      sent.length = 0;
      const ids = Array.from({ length: Math.max(0, call.length - 2) }, () => anId);
      // A list gives a promise that also pages; a validator may throw at once.
      await Promise.resolve(call.apply(resource, [...ids, parametersFor(method), { apiVersion: '2024-06-20' }])).catch(
        () => undefined,
      );
      methods.push({
        name: [...path, method].join('.'),
        ...(sent[0] === undefined ? {} : { sent: sent[0] }),
        parameters: parametersOf(signatures, declarations),
        result: resultOf(signatures),
        declarations,
      });
    }
  }
  return methods;
}

function* resourcesOf(
  value: object,
  path: readonly string[] = [],
): Generator<{ readonly path: readonly string[]; readonly resource: object }> {
  for (const [name, inner] of Object.entries(value)) {
    if (name.startsWith('_') || name === 'stripe' || typeof inner !== 'object' || inner === null) continue;
    const kind = (inner as { constructor?: { name: string } }).constructor?.name ?? '';
    if (kind.endsWith('Resource')) yield { path: [...path, name], resource: inner as object };
    else if (kind.toLowerCase() === name.toLowerCase()) yield* resourcesOf(inner as object, [...path, name]);
    if (kind.endsWith('Resource')) yield* resourcesOf(inner as object, [...path, name]);
  }
}

/** The methods of the class itself; those of the common base are not calls. */
function methodNames(resource: object): readonly string[] {
  const prototype = Object.getPrototypeOf(resource) as object;
  return Object.getOwnPropertyNames(prototype).filter(
    (name) =>
      name !== 'constructor' &&
      !name.startsWith('_') &&
      typeof (prototype as Record<string, unknown>)[name] === 'function',
  );
}

/** Local checks of the SDK ask for these. */
function parametersFor(method: string): object {
  return method === 'create' ? { file: { data: 'x', name: 'x', type: 'text/plain' }, customer: 'cus_1' } : {};
}

function parametersOf(signatures: readonly string[], { interfaces }: Declarations): readonly Field[] {
  for (const signature of signatures) {
    const type = /[(, ]params\??: ([\w.]+)/.exec(signature)?.[1];
    const fields = type === undefined ? undefined : interfaces.get(type);
    if (fields) return fields;
  }
  return [];
}

function resultOf(signatures: readonly string[]): string {
  const type = /\): (?:Promise|ApiListPromise|ApiSearchResultPromise|V2ListPromise)<(.*)>$/.exec(
    signatures[0] ?? '',
  )?.[1];
  return (type ?? '').replace(/^Response<(.*)>$/, '$1');
}
