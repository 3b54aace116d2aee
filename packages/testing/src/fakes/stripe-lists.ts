import { isList } from './stripe-form.ts';
import type { FormRecord } from './stripe-form.ts';
import { invalidParam, missingParam, resourceMissing, unknownParam } from './stripe-failure.ts';
import type { AnyObject, StripeCall, StripeList, StripeResult, StripeRoute, StripeState } from './stripe-objects.ts';
import { integer, parseInteger, text } from './stripe-params.ts';

/** Retrieve and list of a resource. A list is read-after-write, newest first; a filter it does not know is refused. */
export function readRoutes(
  resource: string,
  itemsOf: (state: StripeState) => ReadonlyMap<string, AnyObject>,
  filters: readonly string[],
  find: (call: StripeCall) => StripeResult,
  /** What a list leaves out, by the parameters that it was asked with. */
  hides: (item: never, call: StripeCall) => boolean = () => false,
  /** A filter without which the list is refused. */
  needs?: string,
): readonly StripeRoute[] {
  const name = nameOf(resource);
  return [
    {
      operation: `${name}.retrieve`,
      verb: 'GET',
      path: `${resource}/:id`,
      prepare: (call) => () => {
        for (const name of Object.keys(call.params)) {
          if (name !== 'expand' && name !== 'include') throw unknownParam(name);
        }
        return find(call);
      },
    },
    {
      operation: `${name}.list`,
      verb: 'GET',
      path: resource,
      prepare: (call) => () => {
        if (needs !== undefined && call.params[needs] === undefined) throw missingParam(needs);
        const shown = [...itemsOf(call.state).values()].filter((item) => !hides(item as never, call));
        return resource.startsWith('v2/')
          ? pageOfV2(shown, call.params, resource)
          : page(shown, call.params, resource, filters);
      },
    },
  ];
}

/** How effects call a resource: `checkout/sessions` is `checkout.sessions`. */
export function nameOf(resource: string): string {
  return resource
    .replace(/^v2\/core\//, 'v2.')
    .replace(':id/', '')
    .replaceAll('/', '.');
}

const pageParams = ['limit', 'starting_after', 'ending_before', 'expand'];
/** Lists of these have no `created` filter, as in the API. */
const withoutCreated = [
  'payment_links',
  'subscription_items',
  'terminal/locations',
  'transfers/:id/reversals',
  'webhook_endpoints',
];

function page(all: Iterable<AnyObject>, params: FormRecord, resource: string, filters: readonly string[]): StripeList {
  for (const name of Object.keys(params)) {
    const known = name === 'created' ? !withoutCreated.includes(resource) : filters.includes(name);
    if (!pageParams.includes(name) && !known) throw unknownParam(name);
  }
  const limit = integer(params, 'limit') ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalidParam('limit', 'This value must be between 1 and 100.', 'parameter_invalid_integer');
  }
  const within = createdRange(params);
  const matching = [...all]
    .toReversed()
    // Stable: objects of one second stay newest first.
    .toSorted((a, b) => createdOf(b) - createdOf(a))
    .filter((item) => !('deleted' in item) && within(createdOf(item)))
    .filter((item) => filters.every((name) => fits(params[name], fieldOf(item, name))));

  const before = text(params, 'ending_before');
  const after = text(params, 'starting_after');
  const cut = before === undefined ? matching : matching.slice(0, positionOf(matching, before, 'ending_before'));
  const rest = after === undefined ? cut : cut.slice(positionOf(cut, after, 'starting_after') + 1);
  const data = before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: 'list', url: `/v1/${resource}`, has_more: rest.length > limit, data };
}

/** A list of v2, newest first, whose next page is an address. */
function pageOfV2(all: readonly AnyObject[], params: FormRecord, resource: string): StripeList {
  const limit = integer(params, 'limit') ?? 20;
  const from = integer(params, 'page') ?? 0;
  const sorted = all.toReversed();
  const next = from + limit < sorted.length ? `/${resource}?limit=${limit}&page=${from + limit}` : null;
  return { data: sorted.slice(from, from + limit), next_page_url: next, previous_page_url: null };
}

/** `all` is Stripe's word for no filter. */
function fits(asked: FormRecord[string] | undefined, held: unknown): boolean {
  return asked === undefined || asked === 'all' || String(held) === asked;
}

function createdOf(item: AnyObject): number {
  return typeof item.created === 'number' ? item.created : 0;
}

function positionOf(items: readonly AnyObject[], id: string, param: string): number {
  const position = items.findIndex((item) => item.id === id);
  if (position < 0) throw resourceMissing('object', id, param);
  return position;
}

function fieldOf(item: AnyObject, name: string): unknown {
  return (item as unknown as Readonly<Record<string, unknown>>)[name];
}

function createdRange(params: FormRecord): (created: number) => boolean {
  const range = params['created'];
  if (range === undefined) return () => true;
  if (typeof range === 'string') {
    const exact = parseInteger('created', range);
    return (created) => created === exact;
  }
  if (isList(range)) throw invalidParam('created', 'Invalid hash');
  const checks = Object.entries(range).map(([bound, value]): ((created: number) => boolean) => {
    const limit = parseInteger(`created[${bound}]`, value);
    switch (bound) {
      case 'gt':
        return (created) => created > limit;
      case 'gte':
        return (created) => created >= limit;
      case 'lt':
        return (created) => created < limit;
      case 'lte':
        return (created) => created <= limit;
      default:
        throw unknownParam(`created[${bound}]`);
    }
  });
  return (created) => checks.every((check) => check(created));
}
