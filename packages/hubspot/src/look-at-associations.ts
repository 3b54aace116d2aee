import { batchAnswer, emptyAnswer, jsonAnswer } from './answers.ts';
import { inputsOf, jsonOf, segmentsOf, textOf, type HubSpotRequest } from './request.ts';
import { plainOf } from './operations.ts';
import { CannotTell, type Look, type Seen } from './seen.ts';
import type { Read } from './reading.ts';

interface Type {
  readonly associationCategory?: string;
  readonly category?: string;
  readonly associationTypeId?: number;
  readonly typeId?: number;
  readonly label?: string | null;
}

interface To {
  readonly toObjectId: string | number;
  readonly associationTypes: readonly Type[];
}

/** An association that a write is to make or to end. */
interface Pair {
  readonly from: string;
  readonly to: string;
  /** The labels that it is to have; none stands for any. */
  readonly types: readonly Type[];
}

/** Reads the associations of the first object of each pair, all pages of them. */
export async function lookAtAssociations(
  kind: 'associate' | 'associate_batch' | 'dissociate' | 'dissociate_batch',
  request: HubSpotRequest,
  read: Read,
): Promise<Look> {
  const { fromType, toType, groups } = pairsOf(kind, request);
  const known = new Map<string, readonly To[]>();
  for (const { from } of groups.flat()) {
    if (!known.has(from)) known.set(from, await allOf(read, fromType, from, toType));
  }
  const ends = kind === 'dissociate' || kind === 'dissociate_batch';
  const usual = /\/associat(e|ions)\/default(\/|$)/.test(plainOf(request.path));
  const seen = groups.map((pairs): Seen => {
    const there = pairs.map((pair) => isThere(known.get(pair.from) ?? [], pair));
    const done = ends ? !there.includes(true) : !there.includes(false);
    const [first] = pairs;
    if (!first) return { done, value: '' };
    const types = linkOf(known.get(first.from) ?? [], first)?.associationTypes ?? [];
    return {
      done,
      value: done === ends ? 'gone' : 'there',
      id: first.to,
      result: usual ? usualResult(first, types) : labelledResult(first, types, fromType, toType),
    };
  });
  const results = seen.map(({ result }) => result);
  if (ends) return { seen, answer: emptyAnswer() };
  if (usual) return { seen, answer: batchAnswer(200, results) };
  return { seen, answer: kind === 'associate' ? jsonAnswer(201, results[0]) : batchAnswer(201, results) };
}

function pairsOf(
  kind: string,
  request: HubSpotRequest,
): { readonly fromType: string; readonly toType: string; readonly groups: readonly (readonly Pair[])[] } {
  const segments = segmentsOf(request.path);
  if (!kind.endsWith('_batch')) {
    // /crm/v4/objects/{type}/{id}/associations/[default/]{toType}/{toId}
    const [fromType = '', from = ''] = segments.slice(3);
    const [toType = '', to = ''] = segments.slice(-2);
    const types = jsonOf(request);
    return { fromType, toType, groups: [[{ from, to, types: Array.isArray(types) ? (types as Type[]) : [] }]] };
  }
  const [fromType = '', toType = ''] = segments.slice(3);
  const groups = inputsOf(request).map((input) => {
    const from = idIn(input['from']);
    const tos = Array.isArray(input['to']) ? input['to'] : [input['to']];
    const types = (input['types'] ?? []) as readonly Type[];
    return tos.map((to): Pair => ({ from, to: idIn(to), types }));
  });
  return { fromType, toType, groups };
}

function isThere(all: readonly To[], pair: Pair): boolean {
  const found = linkOf(all, pair);
  if (!found) return false;
  return pair.types.every((wanted) =>
    found.associationTypes.some(
      (each) =>
        each.typeId === wanted.associationTypeId &&
        (wanted.associationCategory === undefined || each.category === wanted.associationCategory),
    ),
  );
}

async function allOf(read: Read, fromType: string, from: string, toType: string): Promise<To[]> {
  const path = `/crm/v4/objects/${encodeURIComponent(fromType)}/${encodeURIComponent(from)}/associations/${encodeURIComponent(toType)}`;
  const all: To[] = [];
  let after: string | undefined;
  do {
    const query = after === undefined ? '?limit=500' : `?limit=500&after=${encodeURIComponent(after)}`;
    const { status, body } = await read('GET', `${path}${query}`);
    if (status === 404) return all;
    if (status !== 200) throw new CannotTell(`HubSpot answered ${status} to a look-up of associations`);
    all.push(...((body?.results ?? []) as To[]));
    after = body?.paging?.next?.after;
  } while (after !== undefined);
  return all;
}

function linkOf(all: readonly To[], pair: Pair): To | undefined {
  return all.find(({ toObjectId }) => String(toObjectId) === pair.to);
}

/** The unlabelled one is what the default makes. */
function usualResult(pair: Pair, types: readonly Type[]): unknown {
  const type = types.find(({ label }) => label === null || label === undefined) ?? types[0];
  return {
    from: { id: pair.from },
    to: { id: pair.to },
    associationSpec: { associationCategory: type?.category, associationTypeId: type?.typeId },
  };
}

function labelledResult(pair: Pair, types: readonly Type[], fromObjectTypeId: string, toObjectTypeId: string): unknown {
  const asked = types.filter(({ typeId }) => pair.types.some((each) => each.associationTypeId === typeId));
  const labels = asked.flatMap(({ label }) => (typeof label === 'string' ? [label] : []));
  return { fromObjectTypeId, fromObjectId: pair.from, toObjectTypeId, toObjectId: pair.to, labels };
}

function idIn(value: unknown): string {
  return textOf((value as { readonly id?: unknown } | undefined)?.id);
}
