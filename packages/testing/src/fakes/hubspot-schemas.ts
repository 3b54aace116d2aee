import { list, object, requiredText, text, texts } from './hubspot-body.ts';
import type { AssociationKind } from './hubspot-association-store.ts';
import { HubSpotFailure, invalid, notFound } from './hubspot-failure.ts';
import { readProperty, shownProperty } from './hubspot-properties.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';
import { customType, findType } from './hubspot-types.ts';
import type { ObjectType } from './hubspot-types.ts';

/** What a custom object's schema says beside its type. */
interface Schema {
  readonly type: ObjectType;
  readonly labels: { readonly singular: string; readonly plural: string };
  readonly primaryDisplayProperty: string | undefined;
  readonly createdAt: number;
}

const schemasOf = (portal: Portal): Map<string, Schema> => portal.store('schemas', () => new Map<string, Schema>());

function shown(portal: Portal, { type, labels, primaryDisplayProperty, createdAt }: Schema): object {
  const time = isoTime(createdAt);
  return {
    id: type.id,
    objectTypeId: type.id,
    fullyQualifiedName: `p${portal.id}_${type.name}`,
    name: type.name,
    labels,
    requiredProperties: type.required,
    searchableProperties: [],
    secondaryDisplayProperties: [],
    ...(primaryDisplayProperty !== undefined && { primaryDisplayProperty }),
    properties: portal.properties.list(type, false).map(shownProperty),
    associations: [],
    archived: false,
    createdAt: time,
    updatedAt: time,
  };
}

function create(call: HubSpotCall): Reply {
  const { portal } = call;
  const body = object(call.body, 'body');
  const name = requiredText(body['name'], 'name').toLowerCase();
  if (portal.types.some((type) => type.name === name)) {
    throw new HubSpotFailure(409, `Object schema with name ${name} already exists`, {
      category: 'OBJECT_ALREADY_EXISTS',
    });
  }
  const given = object(body['labels'] ?? {}, 'labels');
  const labels = { singular: text(given['singular']) ?? name, plural: text(given['plural']) ?? name };
  const properties = list(body['properties'], 'properties').map((one) =>
    readProperty({ groupName: `${name}_information`, ...object(one, 'properties') }, portal.now()),
  );
  const required = texts(body['requiredProperties'], 'requiredProperties');
  const undefined_ = required.filter((one) => !properties.some((property) => property.name === one));
  if (undefined_.length > 0) throw invalid(`Required properties are not defined: ${undefined_.join(', ')}`);
  const type = customType(name, `2-${portal.newId()}`, required, required);
  portal.types.push(type);
  for (const property of properties) portal.properties.add(type, property);
  const schema = {
    type,
    labels,
    primaryDisplayProperty: text(body['primaryDisplayProperty']),
    createdAt: portal.now(),
  };
  schemasOf(portal).set(type.id, schema);
  portal.record({ operation: 'schemas.create', objectType: undefined, id: type.id, properties: { name } });
  return { status: 201, body: shown(portal, schema) };
}

function named(call: HubSpotCall): Schema {
  const type = findType(call.portal.types, call.portal.id, call.params['objectType'] ?? '');
  const schema = schemasOf(call.portal).get(type.id);
  if (!schema) throw notFound(`No custom object schema exists for ${type.name}`);
  return schema;
}

/** Refused while there are records of the type. */
function archive(call: HubSpotCall): Reply {
  const { type } = named(call);
  if (call.portal.records.all(type).some((record) => record.archivedAt === undefined)) {
    throw invalid(`Object type ${type.name} has records and cannot be deleted`);
  }
  call.portal.types.splice(call.portal.types.indexOf(type), 1);
  schemasOf(call.portal).delete(type.id);
  call.portal.record({
    operation: 'schemas.archive',
    objectType: undefined,
    id: type.id,
    properties: { name: type.name },
  });
  return { status: 204 };
}

function ends(call: HubSpotCall): readonly [ObjectType, ObjectType] {
  const find = (name: string): ObjectType => findType(call.portal.types, call.portal.id, call.params[name] ?? '');
  return [find('fromObjectType'), find('toObjectType')];
}

const shownKind = ({ category, typeId, label }: AssociationKind): object => ({ category, typeId, label });

function labels(call: HubSpotCall): Reply {
  const [from, to] = ends(call);
  call.portal.associations.usual(from, to);
  return { status: 200, body: { results: call.portal.associations.kinds(from.id, to.id).map(shownKind) } };
}

function createLabel(call: HubSpotCall): Reply {
  const [from, to] = ends(call);
  const body = object(call.body, 'body');
  const [label, name] = [requiredText(body['label'], 'label'), requiredText(body['name'], 'name')];
  const known = call.portal.associations.kinds(from.id, to.id);
  if (known.some((kind) => kind.name === name || kind.label === label)) {
    throw invalid(`An association definition with the name or label '${label}' already exists`);
  }
  const made = call.portal.associations.define(from, to, name, label, text(body['inverseLabel']) ?? label);
  const id = String(made[0]?.typeId);
  call.portal.record({
    operation: 'association_labels.create',
    objectType: undefined,
    id,
    properties: { name, label },
  });
  return { status: 200, body: { results: made.map(shownKind) } };
}

function ownLabel(call: HubSpotCall, id: unknown): AssociationKind {
  const kind = call.portal.associations.kind(Number(id));
  if (!kind) throw notFound(`No association type exists with id ${String(id)}`);
  if (kind.category !== 'USER_DEFINED') throw invalid('Only user defined labels can be changed');
  return kind;
}

function updateLabel(call: HubSpotCall): Reply {
  const body = object(call.body, 'body');
  const kind = ownLabel(call, body['associationTypeId']);
  kind.label = requiredText(body['label'], 'label');
  const properties = { label: kind.label };
  call.portal.record({
    operation: 'association_labels.update',
    objectType: undefined,
    id: String(kind.typeId),
    properties,
  });
  return { status: 204 };
}

function archiveLabel(call: HubSpotCall): Reply {
  const kind = ownLabel(call, call.params['associationTypeId']);
  call.portal.associations.undefine(kind);
  call.portal.record({
    operation: 'association_labels.archive',
    objectType: undefined,
    id: String(kind.typeId),
    properties: {},
  });
  return { status: 204 };
}

const scope = (access: 'read' | 'write') => (): string => `crm.schemas.custom.${access}`;
const schemas = '/crm-object-schemas/v3/schemas';
const definitions = '/crm/v4/associations/:fromObjectType/:toObjectType/labels';

export const schemaRoutes: readonly HubSpotRoute[] = [
  {
    verb: 'GET',
    path: schemas,
    scope: scope('read'),
    run: ({ portal }) => ({
      status: 200,
      body: { results: [...schemasOf(portal).values()].map((one) => shown(portal, one)) },
    }),
  },
  { verb: 'POST', path: schemas, scope: scope('write'), run: create },
  {
    verb: 'GET',
    path: `${schemas}/:objectType`,
    scope: scope('read'),
    run: (call) => ({ status: 200, body: shown(call.portal, named(call)) }),
  },
  { verb: 'DELETE', path: `${schemas}/:objectType`, scope: scope('write'), run: archive },
  { verb: 'GET', path: definitions, scope: scope('read'), run: labels },
  { verb: 'POST', path: definitions, scope: scope('write'), run: createLabel },
  { verb: 'PUT', path: definitions, scope: scope('write'), run: updateLabel },
  { verb: 'DELETE', path: `${definitions}/:associationTypeId`, scope: scope('write'), run: archiveLabel },
];
