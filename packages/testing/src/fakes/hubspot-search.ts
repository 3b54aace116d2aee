import { isObject, limit, list, object, requiredText, text, texts } from './hubspot-body.ts';
import type { JsonObject } from './hubspot-body.ts';
import { invalid } from './hubspot-failure.ts';
import { objectScope, shownBy, typeOf } from './hubspot-objects.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';
import type { CrmRecord } from './hubspot-record-store.ts';
import { ownValues, view } from './hubspot-record-view.ts';

/**
 * Search answers from an index that is behind: a write shows only after the portal's lag, the first version of a record
 * like every later one, an archived record is found until the lag is over. Nothing is proven by what search lacks.
 */
function search(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const body = object(call.body, 'body');
  const counter = portal.store('searches', () => ({ count: 0 }));
  const indexed = portal.records
    .indexed(type)
    .map((record) => asIndexed(portal, record, counter.count))
    .filter((record) => record !== undefined);
  counter.count += 1;

  const groups = list(body['filterGroups'], 'filterGroups').map((group) =>
    list(object(group, 'filterGroups')['filters'], 'filters').map((filter) => object(filter, 'filters')),
  );
  const query = text(body['query'])?.toLowerCase();
  const found = indexed
    .filter((record) => groups.length === 0 || groups.some((group) => group.every((filter) => matches(record, filter))))
    .filter((record) => !query || [...record.values.values()].some((value) => value.toLowerCase().includes(query)));
  const sorted = sort(found, list(body['sorts'], 'sorts')[0]);

  const most = limit(body['limit'], 10, 200);
  const start = Number(text(body['after']) ?? 0);
  if (start + most > 10_000) throw invalid('Search results are limited to 10000; narrow the filters');
  const shown = shownBy(portal, type, texts(body['properties'], 'properties'));
  const end = start + most;
  return {
    status: 200,
    body: {
      total: sorted.length,
      results: sorted.slice(start, end).map((record) => view(record, shown)),
      ...(end < sorted.length && { paging: { next: { after: String(end) } } }),
    },
  };
}

/** The record as the index knows it, or nothing yet, or nothing any more. */
function asIndexed(portal: Portal, record: CrmRecord, searches: number): CrmRecord | undefined {
  const { searchLagMs, searchLagSearches } = portal.rules();
  const version = record.versions.findLast(
    ({ at, searches: before }) => portal.now() - at >= searchLagMs && searches - before >= searchLagSearches,
  );
  if (!version || version.archived) return undefined;
  return { ...record, values: version.values, updatedAt: version.at, archivedAt: undefined };
}

function matches(record: CrmRecord, filter: JsonObject): boolean {
  const name = requiredText(filter['propertyName'], 'propertyName');
  const actual = record.values.get(name) ?? ownValues(record).get(name);
  const value = text(filter['value']) ?? '';
  const values = texts(filter['values'], 'values').map((one) => one.toLowerCase());
  const folded = actual?.toLowerCase();
  switch (filter['operator']) {
    case 'EQ':
      return folded === value.toLowerCase();
    case 'NEQ':
      return folded !== value.toLowerCase();
    case 'IN':
      return folded !== undefined && values.includes(folded);
    case 'NOT_IN':
      return folded === undefined || !values.includes(folded);
    case 'HAS_PROPERTY':
      return actual !== undefined;
    case 'NOT_HAS_PROPERTY':
      return actual === undefined;
    case 'CONTAINS_TOKEN':
      return hasToken(folded, value);
    case 'NOT_CONTAINS_TOKEN':
      return !hasToken(folded, value);
    case 'LT':
      return actual !== undefined && order(actual, value) < 0;
    case 'LTE':
      return actual !== undefined && order(actual, value) <= 0;
    case 'GT':
      return actual !== undefined && order(actual, value) > 0;
    case 'GTE':
      return actual !== undefined && order(actual, value) >= 0;
    case 'BETWEEN':
      return actual !== undefined && order(actual, value) >= 0 && order(actual, text(filter['highValue']) ?? '') <= 0;
    default:
      throw invalid(`Invalid filter operator: ${String(filter['operator'])}`);
  }
}

/** One word, whole; `*` stands for any end of it. */
function hasToken(actual: string | undefined, token: string): boolean {
  const wanted = token.toLowerCase();
  const tokens = actual?.split(/[^\p{L}\p{N}]+/u) ?? [];
  if (wanted.endsWith('*')) return tokens.some((one) => one.startsWith(wanted.slice(0, -1)));
  return actual === wanted || tokens.includes(wanted);
}

/** Numbers and times by size, all else by text. */
function order(a: string, b: string): number {
  const sizes = [a, b].map((value) => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value)));
  const [left = Number.NaN, right = Number.NaN] = sizes;
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}

function sort(records: readonly CrmRecord[], by: unknown): readonly CrmRecord[] {
  const given = text(by);
  const name = isObject(by) ? text(by['propertyName']) : given?.replace(/^-/, '');
  if (!name) return records;
  const sign = (isObject(by) ? by['direction'] === 'DESCENDING' : given?.startsWith('-')) ? -1 : 1;
  const value = (record: CrmRecord): string => record.values.get(name) ?? ownValues(record).get(name) ?? '';
  return records.toSorted((a, b) => sign * order(value(a), value(b)));
}

export const searchRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: '/crm/v3/objects/:objectType/search', scope: objectScope('read'), run: search },
];
