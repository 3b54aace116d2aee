import { associateInputs, planAssociations } from './hubspot-associations.ts';
import { inputs, isObject, object, requiredText, text } from './hubspot-body.ts';
import type { JsonObject } from './hubspot-body.ts';
import { batchError, HubSpotFailure, invalid, notFound, someNotFound } from './hubspot-failure.ts';
import {
  findRecord,
  objectScope,
  readRecord,
  recordEffect,
  searchesOf,
  shownBy,
  typeOf,
  valuesOf,
} from './hubspot-objects.ts';
import { batchReply } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Reply } from './hubspot-portal.ts';
import type { Claims, CrmRecord, Values } from './hubspot-record-store.ts';
import { view, written } from './hubspot-record-view.ts';
import type { ObjectType } from './hubspot-types.ts';

/** An input that was checked: what it answers once it is applied. */
type Apply = () => object;

/**
 * Applies a batch. Without trace ids the first input that is refused refuses all of them, and nothing happens; where
 * every input has an `objectWriteTraceId`, each stands for itself and the answer is a 207.
 * https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
 */
function batch(
  call: HubSpotCall,
  status: number,
  given: readonly JsonObject[],
  check: (input: JsonObject, claims: Claims, traceId: string | undefined) => Apply,
): Reply {
  const traces = given.map((input) => text(input['objectWriteTraceId']));
  const isTraced = traces.every((trace) => trace !== undefined);
  if (isTraced && new Set(traces).size < traces.length) {
    throw invalid('Each objectWriteTraceId in a batch must be unique');
  }
  const claims: Claims = new Map();
  const results: object[] = [];
  const errors: object[] = [];
  if (!isTraced) {
    const checked = given.map((input, index) => check(input, claims, traces[index]));
    for (const apply of checked) {
      call.portal.passInput();
      results.push(apply());
    }
    return batchReply(call.portal, status, results);
  }
  for (const [index, input] of given.entries()) {
    call.portal.passInput();
    try {
      results.push(check(input, new Map(), traces[index])());
    } catch (error) {
      if (!(error instanceof HubSpotFailure) || error.status >= 500) throw error;
      errors.push(batchError(error, { objectWriteTraceId: [traces[index] ?? ''] }));
    }
  }
  return batchReply(call.portal, status, results, errors);
}

function create(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  return batch(call, 201, inputs(call.body), (input, claims, traceId) => {
    const values = valuesOf(input);
    portal.records.check(type, values, undefined, claims);
    const plan = planAssociations(portal, type, input['associations']);
    return () => {
      const record = portal.records.create(type, values, searchesOf(portal));
      associateInputs(portal, record, plan);
      recordEffect(portal, 'create', record, values, { traceId });
      return written(record, traceId);
    };
  });
}

/** Updates what exists. Ids that do not exist are left out with a 207; a missing unique value refuses the whole batch. */
function update(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const given = inputs(call.body);
  refuseRepeats(given);
  const found: { input: JsonObject; record: CrmRecord }[] = [];
  const missing: JsonObject[] = [];
  for (const input of given) {
    const record = findRecord(portal, type, requiredText(input['id'], 'id'), text(input['idProperty']));
    if (record) found.push({ input, record });
    else missing.push(input);
  }
  const byValue = missing.filter((input) => input['idProperty'] !== undefined);
  if (byValue.length > 0) {
    throw notFound('Some objects do not exist', {
      context: {
        missingObjectPropertyValueCoordinates: byValue.map(
          (input) => `${text(input['idProperty'])}:${text(input['id'])}`,
        ),
      },
    });
  }
  const records = new Map(found.map(({ input, record }) => [input, record]));
  const reply =
    found.length === 0
      ? batchReply(portal, 200, [])
      : batch(call, 200, [...records.keys()], (input, claims, traceId) => {
          const record = records.get(input);
          if (!record) throw notFound();
          return prepareUpdate(call, type, record, valuesOf(input), claims, traceId);
        });
  return missing.length === 0 ? reply : withMissing(reply, type, missing);
}

function prepareUpdate(
  { portal }: HubSpotCall,
  type: ObjectType,
  record: CrmRecord,
  values: Values,
  claims: Claims,
  traceId: string | undefined,
): Apply {
  portal.records.check(type, values, record, claims);
  return () => {
    portal.records.update(record, values, searchesOf(portal));
    recordEffect(portal, 'update', record, values, { traceId });
    return written(record, traceId);
  };
}

function withMissing(reply: Reply, type: ObjectType, missing: readonly JsonObject[]): Reply {
  const traces = missing.map((input) => text(input['objectWriteTraceId'])).filter((trace) => trace !== undefined);
  const error = batchError(someNotFound(type.singular), {
    ids: missing.map((input) => text(input['id']) ?? ''),
    ...(traces.length > 0 && { objectWriteTraceId: traces }),
  });
  const body = isObject(reply.body) ? reply.body : {};
  const errors = [...((body['errors'] as object[] | undefined) ?? []), error];
  return { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

/** Creates what a unique value does not find, updates what it finds; `new` tells which. */
function upsert(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const given = inputs(call.body);
  refuseRepeats(given);
  return batch(call, 200, given, (input, claims, traceId) => {
    const id = requiredText(input['id'], 'id');
    const idProperty = text(input['idProperty']);
    const record = findRecord(portal, type, id, idProperty);
    const values = new Map(valuesOf(input));
    if (record) {
      const apply = prepareUpdate(call, type, record, values, claims, traceId);
      return () => ({ ...apply(), new: false });
    }
    if (idProperty === undefined || idProperty === 'hs_object_id') throw someNotFound(type.singular);
    values.set(idProperty, id);
    portal.records.check(type, values, undefined, claims);
    return () => {
      const made = portal.records.create(type, values, searchesOf(portal));
      recordEffect(portal, 'create', made, values, { traceId });
      return { ...written(made, traceId), new: true };
    };
  });
}

/** Ids or, with `idProperty`, unique values; what is not there is named in a 207 beside what is. */
function read(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  const body = object(call.body, 'body');
  const idProperty = text(body['idProperty']);
  const shown = shownBy(portal, type, body['properties'], body['propertiesWithHistory']);
  const results: object[] = [];
  const missing: string[] = [];
  const seen = new Set<CrmRecord>();
  for (const input of inputs(body)) {
    const id = requiredText(input['id'], 'id');
    const record = readRecord(call, type, id, idProperty);
    if (!record) missing.push(id);
    else if (!seen.has(record)) results.push(view(record, shown));
    if (record) seen.add(record);
  }
  const errors = missing.length === 0 ? [] : [batchError(someNotFound(type.singular), { ids: missing })];
  return batchReply(portal, 200, results, errors);
}

/** Ids that do not exist are passed over. */
function archive(call: HubSpotCall): Reply {
  const { portal } = call;
  const type = typeOf(call);
  for (const input of inputs(call.body)) {
    const record = findRecord(portal, type, requiredText(input['id'], 'id'));
    if (!record) continue;
    portal.passInput();
    portal.records.archive(record, searchesOf(portal));
    recordEffect(portal, 'archive', record, new Map(), { traceId: undefined });
  }
  return { status: 204 };
}

function refuseRepeats(given: readonly JsonObject[]): void {
  const ids = given.map((input) => text(input['id']) ?? '');
  const repeated = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  if (repeated.length > 0)
    throw invalid(`Duplicate IDs found in batch input: [${repeated.join(', ')}]. IDs must be unique`);
}

const batches = '/crm/v3/objects/:objectType/batch';

export const batchRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: `${batches}/create`, scope: objectScope('write'), run: create },
  { verb: 'POST', path: `${batches}/update`, scope: objectScope('write'), run: update },
  { verb: 'POST', path: `${batches}/upsert`, scope: objectScope('write'), run: upsert },
  { verb: 'POST', path: `${batches}/read`, scope: objectScope('read'), run: read },
  { verb: 'POST', path: `${batches}/archive`, scope: objectScope('write'), run: archive },
];
