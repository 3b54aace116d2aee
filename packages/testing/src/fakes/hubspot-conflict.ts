import { HubSpotFailure, invalid, invalidValues } from './hubspot-failure.ts';
import type { ConflictShapes } from './hubspot-portal.ts';
import type { ObjectType } from './hubspot-types.ts';

/** A unique value, who holds it, and who wanted it. */
export interface Taken {
  readonly portalId: number;
  readonly type: ObjectType;
  readonly property: string;
  readonly value: string;
  /** The id of the record that has the value. */
  readonly existing: string;
  /** The id of the record that asked for it; a new one already has one, which nobody will see again. */
  readonly id: string;
}

/** A contact's e-mail that another contact has. */
export function emailConflict(taken: Taken, shape: ConflictShapes['email'], now: number): HubSpotFailure {
  const conflict = alreadyExists(taken);
  if (shape === 'conflict') return conflict;
  // https://community.hubspot.com/t5/APIs-Integrations/Updated-409-Conflict-responses/m-p/951534
  const vid = Number(taken.existing);
  return new HubSpotFailure(409, conflict.message, {
    category: 'OBJECT_ALREADY_EXISTS',
    inBatch: { existingId: [taken.existing] },
    errors: [
      {
        message: `A contact with email ${taken.value} already exists. Existing ID: ${taken.existing}`,
        in: 'email',
      },
    ],
    extra: {
      error: 'CONTACT_EXISTS',
      identityProfile: {
        vid,
        identity: [{ value: taken.value, type: 'EMAIL', timestamp: now, isPrimary: true }],
        linkedVid: [],
        isContact: true,
        isCanonicalProfile: true,
        savedAtTimestamp: now,
        promotedToContact: true,
      },
    },
  });
}

/** The value of a property with `hasUniqueValue` that another record has. */
export function propertyConflict(taken: Taken, shape: ConflictShapes['property']): HubSpotFailure {
  const { portalId, type, property, value, existing, id } = taken;
  switch (shape) {
    case 'coordinates':
      return invalid(coordinates(taken));
    case 'coordinates_with_context':
      return invalid(coordinates(taken), {
        context: {
          objectTypeId: [type.id],
          propertyName: [property],
          portalId: [String(portalId)],
          existingObjectId: [existing],
          conflictingValue: [value],
          objectId: [id],
        },
      });
    case 'property_values':
      return invalidValues(
        [{ message: `${existing} already has that value.`, error: 'CONFLICTING_UNIQUE_VALUE', name: property }],
        portalId,
      );
    case 'conflict':
      return alreadyExists(taken);
  }
}

function coordinates({ portalId, type, property, value, existing, id }: Taken): string {
  const typeId = type.id.startsWith('0-')
    ? `ObjectTypeId{legacyObjectType=${type.singular}}`
    : `ObjectTypeId{innerId=${type.id.split('-')[1]}, metaTypeId=2}`;
  const where = `portalId=${portalId}, objectTypeId=${typeId}, propertyName=${property}, value=${value}`;
  return `Cannot set PropertyValueCoordinates{${where}} on ${id}. ${existing} already has that value.`;
}

function alreadyExists({ type, existing }: Taken): HubSpotFailure {
  const noun = type.singular[0] + type.singular.slice(1).toLowerCase();
  return new HubSpotFailure(409, `${noun} already exists. Existing ID: ${existing}`, {
    category: 'CONFLICT',
    inBatch: { existingId: [existing] },
  });
}
