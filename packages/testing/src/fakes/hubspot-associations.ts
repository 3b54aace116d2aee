import type { AssociationKind } from './hubspot-association-store.ts';
import { inputs, list, object, requiredText, text } from './hubspot-body.ts';
import { batchError, invalid, notFound } from './hubspot-failure.ts';
import { batchReply } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';
import type { CrmRecord } from './hubspot-record-store.ts';
import { findType } from './hubspot-types.ts';
import type { ObjectType } from './hubspot-types.ts';

/** One association that a create asks for. */
export interface PlannedAssociation {
  readonly toId: string;
  readonly kinds: readonly AssociationKind[];
}

/** Checks the `associations` of a create; the kind says what type the other record is. */
export function planAssociations(portal: Portal, type: ObjectType, given: unknown): readonly PlannedAssociation[] {
  return list(given, 'associations').map((one) => {
    const { to, types } = object(one, 'associations');
    const toId = requiredText(object(to, 'to')['id'], 'to.id');
    const kinds = kindsOf(portal, type.id, undefined, types);
    for (const kind of kinds) existing(portal, typeById(portal, kind.to), toId);
    return { toId, kinds };
  });
}

export function associateInputs(portal: Portal, record: CrmRecord, planned: readonly PlannedAssociation[]): void {
  for (const { toId, kinds } of planned) {
    for (const kind of kinds) portal.associations.add(record.id, toId, kind);
  }
}

/** What a read answers under `associations`: by type, the ids. */
export function associationsOf(portal: Portal, record: CrmRecord, names: readonly string[]): object | undefined {
  const found: Record<string, object> = {};
  for (const name of names) {
    const other = findType(portal.types, portal.id, name);
    const edges = portal.associations.of(record.type.id, record.id, other.id);
    const results = [...edges].flatMap(([id, kinds]) => kinds.map((kind) => ({ id, type: kind.name })));
    if (results.length > 0) found[other.name] = { results };
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

export interface Ends {
  readonly from: ObjectType;
  readonly to: ObjectType;
}

export function endsOf({ portal, params }: HubSpotCall): Ends {
  return {
    from: findType(portal.types, portal.id, params['fromObjectType'] ?? params['objectType'] ?? ''),
    to: findType(portal.types, portal.id, params['toObjectType'] ?? ''),
  };
}

const typeById = (portal: Portal, id: string): ObjectType => findType(portal.types, portal.id, id);

/** The canonical id of a live record; a merged-away id is the winner's. */
export function existing(portal: Portal, type: ObjectType, id: string): string {
  const record = portal.records.byId(type, id);
  if (!record || record.archivedAt !== undefined) {
    throw notFound(`No ${type.singular.toLowerCase()} with ID ${id} exists`, {
      context: { objectType: [type.singular.toLowerCase()], id: [id] },
    });
  }
  return record.id;
}

function kindsOf(portal: Portal, from: string, to: string | undefined, given: unknown): readonly AssociationKind[] {
  const specs = list(given, 'types');
  if (specs.length === 0) throw invalid('Invalid input JSON: at least one association type is required');
  return specs.map((spec) => {
    const { associationCategory, associationTypeId } = object(spec, 'types');
    const kind = portal.associations.kind(Number(associationTypeId));
    const fits = kind?.from === from && (to === undefined || kind.to === to) && kind.category === associationCategory;
    if (!kind || !fits) {
      throw invalid(`${text(associationCategory)} association type ${text(associationTypeId)} is not valid here`);
    }
    return kind;
  });
}

export function applied(
  portal: Portal,
  verb: string,
  { from, to }: Ends,
  fromId: string,
  toId: string,
  ids: readonly number[],
  batch = false,
): void {
  portal.record({
    operation: `associations.${verb}`,
    objectType: undefined,
    id: `${fromId}:${toId}`,
    properties: { from: from.name, to: to.name, types: ids.join(',') },
    batch,
  });
}

/** Adds what is asked for to what there is; a repeat changes nothing and counts nothing. */
export function associate(
  portal: Portal,
  ends: Ends,
  fromId: string,
  toId: string,
  kinds: readonly AssociationKind[],
  batch: boolean,
): object {
  const added = kinds.filter((kind) => portal.associations.add(fromId, toId, kind));
  const ids = added.map((kind) => kind.typeId);
  if (ids.length > 0) applied(portal, 'create', ends, fromId, toId, ids, batch);
  return {
    fromObjectTypeId: ends.from.id,
    fromObjectId: fromId,
    toObjectTypeId: ends.to.id,
    toObjectId: toId,
    labels: kinds.map((kind) => kind.label).filter((label) => label !== null),
  };
}

function associateUsual(portal: Portal, ends: Ends, fromId: string, toId: string, batch: boolean): readonly object[] {
  const there = portal.associations.usual(ends.from, ends.to);
  associate(portal, ends, fromId, toId, [there], batch);
  const spec = (associationTypeId: number): object => ({ associationCategory: there.category, associationTypeId });
  const results = [{ from: { id: fromId }, to: { id: toId }, associationSpec: spec(there.typeId) }];
  if (there.inverse === there.typeId) return results;
  return [...results, { from: { id: toId }, to: { id: fromId }, associationSpec: spec(there.inverse) }];
}

const shownKinds = (kinds: readonly AssociationKind[]): readonly object[] =>
  // The wire has `null` where there is no label, though the published type says that the key is absent or a text.
  kinds.map(({ category, typeId, label }) => ({ category, typeId, label }));

function pathIds(call: HubSpotCall, { from, to }: Ends): readonly [string, string] {
  const fromId = call.params['fromObjectId'] ?? call.params['objectId'] ?? '';
  return [existing(call.portal, from, fromId), existing(call.portal, to, call.params['toObjectId'] ?? '')];
}

function put(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  const [fromId, toId] = pathIds(call, ends);
  const kinds = kindsOf(call.portal, ends.from.id, ends.to.id, call.body);
  return { status: 201, body: associate(call.portal, ends, fromId, toId, kinds, false) };
}

function putDefault(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  const [fromId, toId] = pathIds(call, ends);
  return batchReply(call.portal, 200, associateUsual(call.portal, ends, fromId, toId, false));
}

/** Removes all kinds between the two; 204 also where there were none. */
function remove(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  const [fromId, toId] = [call.params['objectId'] ?? '', call.params['toObjectId'] ?? ''];
  if (call.portal.associations.remove(ends.from, fromId, ends.to, toId)) {
    applied(call.portal, 'archive', ends, fromId, toId, []);
  }
  return { status: 204 };
}

function page(call: HubSpotCall): Reply {
  const { from, to } = endsOf(call);
  const fromId = existing(call.portal, from, call.params['objectId'] ?? '');
  const all = [...call.portal.associations.of(from.id, fromId, to.id)];
  const most = Number(call.query.get('limit') ?? 500);
  const start = Number(call.query.get('after') ?? 0);
  const end = start + most;
  const results = all.slice(start, end).map(([id, kinds]) => ({ toObjectId: id, associationTypes: shownKinds(kinds) }));
  const paging = end < all.length ? { paging: { next: { after: String(end), link: `?after=${end}` } } } : {};
  return { status: 200, body: { results, ...paging } };
}

export const idIn = (input: Readonly<Record<string, unknown>>, name: string): string =>
  requiredText(object(input[name], name)['id'], `${name}.id`);

function batchCreate(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  const planned = inputs(call.body, 2000).map((input) => ({
    fromId: existing(call.portal, ends.from, idIn(input, 'from')),
    toId: existing(call.portal, ends.to, idIn(input, 'to')),
    kinds: kindsOf(call.portal, ends.from.id, ends.to.id, input['types']),
  }));
  const results: object[] = [];
  for (const { fromId, toId, kinds } of planned) {
    call.portal.passInput();
    results.push(associate(call.portal, ends, fromId, toId, kinds, true));
  }
  return batchReply(call.portal, 201, results);
}

function batchDefault(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  const pairs = inputs(call.body, 2000).map((input) => [
    existing(call.portal, ends.from, idIn(input, 'from')),
    existing(call.portal, ends.to, idIn(input, 'to')),
  ]);
  const results: object[] = [];
  for (const [fromId = '', toId = ''] of pairs) {
    call.portal.passInput();
    results.push(...associateUsual(call.portal, ends, fromId, toId, true));
  }
  return batchReply(call.portal, 200, results);
}

function batchRemove(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  for (const input of inputs(call.body, 2000)) {
    const fromId = idIn(input, 'from');
    for (const to of list(input['to'], 'to')) {
      const toId = requiredText(object(to, 'to')['id'], 'to.id');
      if (!call.portal.associations.remove(ends.from, fromId, ends.to, toId)) continue;
      applied(call.portal, 'archive', ends, fromId, toId, [], true);
    }
  }
  return { status: 204 };
}

function batchRemoveLabels(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  for (const input of inputs(call.body, 2000)) {
    const [fromId, toId] = [idIn(input, 'from'), idIn(input, 'to')];
    const removed = kindsOf(call.portal, ends.from.id, ends.to.id, input['types'])
      .map((kind) => kind.typeId)
      .filter((typeId) => call.portal.associations.remove(ends.from, fromId, ends.to, toId, typeId));
    if (removed.length > 0) applied(call.portal, 'archive_labels', ends, fromId, toId, removed, true);
  }
  return { status: 204 };
}

/** What has no associations is named in a 207, as if it did not exist. */
function batchRead(call: HubSpotCall): Reply {
  const { from, to } = endsOf(call);
  const results: object[] = [];
  const errors: object[] = [];
  for (const input of inputs(call.body, 1000)) {
    const id = requiredText(input['id'], 'id');
    const found = [...call.portal.associations.of(from.id, id, to.id)];
    if (found.length > 0) {
      const others = found.map(([toObjectId, kinds]) => ({ toObjectId, associationTypes: shownKinds(kinds) }));
      results.push({ from: { id }, to: others });
      continue;
    }
    const nouns = [from, to].map((type) => type.singular.toLowerCase());
    const message = `No ${nouns[1]} is associated with ${nouns[0]} ${id}.`;
    const subject = notFound(message, { category: 'OBJECT_NOT_FOUND' });
    errors.push({
      ...batchError(subject, { fromObjectId: [id], fromObjectType: [nouns[0] ?? ''], toObjectType: [nouns[1] ?? ''] }),
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    });
  }
  return batchReply(call.portal, 200, results, errors);
}

export const associationScope =
  (access: 'read' | 'write') =>
  (call: HubSpotCall): string => {
    const { from } = endsOf(call);
    return `crm.objects.${from.id.startsWith('2-') ? 'custom' : from.name}.${access}`;
  };
const one = '/crm/v4/objects/:objectType/:objectId/associations/:toObjectType';
const many = '/crm/v4/associations/:fromObjectType/:toObjectType/batch';
const usual = '/crm/v4/objects/:fromObjectType/:fromObjectId/associations/default/:toObjectType/:toObjectId';

export const associationRoutes: readonly HubSpotRoute[] = [
  { verb: 'PUT', path: usual, scope: associationScope('write'), run: putDefault },
  { verb: 'PUT', path: `${one}/:toObjectId`, scope: associationScope('write'), run: put },
  { verb: 'DELETE', path: `${one}/:toObjectId`, scope: associationScope('write'), run: remove },
  { verb: 'GET', path: one, scope: associationScope('read'), run: page },
  { verb: 'POST', path: `${many}/create`, scope: associationScope('write'), run: batchCreate },
  { verb: 'POST', path: `${many}/associate/default`, scope: associationScope('write'), run: batchDefault },
  { verb: 'POST', path: `${many}/archive`, scope: associationScope('write'), run: batchRemove },
  { verb: 'POST', path: `${many}/labels/archive`, scope: associationScope('write'), run: batchRemoveLabels },
  { verb: 'POST', path: `${many}/read`, scope: associationScope('read'), run: batchRead },
];
