import { associationsOf, associateInputs, planAssociations } from './hubspot-associations.ts';
import { list, limit, object, requiredText, text } from './hubspot-body.ts';
import { invalid, notFound } from './hubspot-failure.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';
import type { CrmRecord, Values } from './hubspot-record-store.ts';
import { view, written } from './hubspot-record-view.ts';
import type { Shown } from './hubspot-record-view.ts';
import { findType } from './hubspot-types.ts';
import type { ObjectType } from './hubspot-types.ts';

/** The type that the path names, by name, singular or id. */
export function typeOf(call: HubSpotCall): ObjectType {
  return findType(call.portal.types, call.portal.id, call.params['objectType'] ?? '');
}

/** `crm.objects.contacts.write`; a custom object's scope is one for all of them. */
export function objectScope(access: 'read' | 'write'): (call: HubSpotCall) => string {
  return (call) => {
    const type = typeOf(call);
    return `crm.objects.${type.id.startsWith('2-') ? 'custom' : type.name}.${access}`;
  };
}

/** The values of an input as text; `null` clears like an empty text. */
export function valuesOf(input: Readonly<Record<string, unknown>>): Values {
  const given = object(input['properties'] ?? {}, 'properties');
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const found = value === null ? '' : text(value);
    if (found === undefined) throw invalid(`Invalid input JSON: properties.${name} must be a string`);
    values.set(name, name === 'email' ? found.trim().toLowerCase() : found);
  }
  return values;
}

export function shownBy(portal: Portal, type: ObjectType, properties: unknown, history?: unknown): Shown {
  const names = (given: unknown): readonly string[] => list(given, 'properties').map((name) => text(name) ?? '');
  return {
    properties: names(properties),
    history: names(history),
    isKnown: (name) => portal.properties.find(type, name) !== undefined,
  };
}

/** A live record by its id, or by a unique property where the request names one. */
export function findRecord(portal: Portal, type: ObjectType, id: string, idProperty?: string): CrmRecord | undefined {
  const record =
    idProperty === undefined ? portal.records.byId(type, id) : portal.records.byValue(type, idProperty, id);
  return record?.archivedAt === undefined ? record : undefined;
}

/** Writes one effect of a CRM record. */
export function recordEffect(
  portal: Portal,
  verb: string,
  record: CrmRecord,
  values: Values,
  batch?: { readonly traceId: string | undefined },
): void {
  portal.record({
    operation: `${record.type.name}.${verb}`,
    objectType: record.type.name,
    id: record.id,
    properties: Object.fromEntries(values),
    batch: batch !== undefined,
    objectWriteTraceId: batch?.traceId,
  });
}

const queryList = (call: HubSpotCall, name: string): readonly string[] =>
  call.query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');

function shownByQuery(call: HubSpotCall, type: ObjectType): Shown {
  return shownBy(call.portal, type, queryList(call, 'properties'), queryList(call, 'propertiesWithHistory'));
}

/** A record with the ids of what is associated, under the names that the request gave. */
function viewWithAssociations(call: HubSpotCall, record: CrmRecord, shown: Shown): object {
  const names = queryList(call, 'associations');
  const base = view(record, shown);
  const found = associationsOf(call.portal, record, names);
  return found === undefined ? base : { ...base, associations: found };
}

/** A record for a read, archived ones only where the request asks for those. By a unique value it may be behind. */
export function readRecord(
  call: HubSpotCall,
  type: ObjectType,
  id: string,
  idProperty?: string,
): CrmRecord | undefined {
  const { portal } = call;
  const archived = call.query.get('archived') === 'true';
  if (idProperty === undefined) {
    const record = portal.records.byId(type, id);
    return (record?.archivedAt !== undefined) === archived ? record : undefined;
  }
  const record = portal.records.byValue(type, idProperty, id, archived);
  return record && portal.now() - record.createdAt >= portal.rules().valueLagMs ? record : undefined;
}

function create(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const body = object(call.body, 'body');
  const values = valuesOf(body);
  portal.records.check(type, values);
  // Before the record exists: a create that is refused associates nothing.
  const plan = planAssociations(portal, type, body['associations']);
  const record = portal.records.create(type, values, searchesOf(portal));
  associateInputs(portal, record, plan);
  recordEffect(portal, 'create', record, values);
  return { status: 201, body: written(record) };
}

function read(call: HubSpotCall): Reply {
  const type = typeOf(call);
  const record = readRecord(call, type, call.params['objectId'] ?? '', call.query.get('idProperty') ?? undefined);
  if (!record) throw notFound();
  return { status: 200, body: viewWithAssociations(call, record, shownByQuery(call, type)) };
}

function update(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const record = findRecord(portal, type, call.params['objectId'] ?? '', call.query.get('idProperty') ?? undefined);
  if (!record) throw notFound();
  const values = valuesOf(object(call.body, 'body'));
  portal.records.check(type, values, record);
  portal.records.update(record, values, searchesOf(portal));
  recordEffect(portal, 'update', record, values);
  return { status: 200, body: written(record) };
}

/** 204 whether or not there is such a record: the second DELETE is no error. */
function archive(call: HubSpotCall): Reply {
  const record = findRecord(call.portal, typeOf(call), call.params['objectId'] ?? '');
  if (record) {
    call.portal.records.archive(record, searchesOf(call.portal));
    recordEffect(call.portal, 'archive', record, new Map());
  }
  return { status: 204 };
}

function page(call: HubSpotCall): Reply {
  const type = typeOf(call);
  const most = limit(call.query.get('limit'), 10, 100);
  const after = BigInt(call.query.get('after')?.replace(/\D/g, '') || '0');
  const wantsArchived = call.query.get('archived') === 'true';
  const rest = call.portal.records
    .all(type)
    .filter((record) => (record.archivedAt !== undefined) === wantsArchived && BigInt(record.id) > after)
    .toSorted((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
  const results = rest.slice(0, most);
  const shown = shownByQuery(call, type);
  const last = results.at(-1);
  return {
    status: 200,
    body: {
      results: results.map((record) => viewWithAssociations(call, record, shown)),
      ...(last && rest.length > most && { paging: { next: { after: last.id, link: `?after=${last.id}` } } }),
    },
  };
}

function merge(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const body = object(call.body, 'body');
  const winner = findRecord(portal, type, requiredText(body['primaryObjectId'], 'primaryObjectId'));
  const loser = findRecord(portal, type, requiredText(body['objectIdToMerge'], 'objectIdToMerge'));
  if (!winner || !loser) throw notFound();
  if (winner === loser) throw invalid('Cannot merge an object with itself');
  portal.records.merge(winner, loser, searchesOf(portal));
  portal.associations.move(type.id, loser.id, winner.id);
  recordEffect(portal, 'merge', winner, new Map([['objectIdToMerge', loser.id]]));
  return { status: 200, body: written(winner) };
}

function purge(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const body = object(call.body, 'body');
  const id = requiredText(body['objectId'], 'objectId');
  const record = findRecord(portal, type, id, text(body['idProperty']));
  if (record) {
    portal.records.purge(record);
    portal.associations.forget(type.id, record.id);
    portal.record({ operation: `${type.name}.purge`, objectType: type.name, id: record.id, properties: {} });
  }
  return { status: 204 };
}

/** How many searches the portal has answered: what search sees is counted from here. */
export function searchesOf(portal: Portal): number {
  return portal.store('searches', () => ({ count: 0 })).count;
}

const objects = '/crm/v3/objects/:objectType';

export const objectRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: objects, scope: objectScope('write'), run: create },
  { verb: 'GET', path: objects, scope: objectScope('read'), run: page },
  { verb: 'GET', path: `${objects}/:objectId`, scope: objectScope('read'), run: read },
  { verb: 'PATCH', path: `${objects}/:objectId`, scope: objectScope('write'), run: update },
  { verb: 'DELETE', path: `${objects}/:objectId`, scope: objectScope('write'), run: archive },
  { verb: 'POST', path: `${objects}/merge`, scope: objectScope('write'), run: merge },
  { verb: 'POST', path: `${objects}/gdpr-delete`, scope: objectScope('write'), run: purge },
];
