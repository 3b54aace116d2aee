/** One request that a method of the SDK makes. */
export interface Walked {
  /** `crm.contacts.basicApi.create`. */
  readonly method: string;
  readonly verb: string;
  readonly path: string;
  /** Why it made none. */
  readonly failure?: string;
}

type Middleware = { pre(context: unknown): unknown; post(context: unknown): unknown };

interface Context {
  getUrl(): string;
  getHttpMethod(): string;
}

const text = { toString: () => '1', toISOString: () => '2026-01-01T00:00:00Z' };

/**
 * What serves every parameter of every method: as text it is `1`, as a list empty, as a file one byte. Forms take no
 * lists, and bodies of several types are told by a field, by the name of a class of the SDK.
 */
const anything: readonly unknown[] = [
  Object.assign([] as unknown[], text),
  {
    ...text,
    data: Buffer.from('x'),
    name: 'x',
    formType: 'HubSpotFormDefinitionCreateRequest',
    conversionType: 'PublicListConversionDate',
  },
];

/** Calls every method of every part of the client, and stops each at the middleware. */
export async function walk(build: (middleware: Middleware[]) => object): Promise<Walked[]> {
  const walked: Walked[] = [];
  let current = '';
  const stop = new Error('stopped before the send');
  const client = build([
    {
      pre: (given) => {
        const context = given as Context;
        const { pathname } = new URL(context.getUrl());
        walked.push({ method: current, verb: context.getHttpMethod(), path: pathname });
        throw stop;
      },
      post: (context) => context,
    },
  ]);
  for (const { name, target, method } of methodsOf(client, '', new Set())) {
    current = name;
    const before = walked.length;
    let failure: unknown;
    const call = target[method] as (...given: unknown[]) => Promise<unknown>;
    for (const given of parametersOf(call)) {
      failure = await call.apply(target, given).catch((error: unknown) => error);
      if (failure === stop) break;
    }
    if (failure !== stop || walked.length !== before + 1) {
      walked.push({ method: name, verb: '', path: '', failure: String(failure) });
    }
  }
  return walked;
}

/** All of one kind, or texts with a file among them; the last parameter is for options of the call. */
function parametersOf({ length }: { readonly length: number }): unknown[][] {
  const places = Array.from({ length: Math.max(0, length - 1) }, (_, index) => index);
  const same = anything.map((each) => places.map(() => each));
  return [...same, ...places.map((file) => places.map((place) => (place === file ? anything[1] : '1')))];
}

interface Found {
  readonly name: string;
  readonly target: Record<string, unknown>;
  readonly method: string;
}

function* methodsOf(part: object, prefix: string, seen: Set<object>): Generator<Found> {
  if (seen.has(part)) return;
  seen.add(part);
  const target = part as Record<string, unknown>;
  for (const name of namesOf(part)) {
    if (name.startsWith('_') || name === 'config' || name === 'constructor') continue;
    const value = target[name];
    if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== Object.prototype) {
      yield* methodsOf(value, `${prefix}${name}.`, seen);
    } else if (typeof value === 'function' && prefix.endsWith('Api.')) {
      yield { name: `${prefix}${name}`, target, method: name };
    }
  }
}

function namesOf(part: object): string[] {
  const names = new Set<string>();
  for (let at: object = part; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  // An API keeps the one underneath it under this name; it is the same once more, as observables.
  return [...names].filter((name) => name !== 'api').toSorted();
}
