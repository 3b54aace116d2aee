import { createAssociationStore } from './hubspot-association-store.ts';
import { notFound } from './hubspot-failure.ts';
import type { HubSpotEffect, Portal, PortalRules } from './hubspot-portal.ts';
import { stageComplaints } from './hubspot-pipelines.ts';
import { createPropertyStore } from './hubspot-property-store.ts';
import { createRecordStore } from './hubspot-record-store.ts';
import type { CrmRecord } from './hubspot-record-store.ts';
import { findType, standardTypes, usualGroup } from './hubspot-types.ts';
import type { ObjectType } from './hubspot-types.ts';

/** A portal, and what a test does to it past the API. */
export interface SetPortal {
  readonly portal: Portal;
  seedProperty(objectType: string, name: string, hasUniqueValue: boolean): void;
  seed(objectType: string, properties: Readonly<Record<string, string>>): string;
  peek(objectType: string, id: string): Readonly<Record<string, string>> | undefined;
  edit(objectType: string, id: string, properties: Readonly<Record<string, string>>): void;
}

export interface PortalOptions {
  readonly id: number;
  readonly now: () => number;
  readonly newId: () => string;
  readonly rules: () => PortalRules;
  readonly effects: HubSpotEffect[];
  readonly passInput: () => void;
}

export function createPortal({ id, now, newId, rules, effects, passInput }: PortalOptions): SetPortal {
  const properties = createPropertyStore(now);
  const stores = new Map<string, unknown>();
  const portal: Portal = {
    id,
    types: [...standardTypes],
    properties,
    records: createRecordStore({
      id,
      properties,
      rules,
      now,
      newId,
      complaints: (type, values) => stageComplaints(portal, type, values),
    }),
    associations: createAssociationStore(),
    store<T>(key: string, make: () => T): T {
      if (!stores.has(key)) stores.set(key, make());
      return stores.get(key) as T;
    },
    rules,
    now,
    newId,
    passInput,
    record(effect) {
      effects.push({ objectWriteTraceId: undefined, batch: false, ...effect, portalId: id, at: now() });
    },
  };
  const typeNamed = (name: string): ObjectType => findType(portal.types, id, name);
  const searches = (): number => portal.store('searches', () => ({ count: 0 })).count;
  const live = (objectType: string, recordId: string): CrmRecord | undefined => {
    const record = portal.records.byId(typeNamed(objectType), recordId);
    return record?.archivedAt === undefined ? record : undefined;
  };

  return {
    portal,
    seedProperty(objectType, name, hasUniqueValue) {
      const at = now();
      properties.add(typeNamed(objectType), {
        name,
        label: name,
        type: 'string',
        fieldType: 'text',
        groupName: usualGroup(typeNamed(objectType)),
        description: '',
        options: [],
        displayOrder: -1,
        hidden: false,
        formField: false,
        hasUniqueValue,
        hubspotDefined: false,
        readOnly: false,
        createdAt: at,
        updatedAt: at,
        archivedAt: undefined,
      });
    },
    seed(objectType, given) {
      const type = typeNamed(objectType);
      const values = new Map(Object.entries(given));
      portal.records.check(type, values);
      return portal.records.create(type, values, searches()).id;
    },
    peek(objectType, recordId) {
      const record = live(objectType, recordId);
      return record && Object.fromEntries(record.values);
    },
    edit(objectType, recordId, given) {
      const record = live(objectType, recordId);
      if (!record) throw notFound();
      const values = new Map(Object.entries(given));
      portal.records.check(record.type, values, record);
      portal.records.update(record, values, searches());
    },
  };
}
