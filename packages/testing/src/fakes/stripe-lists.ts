import { isList } from './stripe-form.ts';
import type { FormRecord } from './stripe-form.ts';
import { invalidParam, resourceMissing, unknownParam } from './stripe-failure.ts';
import type { AnyObject, StripeCall, StripeList, StripeResult, StripeRoute, StripeState } from './stripe-objects.ts';
import { integer, parseInteger, text } from './stripe-params.ts';

/** Retrieve and list of a resource. A list is read-after-write, newest first; a filter it does not know is refused. */
export function readRoutes(
  resource: 'charges' | 'refunds' | 'payment_intents' | 'customers' | 'invoices',
  itemsOf: (state: StripeState) => Map<string, AnyObject>,
  filters: readonly string[],
  find: (call: StripeCall) => StripeResult,
): readonly StripeRoute[] {
  return [
    {
      operation: `${resource}.retrieve`,
      verb: 'GET',
      path: `${resource}/:id`,
      prepare: (call) => () => {
        for (const name of Object.keys(call.params)) if (name !== 'expand') throw unknownParam(name);
        return find(call);
      },
    },
    {
      operation: `${resource}.list`,
      verb: 'GET',
      path: resource,
      prepare: (call) => () => page(itemsOf(call.state).values(), call.params, resource, filters),
    },
  ];
}

const pageParams = ['limit', 'starting_after', 'ending_before', 'created', 'expand'];

function page(all: Iterable<AnyObject>, params: FormRecord, resource: string, filters: readonly string[]): StripeList {
  for (const name of Object.keys(params)) {
    if (!pageParams.includes(name) && !filters.includes(name)) throw unknownParam(name);
  }
  const limit = integer(params, 'limit') ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalidParam('limit', 'This value must be between 1 and 100.', 'parameter_invalid_integer');
  }
  const within = createdRange(params);
  const matching = [...all]
    .toReversed()
    // Stable: objects of one second stay newest first.
    .toSorted((a, b) => b.created - a.created)
    .filter((item) => !('deleted' in item) && within(item.created))
    .filter((item) => filters.every((name) => params[name] === undefined || fieldOf(item, name) === params[name]));

  const before = text(params, 'ending_before');
  const after = text(params, 'starting_after');
  const cut = before === undefined ? matching : matching.slice(0, positionOf(matching, before, 'ending_before'));
  const rest = after === undefined ? cut : cut.slice(positionOf(cut, after, 'starting_after') + 1);
  const data = before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: 'list', url: `/v1/${resource}`, has_more: rest.length > limit, data };
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
