import { batchAnswer, emptyAnswer, jsonAnswer } from './answers.ts';
import { mergedProperty, refuseOthers, type CrmObject } from './as-asked.ts';
import { digestOf, holds, isDone, partOf, sameText, sameValue } from './compare.ts';
import { objectTypeOf } from './operations.ts';
import { inputsOf, jsonOf, queryOf, segmentsOf, type HubSpotRequest } from './request.ts';
import { CannotTell, type Look, type Seen } from './seen.ts';
import type { Read } from './reading.ts';

type Properties = Readonly<Record<string, unknown>>;

interface Wanted {
  readonly id: string;
  readonly properties: Properties;
}

/** How many inputs one batch read takes. */
const pageSize = 100;

/** Always by batch read, which reads what was written; never by search, which lags. */
export async function lookAtObjects(
  kind: 'create' | 'create_batch' | 'update' | 'update_batch' | 'upsert_batch' | 'archive_batch',
  request: HubSpotRequest,
  read: Read,
): Promise<Look> {
  const type = objectTypeOf(request.path);
  const inputs = inputsOf(request);
  switch (kind) {
    case 'create':
    case 'create_batch': {
      const { property, keys } = request.marks ?? missing();
      const bodies = kind === 'create' ? [jsonOf(request)] : inputs;
      const names = [...new Set(bodies.flatMap((each) => Object.keys((each as Wanted).properties ?? {})))];
      const there = await readObjects(read, type, keys, [...names, mergedProperty], property);
      const wanted = new Map(keys.map((key, index) => [key, (bodies[index] as Wanted | undefined)?.properties ?? {}]));
      await refuseOthers({ type, since: request.since }, there, wanted, (ids, properties) =>
        readHistory(read, type, ids, properties),
      );
      const seen = keys.map((key) => created(there.get(key)));
      const results = resultsOf(seen);
      return { seen, answer: kind === 'create' ? jsonAnswer(201, results[0]) : batchAnswer(201, results) };
    }
    case 'update': {
      const id = segmentsOf(request.path).at(-1) ?? '';
      const { properties } = jsonOf(request) as Wanted;
      const idProperty = queryOf(request.path).get('idProperty') ?? undefined;
      const seen = await compare(read, type, [{ id, properties: properties ?? {} }], request.before, idProperty);
      return { seen, answer: jsonAnswer(200, seen[0]?.result) };
    }
    case 'update_batch':
    case 'upsert_batch': {
      const idProperty = [...new Set(inputs.map((each) => each['idProperty'] as string | undefined))];
      if (idProperty.length > 1) throw new CannotTell('its inputs are told by different properties');
      const wanted = inputs.map((each) => ({
        id: String(each['id']),
        properties: (each['properties'] ?? {}) as Properties,
      }));
      const compared = await compare(read, type, wanted, request.before, idProperty[0]);
      const seen = kind === 'upsert_batch' ? newIn(request, compared) : compared;
      return { seen, answer: batchAnswer(200, resultsOf(seen)) };
    }
    case 'archive_batch': {
      const ids = inputs.map((each) => String(each['id']));
      const there = await readLive(read, type, ids, []);
      const seen = ids.map((id): Seen => ({ done: !there.has(id), value: there.has(id) ? 'there' : 'gone', id }));
      return { seen, answer: emptyAnswer() };
    }
  }
}

/** The object that stood in the way of a create, where it is our own: it carries our key, archived or not. */
export async function ownInTheWay(request: HubSpotRequest, id: string, read: Read): Promise<Look | undefined> {
  const { property, keys } = request.marks ?? missing();
  const type = objectTypeOf(request.path);
  const wanted = (jsonOf(request) as Wanted).properties ?? {};
  const names = [...Object.keys(wanted), property, mergedProperty];
  for (const archived of [false, true]) {
    const object = (await readLive(read, type, [id], names, undefined, archived)).get(id);
    if (object && object.properties[property] === keys[0]) {
      const look = (ids: readonly string[], some: readonly string[]): Promise<CrmObject[]> =>
        readHistory(read, type, ids, some);
      await refuseOthers({ type, since: request.since }, new Map([[id, object]]), new Map([[id, wanted]]), look);
      return { seen: [created(object)], answer: jsonAnswer(201, object) };
    }
  }
  return undefined;
}

/** Whether an object that we made is live, by our property or by its id. */
export async function isThere(
  read: Read,
  type: string,
  id: string,
  { property, markers }: { readonly property: string; readonly markers: readonly string[] },
): Promise<boolean> {
  if ((await readLive(read, type, markers, [], property)).size > 0) return true;
  return (await readLive(read, type, [id], [])).size > 0;
}

function created(object: CrmObject | undefined): Seen {
  return object === undefined
    ? { done: false, value: 'absent' }
    : { done: true, value: 'there', id: object.id, result: object };
}

/** An upsert says which objects are new; those that were not there before are. */
function newIn(request: HubSpotRequest, seen: readonly Seen[]): Seen[] {
  return seen.map((each, index) =>
    each.result === undefined
      ? each
      : { ...each, result: { ...(each.result as CrmObject), new: request.before?.[index] === 'null' } },
  );
}

function resultsOf(seen: readonly Seen[]): unknown[] {
  return seen.flatMap(({ result }) => (result === undefined ? [] : [result]));
}

async function compare(
  read: Read,
  type: string,
  wanted: readonly Wanted[],
  before: readonly string[] | undefined,
  idProperty: string | undefined,
): Promise<Seen[]> {
  const names = [...new Set(wanted.flatMap(({ properties }) => Object.keys(properties)))];
  const ids = wanted.map(({ id }) => id);
  const there = await readLive(read, type, ids, names, idProperty);
  return wanted.map(({ id, properties }, index): Seen => {
    const object = there.get(id);
    if (!object) return { done: false, value: 'null' };
    const value = digestOf(partOf(object.properties, properties));
    const { properties: values } = object;
    const done = isDone(before?.[index], value, holds(values, properties), holds(values, properties, sameText));
    return { done, value, id: object.id, result: object };
  });
}

/** By the property that tells them; what is archived is there too. */
async function readObjects(
  read: Read,
  type: string,
  ids: readonly string[],
  properties: readonly string[],
  idProperty: string,
): Promise<Map<string, CrmObject>> {
  const live = await readLive(read, type, ids, properties, idProperty);
  const left = ids.filter((id) => !live.has(id));
  if (left.length === 0) return live;
  const archived = await readLive(read, type, left, properties, idProperty, true);
  return new Map([...archived, ...live]);
}

async function readLive(
  read: Read,
  type: string,
  ids: readonly string[],
  properties: readonly string[],
  idProperty?: string,
  archived = false,
): Promise<Map<string, CrmObject>> {
  const path = `/crm/v3/objects/${encodeURIComponent(type)}/batch/read${archived ? '?archived=true' : ''}`;
  const found = new Map<string, CrmObject>();
  for (let at = 0; at < ids.length; at += pageSize) {
    const page = ids.slice(at, at + pageSize);
    const names = [...new Set([...properties, ...(idProperty === undefined ? [] : [idProperty])])];
    const { status, body } = await read('POST', path, {
      properties: names,
      propertiesWithHistory: [],
      inputs: page.map((id) => ({ id })),
      ...(idProperty === undefined ? {} : { idProperty }),
    });
    if (status !== 200 && status !== 207) {
      if (status === 404) continue;
      throw new CannotTell(
        `HubSpot does not read ${type} ${idProperty === undefined ? 'by id' : `by ${idProperty}`} (${String(body?.message ?? status)})`,
      );
    }
    const results = (body?.results ?? []) as readonly CrmObject[];
    refuseOtherFailures(body);
    for (const object of results) {
      const id = idProperty === undefined ? object.id : object.properties[idProperty];
      const asked = page.find((each) => each === id || (idProperty !== undefined && sameValue(each, id)));
      if (asked !== undefined) found.set(asked, object);
    }
    // After a merge the winner answers for the loser's id; asked for alone, it is known for which.
    if (idProperty !== undefined) continue;
    const left = page.filter((id) => !found.has(id));
    if (page.length === 1) {
      if (results[0] && left[0] !== undefined) found.set(left[0], results[0]);
      continue;
    }
    for (const id of left) {
      for (const [asked, object] of await readLive(read, type, [id], properties)) found.set(asked, object);
    }
  }
  return found;
}

/** The objects of these ids, archived or not, with all that some of their properties were. */
async function readHistory(
  read: Read,
  type: string,
  ids: readonly string[],
  properties: readonly string[],
): Promise<CrmObject[]> {
  const found: CrmObject[] = [];
  // HubSpot takes fewer inputs where it is asked for histories.
  for (let at = 0; at < ids.length; at += 50) {
    for (const archived of ['', '?archived=true']) {
      const { body } = await read('POST', `/crm/v3/objects/${encodeURIComponent(type)}/batch/read${archived}`, {
        properties: [],
        propertiesWithHistory: properties,
        inputs: ids.slice(at, at + 50).map((id) => ({ id })),
      });
      found.push(...((body?.results ?? []) as readonly CrmObject[]));
    }
  }
  return found;
}

/** That an input is not found is an answer; any other failure of one leaves it open. */
function refuseOtherFailures(body: { readonly errors?: readonly { readonly category?: string }[] } | undefined): void {
  const other = body?.errors?.find(({ category }) => category !== undefined && !/NOT_FOUND/.test(category));
  if (other) throw new CannotTell(`HubSpot did not read all of it (${other.category ?? ''})`);
}

function missing(): never {
  throw new CannotTell('the stored request has no property to be found by');
}
