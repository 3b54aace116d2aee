import type { AssociationKind } from './hubspot-association-store.ts';
import { applied, associate, associationScope, endsOf, existing, idIn } from './hubspot-associations.ts';
import type { Ends } from './hubspot-associations.ts';
import { inputs, requiredText } from './hubspot-body.ts';
import type { JsonObject } from './hubspot-body.ts';
import { batchError, invalid, notFound } from './hubspot-failure.ts';
import { batchReply } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';

/** A kind as version 3 names it: `contact_to_company`, or its number. */
function kindNamed(portal: Portal, { from, to }: Ends, input: JsonObject): AssociationKind {
  const wanted = requiredText(input['type'], 'type');
  const kinds = [portal.associations.usual(from, to), ...portal.associations.kinds(from.id, to.id)];
  const kind = kinds.find((one) => one.name === wanted || String(one.typeId) === wanted);
  if (!kind) throw invalid(`${wanted} is not an association type from ${from.name} to ${to.name}`);
  return kind;
}

function create(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  const planned = inputs(call.body, 2000).map((input) => ({
    fromId: existing(call.portal, ends.from, idIn(input, 'from')),
    toId: existing(call.portal, ends.to, idIn(input, 'to')),
    kind: kindNamed(call.portal, ends, input),
  }));
  const results: object[] = [];
  for (const { fromId, toId, kind } of planned) {
    call.portal.passInput();
    associate(call.portal, ends, fromId, toId, [kind], true);
    results.push({ from: { id: fromId }, to: { id: toId }, type: kind.name });
  }
  return batchReply(call.portal, 201, results);
}

function archive(call: HubSpotCall): Reply {
  const ends = endsOf(call);
  for (const input of inputs(call.body, 2000)) {
    const [fromId, toId] = [idIn(input, 'from'), idIn(input, 'to')];
    const { typeId } = kindNamed(call.portal, ends, input);
    if (!call.portal.associations.remove(ends.from, fromId, ends.to, toId, typeId)) continue;
    applied(call.portal, 'archive', ends, fromId, toId, [typeId], true);
  }
  return { status: 204 };
}

function read(call: HubSpotCall): Reply {
  const { from, to } = endsOf(call);
  const results: object[] = [];
  const errors: object[] = [];
  for (const input of inputs(call.body, 1000)) {
    const id = requiredText(input['id'], 'id');
    const found = [...call.portal.associations.of(from.id, id, to.id)];
    const others = found.flatMap(([other, kinds]) => kinds.map((kind) => ({ id: other, type: kind.name })));
    if (others.length > 0) results.push({ from: { id }, to: others });
    else {
      const message = `No ${to.singular.toLowerCase()} is associated with ${from.singular.toLowerCase()} ${id}.`;
      errors.push(batchError(notFound(message), { fromObjectId: [id] }));
    }
  }
  return batchReply(call.portal, 200, results, errors);
}

const many = '/crm/v3/associations/:fromObjectType/:toObjectType/batch';

export const associationV3Routes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: `${many}/create`, scope: associationScope('write'), run: create },
  { verb: 'POST', path: `${many}/archive`, scope: associationScope('write'), run: archive },
  { verb: 'POST', path: `${many}/read`, scope: associationScope('read'), run: read },
];
