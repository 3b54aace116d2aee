import { object, requiredText, text } from './hubspot-body.ts';
import { HubSpotFailure, invalid, notFound } from './hubspot-failure.ts';
import { typeOf } from './hubspot-objects.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';
import { usualGroup } from './hubspot-types.ts';
import type { ObjectType } from './hubspot-types.ts';

interface Group {
  readonly name: string;
  label: string;
  displayOrder: number;
  readonly archived: boolean;
}

/** The groups of a type's properties; a new portal has one a type. */
function groupsOf(portal: Portal, type: ObjectType): Map<string, Group> {
  return portal.store(`groups ${type.id}`, () => {
    const name = usualGroup(type);
    return new Map([[name, { name, label: name, displayOrder: 0, archived: false }]]);
  });
}

/** A property needs a group that exists. */
export function refuseUnknownGroup(portal: Portal, type: ObjectType, name: string): void {
  if (!groupsOf(portal, type).has(name))
    throw invalid(`Property group ${name} does not exist for object type ${type.id}`);
}

function named(call: HubSpotCall): Group {
  const name = call.params['groupName'] ?? '';
  const group = groupsOf(call.portal, typeOf(call)).get(name);
  if (!group) throw notFound(`Property group ${name} does not exist`);
  return group;
}

function applied(call: HubSpotCall, verb: string, { name, label }: Group): void {
  const operation = `property_groups.${verb}`;
  call.portal.record({ operation, objectType: typeOf(call).name, id: name, properties: { name, label } });
}

function create(call: HubSpotCall): Reply {
  const body = object(call.body, 'body');
  const name = requiredText(body['name'], 'name');
  const groups = groupsOf(call.portal, typeOf(call));
  if (groups.has(name)) {
    throw new HubSpotFailure(409, `A property group named '${name}' already exists.`, {
      category: 'OBJECT_ALREADY_EXISTS',
    });
  }
  const label = requiredText(body['label'], 'label');
  const group: Group = { name, label, displayOrder: Number(body['displayOrder'] ?? -1), archived: false };
  groups.set(name, group);
  applied(call, 'create', group);
  return { status: 201, body: group };
}

function update(call: HubSpotCall): Reply {
  const group = named(call);
  const body = object(call.body, 'body');
  group.label = text(body['label']) ?? group.label;
  group.displayOrder = Number(body['displayOrder'] ?? group.displayOrder);
  applied(call, 'update', group);
  return { status: 200, body: group };
}

/** Refused while a property is in it. */
function archive(call: HubSpotCall): Reply {
  const group = named(call);
  const type = typeOf(call);
  if (call.portal.properties.list(type, false).some((property) => property.groupName === group.name)) {
    throw invalid(`Property group ${group.name} has properties and cannot be archived`);
  }
  groupsOf(call.portal, type).delete(group.name);
  applied(call, 'archive', group);
  return { status: 204 };
}

function list(call: HubSpotCall): Reply {
  return { status: 200, body: { results: [...groupsOf(call.portal, typeOf(call)).values()] } };
}

const scope = (access: 'read' | 'write') => (call: HubSpotCall) => {
  const type = typeOf(call);
  return `crm.schemas.${type.id.startsWith('2-') ? 'custom' : type.name}.${access}`;
};
const groups = '/crm/v3/properties/:objectType/groups';

export const propertyGroupRoutes: readonly HubSpotRoute[] = [
  { verb: 'GET', path: groups, scope: scope('read'), run: list },
  { verb: 'POST', path: groups, scope: scope('write'), run: create },
  {
    verb: 'GET',
    path: `${groups}/:groupName`,
    scope: scope('read'),
    run: (call) => ({ status: 200, body: named(call) }),
  },
  { verb: 'PATCH', path: `${groups}/:groupName`, scope: scope('write'), run: update },
  { verb: 'DELETE', path: `${groups}/:groupName`, scope: scope('write'), run: archive },
];
