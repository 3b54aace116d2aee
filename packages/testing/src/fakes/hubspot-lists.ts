import { limit, object, requiredText, text, texts } from './hubspot-body.ts';
import { invalid, notFound } from './hubspot-failure.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';
import { findType } from './hubspot-types.ts';

interface CrmList {
  readonly listId: string;
  name: string;
  readonly objectTypeId: string;
  /** Only MANUAL and SNAPSHOT lists take members; HubSpot computes those of a DYNAMIC one. */
  readonly processingType: string;
  listVersion: number;
  readonly createdAt: number;
  updatedAt: number;
  deletedAt: number | undefined;
  filterBranch: unknown;
  /** Record id to the time of joining. */
  readonly members: Map<string, number>;
}

const listsOf = (portal: Portal): Map<string, CrmList> => portal.store('lists', () => new Map<string, CrmList>());

const live = (portal: Portal): readonly CrmList[] =>
  [...listsOf(portal).values()].filter((one) => one.deletedAt === undefined);

function named(call: HubSpotCall): CrmList {
  const found = listsOf(call.portal).get(call.params['listId'] ?? '');
  if (!found || found.deletedAt !== undefined) throw missing(call.params['listId'] ?? '');
  return found;
}

const missing = (id: string): Error =>
  notFound(`List does not exist with ID ${id}.`, { subCategory: 'ILS.LIST_NOT_FOUND' });

function shown(one: CrmList): Record<string, unknown> {
  const { createdAt, updatedAt, deletedAt, filterBranch, members, ...rest } = one;
  return {
    ...rest,
    processingStatus: 'COMPLETE',
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
    filtersUpdatedAt: isoTime(createdAt),
    ...(deletedAt !== undefined && { deletedAt: isoTime(deletedAt) }),
    ...(filterBranch !== undefined && { filterBranch }),
    size: members.size,
  };
}

function applied(call: HubSpotCall, verb: string, one: CrmList): void {
  call.portal.record({
    operation: `lists.${verb}`,
    objectType: undefined,
    id: one.listId,
    properties: { name: one.name, objectTypeId: one.objectTypeId, processingType: one.processingType },
  });
}

/** A name is taken by one list of an object type, in any case. */
function refuseName(portal: Portal, name: string, objectTypeId: string, self?: CrmList): void {
  const holder = live(portal).find(
    (one) => one !== self && one.objectTypeId === objectTypeId && one.name.toLowerCase() === name.toLowerCase(),
  );
  if (holder) throw invalid(`List with name '${name}' already exists.`, { subCategory: 'ILS.DUPLICATE_LIST_NAMES' });
}

function create(call: HubSpotCall): Reply {
  const body = object(call.body, 'body');
  const name = requiredText(body['name'], 'name');
  const objectTypeId = findType(
    call.portal.types,
    call.portal.id,
    requiredText(body['objectTypeId'], 'objectTypeId'),
  ).id;
  const processingType = requiredText(body['processingType'], 'processingType');
  if (!['MANUAL', 'DYNAMIC', 'SNAPSHOT'].includes(processingType))
    throw invalid(`Invalid processingType: ${processingType}`);
  refuseName(call.portal, name, objectTypeId);
  const at = call.portal.now();
  const made: CrmList = {
    listId: call.portal.newId(),
    name,
    objectTypeId,
    processingType,
    listVersion: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: undefined,
    filterBranch: body['filterBranch'],
    members: new Map(),
  };
  listsOf(call.portal).set(made.listId, made);
  applied(call, 'create', made);
  return { status: 200, body: { list: shown(made) } };
}

function byName(call: HubSpotCall): Reply {
  const type = findType(call.portal.types, call.portal.id, call.params['objectTypeId'] ?? '');
  const name = call.params['listName'] ?? '';
  const found = live(call.portal).find((one) => one.objectTypeId === type.id && one.name === name);
  if (!found) throw notFound(`List does not exist with name ${name}.`, { subCategory: 'ILS.LIST_NOT_FOUND' });
  return { status: 200, body: { list: shown(found) } };
}

function many(call: HubSpotCall): Reply {
  const ids = call.query.getAll('listIds').flatMap((value) => value.split(','));
  return {
    status: 200,
    body: {
      lists: live(call.portal)
        .filter((one) => ids.includes(one.listId))
        .map(shown),
    },
  };
}

/** Lists are found at once, unlike records. */
function search(call: HubSpotCall): Reply {
  const body = object(call.body, 'body');
  const query = text(body['query'])?.toLowerCase() ?? '';
  const types = texts(body['processingTypes'], 'processingTypes');
  const ids = texts(body['listIds'], 'listIds');
  const offset = Number(body['offset'] ?? 0);
  const end = offset + limit(body['count'], 20, 500);
  const found = live(call.portal)
    .filter((one) => one.name.toLowerCase().includes(query))
    .filter((one) => types.length === 0 || types.includes(one.processingType))
    .filter((one) => ids.length === 0 || ids.includes(one.listId));
  const lists = found.slice(offset, end).map((one) => {
    const { size, filterBranch: _filterBranch, ...rest } = shown(one);
    return { ...rest, additionalProperties: { hs_list_size: String(size) } };
  });
  return {
    status: 200,
    body: { lists, offset: Math.min(end, found.length), hasMore: end < found.length, total: found.length },
  };
}

function rename(call: HubSpotCall): Reply {
  const one = named(call);
  const name = call.query.get('listName') ?? '';
  if (name === '') throw invalid('listName is required');
  refuseName(call.portal, name, one.objectTypeId, one);
  one.name = name;
  touch(call, one);
  applied(call, 'update', one);
  return { status: 200, body: { updatedList: shown(one) } };
}

function setFilters(call: HubSpotCall): Reply {
  const one = named(call);
  if (one.processingType !== 'DYNAMIC') throw invalid('Only the filters of a DYNAMIC list can be updated');
  one.filterBranch = object(call.body, 'body')['filterBranch'];
  touch(call, one);
  applied(call, 'update', one);
  return { status: 200, body: { updatedList: shown(one) } };
}

function touch(call: HubSpotCall, one: CrmList): void {
  one.listVersion += 1;
  one.updatedAt = call.portal.now();
}

function archive(call: HubSpotCall): Reply {
  const one = named(call);
  one.deletedAt = call.portal.now();
  applied(call, 'archive', one);
  return { status: 204 };
}

function restore(call: HubSpotCall): Reply {
  const one = listsOf(call.portal).get(call.params['listId'] ?? '');
  if (!one) throw missing(call.params['listId'] ?? '');
  if (one.deletedAt === undefined) return { status: 204 };
  refuseName(call.portal, one.name, one.objectTypeId, one);
  one.deletedAt = undefined;
  applied(call, 'restore', one);
  return { status: 204 };
}

/** One effect a record that joined or left; who was there already is answered nowhere. */
function change(call: HubSpotCall, toAdd: readonly string[], toRemove: readonly string[]): Reply {
  const { portal } = call;
  const one = named(call);
  if (one.processingType === 'DYNAMIC') throw invalid('Memberships of a DYNAMIC list cannot be changed');
  const type = findType(portal.types, portal.id, one.objectTypeId);
  const isLive = (id: string): boolean => portal.records.byId(type, id)?.archivedAt === undefined;
  const absent = toAdd.filter((id) => !portal.records.byId(type, id) || !isLive(id));
  const added = [...new Set(toAdd)].filter((id) => !absent.includes(id) && !one.members.has(id));
  const removed = [...new Set(toRemove)].filter((id) => one.members.has(id));
  for (const id of added) one.members.set(id, portal.now());
  for (const id of removed) one.members.delete(id);
  for (const [verb, ids] of [
    ['add', added],
    ['remove', removed],
  ] as const) {
    for (const id of ids) {
      portal.record({
        operation: `list_memberships.${verb}`,
        objectType: undefined,
        id: `${one.listId}:${id}`,
        properties: { listId: one.listId, recordId: id },
        batch: true,
      });
    }
  }
  return { status: 200, body: { recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: absent } };
}

function members(call: HubSpotCall): Reply {
  const all = [...named(call).members].map(([recordId, at]) => ({ recordId, membershipTimestamp: isoTime(at) }));
  const start = Number(call.query.get('after') ?? 0);
  const end = start + limit(call.query.get('limit'), 100, 250);
  const paging = end < all.length ? { paging: { next: { after: String(end), link: `?after=${end}` } } } : {};
  return { status: 200, body: { results: all.slice(start, end), ...paging } };
}

function listsOfRecord(call: HubSpotCall): Reply {
  const results = live(call.portal)
    .filter((one) => one.objectTypeId === call.params['objectTypeId'])
    .flatMap((one) => {
      const at = one.members.get(call.params['recordId'] ?? '');
      if (at === undefined) return [];
      const time = isoTime(at);
      return [
        { listId: one.listId, listVersion: one.listVersion, firstAddedTimestamp: time, lastAddedTimestamp: time },
      ];
    });
  return { status: 200, body: { results, total: results.length } };
}

const removeAll = (call: HubSpotCall): Reply => {
  change(call, [], [...named(call).members.keys()]);
  return { status: 204 };
};

const read = (): string => 'crm.lists.read';
const write = (): string => 'crm.lists.write';
const lists = '/crm/v3/lists';
const memberships = `${lists}/:listId/memberships`;

export const listRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: lists, scope: write, run: create },
  { verb: 'GET', path: lists, scope: read, run: many },
  { verb: 'POST', path: `${lists}/search`, scope: read, run: search },
  { verb: 'GET', path: `${lists}/object-type-id/:objectTypeId/name/:listName`, scope: read, run: byName },
  { verb: 'GET', path: `${lists}/records/:objectTypeId/:recordId/memberships`, scope: read, run: listsOfRecord },
  {
    verb: 'GET',
    path: `${lists}/:listId`,
    scope: read,
    run: (call) => ({ status: 200, body: { list: shown(named(call)) } }),
  },
  { verb: 'DELETE', path: `${lists}/:listId`, scope: write, run: archive },
  { verb: 'PUT', path: `${lists}/:listId/restore`, scope: write, run: restore },
  { verb: 'PUT', path: `${lists}/:listId/update-list-name`, scope: write, run: rename },
  { verb: 'PUT', path: `${lists}/:listId/update-list-filters`, scope: write, run: setFilters },
  { verb: 'GET', path: memberships, scope: read, run: members },
  { verb: 'DELETE', path: memberships, scope: write, run: removeAll },
  { verb: 'PUT', path: `${memberships}/add`, scope: write, run: (call) => change(call, texts(call.body, 'body'), []) },
  {
    verb: 'PUT',
    path: `${memberships}/remove`,
    scope: write,
    run: (call) => change(call, [], texts(call.body, 'body')),
  },
  {
    verb: 'PUT',
    path: `${memberships}/add-and-remove`,
    scope: write,
    run(call) {
      const body = object(call.body, 'body');
      return change(
        call,
        texts(body['recordIdsToAdd'], 'recordIdsToAdd'),
        texts(body['recordIdsToRemove'], 'recordIdsToRemove'),
      );
    },
  },
];
