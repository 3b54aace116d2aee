import { inputs, list, object, requiredText, text } from './hubspot-body.ts';
import type { JsonObject } from './hubspot-body.ts';
import { batchError, invalid, notFound } from './hubspot-failure.ts';
import { typeOf } from './hubspot-objects.ts';
import { refuseUnknownGroup } from './hubspot-property-groups.ts';
import { batchReply, isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Reply } from './hubspot-portal.ts';
import type { Property, PropertyOption } from './hubspot-property-store.ts';

const kinds = ['string', 'number', 'date', 'datetime', 'enumeration', 'bool', 'phone_number'];

/** What a definition says, from a request. */
export function readProperty(body: JsonObject, now: number): Property {
  const name = requiredText(body['name'], 'name');
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw invalid(
      `Property names must be lower case letters, digits and underscores, and start with a letter: ${name}`,
    );
  }
  const type = requiredText(body['type'], 'type');
  if (!kinds.includes(type)) throw invalid(`${type} is not a property type`);
  const isUnique = body['hasUniqueValue'] === true;
  if (isUnique && type !== 'string' && type !== 'number') {
    throw invalid(`A property of type ${type} cannot have unique values`);
  }
  return {
    name,
    label: requiredText(body['label'], 'label'),
    type,
    fieldType: requiredText(body['fieldType'], 'fieldType'),
    groupName: requiredText(body['groupName'], 'groupName'),
    description: text(body['description']) ?? '',
    options: readOptions(body['options']),
    displayOrder: Number(body['displayOrder'] ?? -1),
    hidden: body['hidden'] === true,
    formField: body['formField'] === true,
    hasUniqueValue: isUnique,
    hubspotDefined: false,
    readOnly: false,
    createdAt: now,
    updatedAt: now,
    archivedAt: undefined,
  };
}

function readOptions(given: unknown): readonly PropertyOption[] {
  return list(given, 'options').map((one, index) => {
    const option = object(one, 'options');
    return {
      label: requiredText(option['label'], 'label'),
      value: requiredText(option['value'], 'value'),
      displayOrder: Number(option['displayOrder'] ?? index),
      hidden: option['hidden'] === true,
    };
  });
}

export function shownProperty(property: Property): object {
  const { readOnly, createdAt, updatedAt, archivedAt, hubspotDefined, ...shown } = property;
  return {
    ...shown,
    hubspotDefined,
    calculated: false,
    externalOptions: false,
    archived: archivedAt !== undefined,
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
    ...(archivedAt !== undefined && { archivedAt: isoTime(archivedAt) }),
    modificationMetadata: {
      archivable: !hubspotDefined,
      readOnlyDefinition: hubspotDefined,
      readOnlyOptions: hubspotDefined,
      readOnlyValue: readOnly,
    },
  };
}

function applied(call: HubSpotCall, verb: string, name: string, body: JsonObject, batch = false): void {
  const properties = Object.entries(body).flatMap(([key, value]) => {
    const found = text(value);
    return found === undefined ? [] : [[key, found] as const];
  });
  call.portal.record({
    operation: `properties.${verb}`,
    objectType: typeOf(call).name,
    id: name,
    properties: Object.fromEntries(properties),
    batch,
  });
}

function create(call: HubSpotCall): Reply {
  const body = object(call.body, 'body');
  const property = readProperty(body, call.portal.now());
  refuseUnknownGroup(call.portal, typeOf(call), property.groupName);
  call.portal.properties.add(typeOf(call), property);
  applied(call, 'create', property.name, body);
  return { status: 201, body: shownProperty(property) };
}

function listAll(call: HubSpotCall): Reply {
  const archived = call.query.get('archived') === 'true';
  return { status: 200, body: { results: call.portal.properties.list(typeOf(call), archived).map(shownProperty) } };
}

const named = (call: HubSpotCall): Property =>
  call.portal.properties.get(typeOf(call), call.params['propertyName'] ?? '');

function update(call: HubSpotCall): Reply {
  const property = named(call);
  if (property.hubspotDefined) throw invalid(`Property ${property.name} is defined by HubSpot and cannot be changed`);
  const body = object(call.body, 'body');
  property.label = text(body['label']) ?? property.label;
  property.description = text(body['description']) ?? property.description;
  property.groupName = text(body['groupName']) ?? property.groupName;
  property.type = text(body['type']) ?? property.type;
  property.fieldType = text(body['fieldType']) ?? property.fieldType;
  if (body['options'] !== undefined) property.options = readOptions(body['options']);
  property.updatedAt = call.portal.now();
  applied(call, 'update', property.name, body);
  return { status: 200, body: shownProperty(property) };
}

function archive(call: HubSpotCall): Reply {
  const name = call.params['propertyName'] ?? '';
  if (!call.portal.properties.archive(typeOf(call), name, call.portal.now()))
    throw notFound(`Property ${name} does not exist`);
  applied(call, 'archive', name, {});
  return { status: 204 };
}

/** What exists already is named in a 207 beside what was made. */
function batchCreate(call: HubSpotCall): Reply {
  const results: object[] = [];
  const errors: object[] = [];
  const type = typeOf(call);
  for (const input of inputs(call.body)) {
    const property = readProperty(input, call.portal.now());
    if (call.portal.properties.find(type, property.name)) {
      const failure = invalid(`A property named '${property.name}' already exists.`, {
        category: 'OBJECT_ALREADY_EXISTS',
      });
      errors.push(batchError(failure, { name: [property.name] }));
      continue;
    }
    refuseUnknownGroup(call.portal, type, property.groupName);
    call.portal.passInput();
    call.portal.properties.add(type, property);
    applied(call, 'create', property.name, input, true);
    results.push(shownProperty(property));
  }
  return batchReply(call.portal, 201, results, errors);
}

function batchRead(call: HubSpotCall): Reply {
  const results: object[] = [];
  const missing: string[] = [];
  for (const input of inputs(call.body)) {
    const name = requiredText(input['name'], 'name');
    const property = call.portal.properties.find(typeOf(call), name);
    if (property) results.push(shownProperty(property));
    else missing.push(name);
  }
  const failure = notFound('Some properties do not exist');
  return batchReply(call.portal, 200, results, missing.length > 0 ? [batchError(failure, { name: missing })] : []);
}

function batchArchive(call: HubSpotCall): Reply {
  for (const input of inputs(call.body)) {
    const name = requiredText(input['name'], 'name');
    if (call.portal.properties.archive(typeOf(call), name, call.portal.now())) applied(call, 'archive', name, {}, true);
  }
  return { status: 204 };
}

const scope = (access: 'read' | 'write') => (call: HubSpotCall) => {
  const type = typeOf(call);
  return `crm.schemas.${type.id.startsWith('2-') ? 'custom' : type.name}.${access}`;
};
const properties = '/crm/v3/properties/:objectType';

export const propertyRoutes: readonly HubSpotRoute[] = [
  { verb: 'GET', path: properties, scope: scope('read'), run: listAll },
  { verb: 'POST', path: properties, scope: scope('write'), run: create },
  {
    verb: 'GET',
    path: `${properties}/:propertyName`,
    scope: scope('read'),
    run: (call) => ({ status: 200, body: shownProperty(named(call)) }),
  },
  { verb: 'PATCH', path: `${properties}/:propertyName`, scope: scope('write'), run: update },
  { verb: 'DELETE', path: `${properties}/:propertyName`, scope: scope('write'), run: archive },
  { verb: 'POST', path: `${properties}/batch/create`, scope: scope('write'), run: batchCreate },
  { verb: 'POST', path: `${properties}/batch/read`, scope: scope('read'), run: batchRead },
  { verb: 'POST', path: `${properties}/batch/archive`, scope: scope('write'), run: batchArchive },
];
