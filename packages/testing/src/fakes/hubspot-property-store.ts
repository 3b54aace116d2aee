import { HubSpotFailure, invalid, notFound } from './hubspot-failure.ts';
import type { InvalidValue } from './hubspot-failure.ts';
import { usualGroup } from './hubspot-types.ts';
import type { ObjectType } from './hubspot-types.ts';

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
}

/** A property's definition, as the API shows it. */
export interface Property {
  readonly name: string;
  label: string;
  type: string;
  fieldType: string;
  groupName: string;
  description: string;
  options: readonly PropertyOption[];
  displayOrder: number;
  hidden: boolean;
  formField: boolean;
  /** Cannot be changed once the property exists. */
  readonly hasUniqueValue: boolean;
  readonly hubspotDefined: boolean;
  readonly readOnly: boolean;
  createdAt: number;
  updatedAt: number;
  archivedAt: number | undefined;
}

/** At most so many properties with `hasUniqueValue` an object type. */
export const mostUnique = 10;

export interface PropertyStore {
  list(type: ObjectType, archived: boolean): readonly Property[];
  find(type: ObjectType, name: string): Property | undefined;
  get(type: ObjectType, name: string): Property;
  add(type: ObjectType, property: Property): void;
  archive(type: ObjectType, name: string, at: number): boolean;
  /** What is wrong with these values, a complaint each. */
  check(type: ObjectType, values: ReadonlyMap<string, string>): readonly InvalidValue[];
}

const numbers = new Set(['amount', 'price', 'quantity', 'numberofemployees', 'hs_cost_of_goods_sold']);
const times = new Set(['closedate', 'hs_timestamp', 'hs_expiration_date']);

export function createPropertyStore(now: () => number): PropertyStore {
  const stores = new Map<string, Map<string, Property>>();

  function of(type: ObjectType): Map<string, Property> {
    const known = stores.get(type.id);
    if (known) return known;
    const made = new Map<string, Property>();
    stores.set(type.id, made);
    for (const name of type.own) made.set(name, builtIn(type, name, now(), false));
    for (const name of ['hs_object_id', 'hs_merged_object_ids', type.createdProperty, type.modifiedProperty]) {
      // The creation date of a deal or a ticket can be set, that of a contact cannot.
      const readOnly = name !== 'createdate' || type.name === 'contacts';
      made.set(name, builtIn(type, name, now(), readOnly));
    }
    return made;
  }

  const find = (type: ObjectType, name: string): Property | undefined => {
    const property = of(type).get(name);
    return property?.archivedAt === undefined ? property : undefined;
  };

  return {
    list: (type, archived) =>
      [...of(type).values()].filter((property) => (property.archivedAt !== undefined) === archived),
    find,
    get(type, name) {
      const property = find(type, name);
      if (!property) throw notFound(`Property ${name} does not exist`);
      return property;
    },
    add(type, property) {
      if (find(type, property.name)) {
        throw new HubSpotFailure(409, `A property named '${property.name}' already exists.`, {
          category: 'OBJECT_ALREADY_EXISTS',
        });
      }
      const unique = [...of(type).values()].filter(
        (one) => one.hasUniqueValue && !one.hubspotDefined && !one.archivedAt,
      );
      if (property.hasUniqueValue && unique.length >= mostUnique) {
        throw invalid(`The limit of ${mostUnique} unique properties has been reached for object type ${type.id}`);
      }
      of(type).set(property.name, property);
    },
    archive(type, name, at) {
      const property = find(type, name);
      if (!property) return false;
      if (property.hubspotDefined) throw invalid(`Property ${name} is defined by HubSpot and cannot be archived`);
      property.archivedAt = at;
      return true;
    },
    check(type, values) {
      const complaints: InvalidValue[] = [];
      for (const [name, value] of values) {
        const property = find(type, name);
        const complaint = property ? complain(property, value) : unknownProperty(name);
        if (complaint) complaints.push({ ...complaint, name });
      }
      return complaints;
    },
  };
}

function unknownProperty(name: string): Omit<InvalidValue, 'name'> {
  return { message: `Property "${name}" does not exist`, error: 'PROPERTY_DOESNT_EXIST' };
}

function complain(property: Property, value: string): Omit<InvalidValue, 'name'> | undefined {
  if (property.readOnly) {
    return {
      message: `"${property.name}" is a read only property; its value cannot be set.`,
      error: 'READ_ONLY_VALUE',
    };
  }
  if (value === '') return undefined;
  if (property.name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) {
    return { message: `Email address ${value} is invalid`, error: 'INVALID_EMAIL' };
  }
  if (property.type === 'number' && !Number.isFinite(Number(value))) {
    return { message: `${value} was not a valid long.`, error: 'INVALID_LONG' };
  }
  if (property.type === 'datetime' && !/^\d{1,15}$/.test(value) && Number.isNaN(Date.parse(value))) {
    return { message: `${value} was not a valid long.`, error: 'INVALID_LONG' };
  }
  if (property.type === 'bool' && value !== 'true' && value !== 'false') {
    return { message: `${value} was not one of the allowed options: [true, false]`, error: 'INVALID_OPTION' };
  }
  const options = property.options.map((option) => option.value);
  if (property.type === 'enumeration' && !value.split(';').every((one) => options.includes(one))) {
    return { message: `${value} was not one of the allowed options: [${options.join(', ')}]`, error: 'INVALID_OPTION' };
  }
  return undefined;
}

function builtIn(objectType: ObjectType, name: string, at: number, readOnly: boolean): Property {
  const type = numbers.has(name) ? 'number' : times.has(name) || name.endsWith('date') ? 'datetime' : 'string';
  return {
    name,
    label: name,
    type,
    fieldType: type === 'number' ? 'number' : type === 'datetime' ? 'date' : 'text',
    groupName: usualGroup(objectType),
    description: '',
    options: [],
    displayOrder: -1,
    hidden: false,
    formField: false,
    hasUniqueValue: name === 'hs_object_id',
    hubspotDefined: true,
    readOnly,
    createdAt: at,
    updatedAt: at,
    archivedAt: undefined,
  };
}
