import { emailConflict, propertyConflict } from './hubspot-conflict.ts';
import { invalid, invalidValues } from './hubspot-failure.ts';
import type { InvalidValue } from './hubspot-failure.ts';
import type { PortalRules } from './hubspot-portal.ts';
import type { PropertyStore } from './hubspot-property-store.ts';
import type { ObjectType } from './hubspot-types.ts';

export type Values = ReadonlyMap<string, string>;

/** How a record looked after one of its writes. */
export interface Version {
  readonly at: number;
  /** How many searches the portal had answered by then. */
  readonly searches: number;
  readonly values: Values;
  readonly archived: boolean;
}

export interface CrmRecord {
  readonly id: string;
  readonly type: ObjectType;
  values: Values;
  readonly createdAt: number;
  updatedAt: number;
  archivedAt: number | undefined;
  /** Oldest first; the last is the present. */
  readonly versions: Version[];
}

/** Unique values that the inputs before this one in the same batch take. */
export type Claims = Map<string, string>;

export interface RecordStore {
  /** By id, archived ones too; the id of a merged-away record finds the winner. */
  byId(type: ObjectType, id: string): CrmRecord | undefined;
  /** By a unique property's value, live or archived ones only; refuses a property that is not unique. */
  byValue(type: ObjectType, property: string, value: string, archived?: boolean): CrmRecord | undefined;
  all(type: ObjectType): readonly CrmRecord[];
  /** What search may still know: all, and those that were merged away. */
  indexed(type: ObjectType): readonly CrmRecord[];
  /** Throws if these values cannot be set, on a new record without `self`. */
  check(type: ObjectType, values: Values, self?: CrmRecord, claims?: Claims): void;
  create(type: ObjectType, values: Values, searches: number): CrmRecord;
  update(record: CrmRecord, values: Values, searches: number): void;
  archive(record: CrmRecord, searches: number): void;
  /** The loser's id finds the winner from now on. */
  merge(winner: CrmRecord, loser: CrmRecord, searches: number): void;
  /** Removes every trace but that its e-mail can never come back. */
  purge(record: CrmRecord): void;
}

export function createRecordStore(portal: {
  id: number;
  properties: PropertyStore;
  rules: () => PortalRules;
  now: () => number;
  newId: () => string;
  /** What is wrong with values beyond their properties' own rules. */
  complaints: (type: ObjectType, values: Values) => readonly InvalidValue[];
}): RecordStore {
  const records = new Map<string, Map<string, CrmRecord>>();
  const winners = new Map<string, string>();
  /** Who holds a unique value: type, property and value to id. */
  const holders = new Map<string, string>();
  const forgotten = new Set<string>();
  const mergedAway: CrmRecord[] = [];

  const of = (type: ObjectType): Map<string, CrmRecord> => {
    const known = records.get(type.id) ?? new Map<string, CrmRecord>();
    records.set(type.id, known);
    return known;
  };
  const nameOf = (type: ObjectType, property: string, value: string): string =>
    JSON.stringify([type.id, property, property === 'email' ? value.trim().toLowerCase() : value]);
  const isUnique = (type: ObjectType, property: string): boolean =>
    (type.name === 'contacts' && property === 'email') ||
    (portal.properties.find(type, property)?.hasUniqueValue ?? false);

  function byId(type: ObjectType, id: string): CrmRecord | undefined {
    const winner = winners.get(JSON.stringify([type.id, id]));
    return winner === undefined ? of(type).get(id) : byId(type, winner);
  }

  function holderOf(type: ObjectType, property: string, value: string): CrmRecord | undefined {
    const id = holders.get(nameOf(type, property, value));
    return id === undefined ? undefined : byId(type, id);
  }

  /** Moves the unique values from those that the record had to those that it has. */
  function hold(record: CrmRecord, before: Values, after: Values): void {
    for (const [property, value] of before) {
      const name = nameOf(record.type, property, value);
      if (after.get(property) !== value && holders.get(name) === record.id) holders.delete(name);
    }
    for (const [property, value] of after) {
      if (value !== '' && isUnique(record.type, property)) holders.set(nameOf(record.type, property, value), record.id);
    }
  }

  function write(record: CrmRecord, values: Values, searches: number): void {
    hold(record, record.values, values);
    record.values = values;
    record.updatedAt = portal.now();
    remember(record, searches);
  }

  function remember(record: CrmRecord, searches: number): void {
    const archived = record.archivedAt !== undefined;
    record.versions.push({ at: portal.now(), searches, values: record.values, archived });
  }

  return {
    byId,
    byValue(type, property, value, archived = false) {
      if (property === 'hs_object_id') return byId(type, value);
      if (!isUnique(type, property)) {
        throw invalid(`Property ${property} is not a unique identifier property of object type ${type.id}`);
      }
      if (archived) {
        const gone = [...of(type).values()].filter((record) => record.archivedAt !== undefined);
        return gone.findLast((record) => record.values.get(property) === value);
      }
      const record = holderOf(type, property, value);
      return record?.archivedAt === undefined ? record : undefined;
    },
    all: (type) => [...of(type).values()],
    indexed: (type) => [...of(type).values(), ...mergedAway.filter((record) => record.type === type)],
    check(type, values, self, claims = new Map<string, string>()) {
      const complaints = [...portal.properties.check(type, values), ...portal.complaints(type, values)];
      if (complaints.length > 0) throw invalidValues(complaints, portal.id);
      if (!self) {
        const missing = type.required.filter((name) => !values.get(name));
        if (missing.length > 0) {
          throw invalid(`Error creating ${type.singular}. Some required properties were not set.`, {
            context: { properties: missing },
          });
        }
      }
      const mine: [name: string, id: string][] = [];
      for (const [property, value] of values) {
        if (value === '' || !isUnique(type, property)) continue;
        const name = nameOf(type, property, value);
        if (forgotten.has(name)) {
          const message = 'email has been GDPR blacklisted';
          throw invalidValues([{ message, error: 'GDPR_BLOCKLISTED', name: property }], portal.id);
        }
        const holder = holderOf(type, property, value);
        const existing = holder?.id ?? claims.get(name);
        if (existing !== undefined && existing !== self?.id) {
          const taken = { portalId: portal.id, type, property, value, existing, id: self?.id ?? portal.newId() };
          const shapes = portal.rules().conflicts;
          throw property === 'email'
            ? emailConflict(taken, shapes.email, portal.now())
            : propertyConflict(taken, shapes.property);
        }
        mine.push([name, self?.id ?? portal.newId()]);
      }
      for (const [name, id] of mine) claims.set(name, id);
    },
    create(type, values, searches) {
      const at = portal.now();
      const kept = new Map([...values].filter(([, value]) => value !== ''));
      const record: CrmRecord = {
        id: portal.newId(),
        type,
        values: new Map(),
        createdAt: at,
        updatedAt: at,
        archivedAt: undefined,
        versions: [],
      };
      of(type).set(record.id, record);
      write(record, kept, searches);
      return record;
    },
    update(record, values, searches) {
      const next = new Map(record.values);
      for (const [name, value] of values) {
        if (value === '') next.delete(name);
        else next.set(name, value);
      }
      write(record, next, searches);
    },
    archive(record, searches) {
      record.archivedAt = portal.now();
      if (portal.rules().archivedValues === 'released') hold(record, record.values, new Map());
      remember(record, searches);
    },
    merge(winner, loser, searches) {
      const next = new Map(winner.values);
      for (const [name, value] of loser.values) {
        // Only what the winner lacks; a unique value of the loser is lost where both had one.
        if (!next.has(name)) next.set(name, value);
      }
      const merged = [winner.values.get('hs_merged_object_ids'), loser.id].filter((id) => id !== undefined);
      next.set('hs_merged_object_ids', merged.join(';'));
      hold(loser, loser.values, new Map());
      of(loser.type).delete(loser.id);
      loser.archivedAt = portal.now();
      remember(loser, searches);
      mergedAway.push(loser);
      winners.set(JSON.stringify([loser.type.id, loser.id]), winner.id);
      write(winner, next, searches);
      for (const [name, value] of loser.values) {
        // A contact keeps the other's e-mail as an additional one.
        const found = name === 'email' || portal.rules().mergedValues === 'redirect';
        if (found && isUnique(loser.type, name)) holders.set(nameOf(loser.type, name, value), winner.id);
      }
    },
    purge(record) {
      const email = record.values.get('email');
      if (email !== undefined) forgotten.add(nameOf(record.type, 'email', email));
      hold(record, record.values, new Map());
      of(record.type).delete(record.id);
      record.versions.length = 0;
    },
  };
}
