import { isoTime } from './hubspot-portal.ts';
import type { CrmRecord, Values } from './hubspot-record-store.ts';

/** What a read asks to see. */
export interface Shown {
  /** Instead of the type's usual ones; names that do not exist are passed over in silence. */
  readonly properties?: readonly string[] | undefined;
  readonly history?: readonly string[] | undefined;
  readonly isKnown: (name: string) => boolean;
}

/** A record as a read answers it: the properties asked for, `null` where they are not set, and three of HubSpot's own. */
export function view(record: CrmRecord, shown: Shown): Record<string, unknown> {
  const { type } = record;
  const asked = shown.properties?.length ? shown.properties : type.shown;
  const names = [...new Set([...asked, type.createdProperty, 'hs_object_id', type.modifiedProperty])].toSorted();
  const own = ownValues(record);
  const properties: Record<string, string | null> = {};
  for (const name of names) {
    if (shown.isKnown(name)) properties[name] = record.values.get(name) ?? own.get(name) ?? null;
  }
  return frame(record, properties, shown.history);
}

/** A record as a write answers it: everything that is set. */
export function written(record: CrmRecord, traceId?: string): Record<string, unknown> {
  const properties = Object.fromEntries(
    [...ownValues(record), ...record.values].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return { ...frame(record, properties), ...(traceId !== undefined && { objectWriteTraceId: traceId }) };
}

/** The values that HubSpot sets by itself. */
export function ownValues(record: CrmRecord): Values {
  return new Map([
    [record.type.createdProperty, isoTime(record.createdAt)],
    ['hs_object_id', record.id],
    [record.type.modifiedProperty, isoTime(record.updatedAt)],
  ]);
}

function frame(record: CrmRecord, properties: object, history?: readonly string[]): Record<string, unknown> {
  return {
    id: record.id,
    properties,
    ...(history?.length && { propertiesWithHistory: historyOf(record, history) }),
    createdAt: isoTime(record.createdAt),
    updatedAt: isoTime(record.updatedAt),
    archived: record.archivedAt !== undefined,
    ...(record.archivedAt !== undefined && { archivedAt: isoTime(record.archivedAt) }),
  };
}

/** Newest first, as HubSpot lists them. */
function historyOf(record: CrmRecord, names: readonly string[]): Record<string, object[]> {
  const histories: Record<string, object[]> = {};
  for (const name of names) {
    const changes: object[] = [];
    let last: string | undefined;
    for (const { at, values } of record.versions) {
      const value = values.get(name);
      if (value === last) continue;
      changes.unshift({ value: value ?? '', timestamp: isoTime(at), sourceType: 'INTEGRATION' });
      last = value;
    }
    histories[name] = changes;
  }
  return histories;
}
