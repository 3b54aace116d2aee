import { emptyAnswer, jsonAnswer } from './answers.ts';
import { digestOf, holds, isDone, partOf, sameText } from './compare.ts';
import { plainOf } from './operations.ts';
import { jsonOf, segmentsOf, textOf, type HubSpotRequest } from './request.ts';
import { CannotTell, type Look } from './seen.ts';
import type { Read, ReadAnswer } from './reading.ts';

/** The clocks of HubSpot and of the ledger may differ by so much. */
const skewMs = 60_000;

type Fields = Readonly<Record<string, unknown>>;

/** What is read back at the path that was written, or by a name that may exist once. */
export async function lookAtRest(
  kind: 'create_listed' | 'create_named' | 'fields' | 'gone' | 'members',
  request: HubSpotRequest,
  read: Read,
): Promise<Look> {
  switch (kind) {
    case 'fields': {
      const wanted = (jsonOf(request) ?? {}) as Fields;
      const { status, body } = definite(await read('GET', request.path));
      refuseUnshown(status, body, wanted);
      const there = status === 404 ? 'null' : digestOf(partOf(body, wanted));
      const id = idOf(body) ?? lastOf(request);
      const done =
        status !== 404 && isDone(request.before?.[0], there, holds(body, wanted), holds(body, wanted, sameText));
      return { seen: [{ done, value: there, id }], answer: jsonAnswer(200, body) };
    }
    case 'gone': {
      const { status, body } = definite(await read('GET', request.path));
      const done = status === 404 || body?.archived === true || body?.deletedAt !== undefined;
      return { seen: [{ done, value: done ? 'gone' : 'there', id: lastOf(request) }], answer: emptyAnswer() };
    }
    case 'members':
      return lookAtMembers(request, read);
    case 'create_named':
      return lookAtNamed(request, read);
    case 'create_listed':
      return lookAtListed(request, read);
  }
}

/** What exists once by its name: ours is what is as we asked for and was not there before we did. */
async function lookAtNamed(request: HubSpotRequest, read: Read): Promise<Look> {
  const wanted = (jsonOf(request) ?? {}) as Fields;
  const name = encodeURIComponent(textOf(wanted['name']));
  const collection = plainOf(request.path);
  const list = collection === '/crm/v3/lists';
  const path = list
    ? `${collection}/object-type-id/${encodeURIComponent(textOf(wanted['objectTypeId']))}/name/${name}`
    : `${collection}/${name}`;
  const { status, body } = definite(await read('GET', path));
  const object = (list ? body?.list : body) as Fields | undefined;
  if (status === 404 || object === undefined) {
    return { seen: [{ done: false, value: 'absent' }], answer: emptyAnswer() };
  }
  // Only what HubSpot shows of it can tell: it does not repeat all that a create takes.
  const comparable = Object.fromEntries(Object.entries(wanted).filter(([field]) => field in object));
  const createdAt = Date.parse(textOf(object['createdAt']));
  const older = !Number.isNaN(createdAt) && createdAt < earliest(request);
  if (older || !holds(object, comparable)) {
    throw new CannotTell(`another ${collection.split('/')[3] ?? 'object'} has this name`);
  }
  const id = idOf(object) ?? textOf(wanted['name']);
  return { seen: [{ done: true, value: 'there', id }], answer: jsonAnswer(list ? 200 : 201, body) };
}

/** What stands in a list that shows all of its kind: ours is as we asked for, and was made since we did. */
async function lookAtListed(request: HubSpotRequest, read: Read): Promise<Look> {
  const wanted = (jsonOf(request) ?? {}) as Fields;
  const path = plainOf(request.path);
  const ours: Fields[] = [];
  let after: string | undefined;
  do {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    const { status, body } = definite(await read('GET', `${path}${query}`));
    if (status === 404) throw new CannotTell(`${path} is gone`);
    for (const object of (body?.results ?? []) as readonly Fields[]) {
      const createdAt = Date.parse(textOf(object['createdAt']));
      if (Number.isNaN(createdAt)) throw new CannotTell('HubSpot does not say when it was made');
      const comparable = Object.entries(wanted).filter(([field]) => field in object);
      const same = comparable.length > 0 && holds(object, Object.fromEntries(comparable));
      if (same && createdAt >= earliest(request) && object['archived'] !== true) ours.push(object);
    }
    after = body?.paging?.next?.after;
  } while (after !== undefined);
  const [first, ...more] = ours;
  if (!first) return { seen: [{ done: false, value: 'absent' }], answer: emptyAnswer() };
  const twice = more.map((object) => idOf(object) ?? '');
  return { seen: [{ done: true, value: 'there', id: idOf(first) ?? '' }], answer: jsonAnswer(201, first), twice };
}

async function lookAtMembers(request: HubSpotRequest, read: Read): Promise<Look> {
  const listId = segmentsOf(request.path)[3] ?? '';
  const removes = plainOf(request.path).endsWith('/remove');
  const body = jsonOf(request);
  const wanted = new Set((Array.isArray(body) ? body : []).map(String));
  const there = new Set<string>();
  let after: string | undefined;
  do {
    const query = after === undefined ? '?limit=250' : `?limit=250&after=${encodeURIComponent(after)}`;
    const page = definite(await read('GET', `/crm/v3/lists/${encodeURIComponent(listId)}/memberships${query}`));
    if (page.status === 404) throw new CannotTell('the list is gone');
    for (const { recordId } of (page.body?.results ?? []) as { recordId: string | number }[]) {
      if (wanted.has(String(recordId))) there.add(String(recordId));
    }
    after = page.body?.paging?.next?.after;
  } while (after !== undefined);
  const ids = [...wanted];
  const done = removes ? there.size === 0 : there.size === wanted.size;
  const [added, removed] = removes ? [[], ids] : [ids, []];
  return {
    seen: [{ done, value: JSON.stringify([...there].toSorted()), id: listId }],
    answer: jsonAnswer(200, { recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: [] }),
  };
}

/** What is not shown may be unset or never shown at all: nobody can tell whether somebody changed it. */
function refuseUnshown(status: number, body: unknown, wanted: Fields): void {
  if (status === 404) return;
  const there = (body ?? {}) as Fields;
  const unshown = Object.keys(wanted).filter((name) => !(name in there) && wanted[name] !== null);
  if (unshown.length > 0) throw new CannotTell(`HubSpot does not show ${unshown.join(', ')} there`);
}

/** A read that HubSpot refuses for another reason than that nothing is there says nothing. */
function definite(answer: ReadAnswer): ReadAnswer {
  if (answer.status === 404 || answer.status === 200) return answer;
  throw new CannotTell(`HubSpot answered ${answer.status} to a look-up`);
}

/** What was made before is none of ours. */
function earliest({ since }: HubSpotRequest): number {
  if (since === undefined) throw new CannotTell('nobody knows since when it may be there');
  return since - skewMs;
}

function lastOf(request: HubSpotRequest): string {
  return segmentsOf(request.path).at(-1) ?? '';
}

function idOf(body: unknown): string | undefined {
  const { id, listId } = (body ?? {}) as Fields;
  const found = textOf(id ?? listId);
  return found === '' ? undefined : found;
}
