import { resourceFiles } from './declarations.ts';
import { sdkMethods, type SdkMethod } from './methods.ts';

/**
 * What a list may be narrowed by: who the object belongs to. That never changes once it is there, as an amount or a
 * status does; and objects on a test clock are shown only to who names their parent or the clock.
 */
const parents = [
  'charge',
  'payment_intent',
  'customer',
  'customer_account',
  'subscription',
  'invoice',
  'file',
  'product',
  'cardholder',
  'financial_account',
  'test_clock',
] as const;

/** Named exceptions from the verb: POSTs that only read. */
export const readingPosts: readonly string[] = ['invoices.createPreview'];

/** Every method once: `stripe.account` is another name of `stripe.accounts`. */
export async function distinctMethods(): Promise<readonly SdkMethod[]> {
  return (await sdkMethods()).filter(({ name }) => !name.startsWith('account.'));
}

/**
 * What the installed SDK says of each write, one a line, as `src/table-*.ts` holds it:
 * `METHOD path name`, then `metadata` (a parameter), `list` or `list:created` (GET of the same path, with a `created`
 * filter), `by:` (filters that are parameters too), `needs:` (filters without which it is refused), `get`, `get:item`
 * or `get:parent` (its object is retrieved by GET of the same path, below it or above it), `deleted:` (what a deletion
 * answers).
 */
export function tableOf(methods: readonly SdkMethod[]): readonly string[] {
  const reads = new Map(methods.flatMap((each) => (each.sent?.method === 'GET' ? [[each.sent.path, each]] : [])));
  const deleted = deletedObjects();
  return methods.flatMap((each) => {
    const { sent, name, parameters, result } = each;
    if (!sent || sent.method === 'GET' || readingPosts.includes(name)) return [];
    const takes = (field: string): boolean => parameters.some((parameter) => parameter.name === field);
    const same = reads.get(sent.path);
    const list = same !== undefined && /(^|\.)list\w*$/.test(same.name) ? same : undefined;
    const filters = list?.parameters.map((field) => field.name) ?? [];
    const by = parents.filter((field) => filters.includes(field) && takes(field));
    const needs = list?.parameters.filter(({ optional }) => !optional).map((field) => field.name) ?? [];
    const above = sent.path.split('/').slice(0, -1).join('/');
    const readable =
      same !== undefined && !list
        ? 'get'
        : reads.has(`${sent.path}/:id`)
          ? 'get:item'
          : sent.method === 'POST' && above.endsWith(':id') && reads.has(above) && 'get:parent';
    const gives = deleted.get(result);
    const flags = [
      takes('metadata') && 'metadata',
      list && (filters.includes('created') ? 'list:created' : 'list'),
      by.length > 0 && `by:${by.join(',')}`,
      needs.length > 0 && `needs:${needs.join(',')}`,
      readable,
      sent.method === 'DELETE' && gives !== undefined && `deleted:${gives}`,
    ];
    return [[sent.method, sent.path, name, ...flags.filter((flag) => typeof flag === 'string')].join(' ')];
  });
}

/** The `object` of each `Deleted...` interface. */
function deletedObjects(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { declarations } of resourceFiles()) {
    for (const [name, fields] of declarations().interfaces) {
      const object = /^'(.+)'$/.exec(fields.find((field) => field.name === 'object')?.type ?? '')?.[1];
      if (name.startsWith('Deleted') && object !== undefined) found.set(name, object);
    }
  }
  return found;
}
