import type { AssociationStore } from './hubspot-association-store.ts';
import type { FormPart } from './hubspot-form.ts';
import type { PropertyStore } from './hubspot-property-store.ts';
import type { RecordStore } from './hubspot-record-store.ts';
import type { ObjectType } from './hubspot-types.ts';

/** How a taken value is refused. HubSpot has answered in all of these shapes, by endpoint and by year. */
export interface ConflictShapes {
  /**
   * A contact's e-mail. `conflict`: 409 CONFLICT, "Contact already exists. Existing ID: 123" (the default);
   * `identity_profile`: 409 OBJECT_ALREADY_EXISTS with the other contact's identities.
   */
  readonly email: 'conflict' | 'identity_profile';
  /**
   * A property with `hasUniqueValue`. `coordinates`: 400 VALIDATION_ERROR, "Cannot set PropertyValueCoordinates{…} on
   * 2. 1 already has that value." (the default, and what was seen live); `coordinates_with_context`: the same with the
   * ids in `context`; `property_values`: 400 with CONFLICTING_UNIQUE_VALUE inside the JSON of the message;
   * `conflict`: a 409 in the words of the e-mail's.
   */
  readonly property: 'coordinates' | 'coordinates_with_context' | 'property_values' | 'conflict';
}

/** What HubSpot does not document, to be set either way. */
export interface PortalRules {
  readonly conflicts: ConflictShapes;
  /** Whether the unique values of an archived record can be taken by another; HubSpot does not say. */
  readonly archivedValues: 'released' | 'held';
  /** Whether the merged-away record's unique values find the winner, or are free again; HubSpot does not say. */
  readonly mergedValues: 'released' | 'redirect';
  /** Milliseconds until a new record is found by a unique value; what arbitrates is never behind. */
  readonly valueLagMs: number;
  /** Milliseconds until a write shows in search. */
  readonly searchLagMs: number;
  /** Searches that must have been answered since a write until it shows, whatever the clock says. */
  readonly searchLagSearches: number;
}

/** One write that happened; a batch has one an input. A refusal adds none. */
export interface HubSpotEffect {
  /** What was written and how: `contacts.create`, `deals.update`, `associations.create`, `files.upload`, `events.send`. */
  readonly operation: string;
  /** The plural name for CRM records, or undefined for all else. */
  readonly objectType: string | undefined;
  /** The id of what was written; `1:2` for an association from 1 to 2. */
  readonly id: string;
  /** What the request set, as text. */
  readonly properties: Readonly<Record<string, string>>;
  readonly objectWriteTraceId: string | undefined;
  readonly batch: boolean;
  readonly portalId: number;
  readonly at: number;
}

/** Everything of one account. */
export interface Portal {
  readonly id: number;
  readonly types: ObjectType[];
  readonly properties: PropertyStore;
  readonly records: RecordStore;
  readonly associations: AssociationStore;
  /** Stores of the smaller endpoints, each made when first asked for. */
  store<T>(key: string, make: () => T): T;
  rules(): PortalRules;
  now(): number;
  /** A decimal string that was never given before. */
  newId(): string;
  /** Whether the next input of this batch may still be applied; throws a 500 where a test cut the batch. */
  passInput(): void;
  record(
    effect: Omit<HubSpotEffect, 'portalId' | 'at' | 'batch' | 'objectWriteTraceId'> & Partial<HubSpotEffect>,
  ): void;
}

/** Who calls. */
export interface Caller {
  readonly portalId: number;
  readonly scopes: readonly string[] | 'all';
  /** Whose token this is, for the endpoints that tell. */
  of(token: string): Omit<Caller, 'of'> | undefined;
}

/** One authenticated request on its way through an endpoint. */
export interface HubSpotCall {
  readonly portal: Portal;
  readonly caller: Caller;
  /** The parameters of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined where the body is something else. */
  readonly body: unknown;
  /** The parts of a multipart form; undefined where the body is something else. */
  readonly form: ReadonlyMap<string, FormPart> | undefined;
  readonly method: string;
}

export interface Reply {
  readonly status: number;
  /** Absent with 204. */
  readonly body?: unknown;
}

/** One endpoint. `run` is synchronous: of two requests for one unique value, one wins. */
export interface HubSpotRoute {
  readonly verb: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** With `:name` for a parameter. */
  readonly path: string;
  /** The scope that it needs, or none. */
  scope(call: HubSpotCall): string | undefined;
  run(call: HubSpotCall): Reply;
}

/** A batch's answer: 207 as soon as one input failed. */
export function batchReply(
  portal: Portal,
  status: number,
  results: readonly unknown[],
  errors: readonly object[] = [],
): Reply {
  const at = isoTime(portal.now());
  const body = { status: 'COMPLETE', results, startedAt: at, completedAt: at };
  if (errors.length === 0) return { status, body };
  return { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
