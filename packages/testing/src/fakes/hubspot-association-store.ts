import { standardTypes } from './hubspot-types.ts';
import type { ObjectType } from './hubspot-types.ts';

export type AssociationCategory = 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED';

/** A kind of association in one direction. */
export interface AssociationKind {
  readonly category: AssociationCategory;
  readonly typeId: number;
  readonly from: string;
  readonly to: string;
  label: string | null;
  name: string;
  /** The same kind seen from the other side. */
  readonly inverse: number;
}

export interface AssociationStore {
  kinds(fromType: string, toType: string): readonly AssociationKind[];
  kind(typeId: number): AssociationKind | undefined;
  /** The unlabelled kind between two types, made on first use where HubSpot publishes no number. */
  usual(from: ObjectType, to: ObjectType): AssociationKind;
  define(
    from: ObjectType,
    to: ObjectType,
    name: string,
    label: string,
    inverseLabel: string,
  ): readonly AssociationKind[];
  undefine(kind: AssociationKind): void;
  /** Adds a kind between two records, both directions at once, and with a label the unlabelled kind; false if it was there. */
  add(fromId: string, toId: string, kind: AssociationKind): boolean;
  /** Removes all kinds between two records, or one; false where there was nothing. */
  remove(from: ObjectType, fromId: string, to: ObjectType, toId: string, typeId?: number): boolean;
  /** Everything of one type that a record is associated with, each with its kinds, oldest first. */
  of(fromType: string, fromId: string, toType: string): ReadonlyMap<string, readonly AssociationKind[]>;
  /** A merged record's associations become the winner's. */
  move(type: string, loser: string, winner: string): void;
  forget(type: string, id: string): void;
}

/**
 * HubSpot's numbers: from, to, there, back, label.
 * https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4#association-type-id-values
 */
const published: readonly (readonly [string, string, number, number, string?])[] = [
  ['0-1', '0-2', 279, 280],
  ['0-1', '0-2', 1, 2, 'Primary'],
  ['0-3', '0-1', 3, 4],
  ['0-3', '0-2', 341, 342],
  ['0-3', '0-2', 5, 6, 'Primary'],
  ['0-5', '0-1', 16, 15],
  ['0-5', '0-2', 339, 340],
  ['0-5', '0-2', 26, 25, 'Primary'],
  ['0-5', '0-3', 28, 27],
  ['0-3', '0-8', 19, 20],
  ['0-46', '0-1', 202, 201],
  ['0-46', '0-2', 190, 189],
  ['0-46', '0-3', 214, 213],
  ['0-46', '0-5', 228, 227],
  ['0-27', '0-1', 204, 203],
  ['0-27', '0-2', 192, 191],
  ['0-27', '0-3', 216, 215],
  ['0-27', '0-5', 230, 229],
  ['0-48', '0-1', 194, 193],
  ['0-48', '0-2', 182, 181],
  ['0-48', '0-3', 206, 205],
  ['0-48', '0-5', 220, 219],
  ['0-49', '0-1', 198, 197],
  ['0-49', '0-2', 186, 185],
  ['0-49', '0-3', 210, 209],
  ['0-49', '0-5', 224, 223],
  ['0-47', '0-1', 200, 199],
  ['0-47', '0-2', 188, 187],
  ['0-47', '0-3', 212, 211],
  ['0-47', '0-5', 226, 225],
  ['0-1', '0-1', 449, 449],
  ['0-2', '0-2', 450, 450],
  ['0-3', '0-3', 451, 451],
];

/** `contact_to_company` is the labelled kind where there is one, and the other has its own ending. */
function nameOf(from: string, to: string, label: string | null): string {
  const [first, second] = [from, to].map(
    (id) => standardTypes.find((type) => type.id === id)?.singular.toLowerCase() ?? id,
  );
  const hasLabelled = published.some(
    ([a, b, , , other]) => other && ((a === from && b === to) || (a === to && b === from)),
  );
  return `${first}_to_${second}${hasLabelled && label === null ? '_unlabeled' : ''}`;
}

export function createAssociationStore(): AssociationStore {
  const kinds = new Map<number, AssociationKind>();
  /** From type and id, to type and id, to the kinds between them. */
  const edges = new Map<string, Map<string, Map<number, AssociationKind>>>();
  let nextId = 1001;

  for (const [from, to, there, back, label = null] of published) {
    const both = { category: 'HUBSPOT_DEFINED' as const, label };
    kinds.set(back, { ...both, name: nameOf(to, from, label), typeId: back, from: to, to: from, inverse: there });
    kinds.set(there, { ...both, name: nameOf(from, to, label), typeId: there, from, to, inverse: back });
  }

  const outgoing = (type: string, id: string): Map<string, Map<number, AssociationKind>> => {
    const name = `${type}/${id}`;
    const known = edges.get(name) ?? new Map<string, Map<number, AssociationKind>>();
    edges.set(name, known);
    return known;
  };
  const between = (from: string, fromId: string, to: string, toId: string): Map<number, AssociationKind> => {
    const all = outgoing(from, fromId);
    const known = all.get(`${to}/${toId}`) ?? new Map<number, AssociationKind>();
    all.set(`${to}/${toId}`, known);
    return known;
  };
  function addKind(
    kind: Omit<AssociationKind, 'typeId' | 'inverse'>,
    backLabel: string | null,
  ): [AssociationKind, AssociationKind] {
    const [typeId, inverse] = [nextId, nextId + 1];
    nextId += 2;
    const there: AssociationKind = { ...kind, typeId, inverse };
    const back: AssociationKind = {
      ...kind,
      label: backLabel,
      from: kind.to,
      to: kind.from,
      typeId: inverse,
      inverse: typeId,
    };
    kinds.set(typeId, there);
    kinds.set(inverse, back);
    return [there, back];
  }
  function add(fromId: string, toId: string, kind: AssociationKind): boolean {
    const there = between(kind.from, fromId, kind.to, toId);
    const isNew = !there.has(kind.typeId);
    there.set(kind.typeId, kind);
    const back = kinds.get(kind.inverse);
    if (back) between(kind.to, toId, kind.from, fromId).set(back.typeId, back);
    // The documented examples of labelled associations have the unlabelled kind beside the label.
    const plain = [...kinds.values()].find((one) => one.from === kind.from && one.to === kind.to && one.label === null);
    if (kind.label !== null && plain) add(fromId, toId, plain);
    return isNew;
  }
  function remove(from: string, fromId: string, to: string, toId: string, typeId?: number): boolean {
    const there = outgoing(from, fromId).get(`${to}/${toId}`);
    const back = outgoing(to, toId).get(`${from}/${fromId}`);
    const had = there !== undefined && (typeId === undefined ? there.size > 0 : there.has(typeId));
    if (typeId !== undefined) {
      back?.delete(there?.get(typeId)?.inverse ?? -1);
      there?.delete(typeId);
    }
    if (typeId === undefined || there?.size === 0) {
      outgoing(from, fromId).delete(`${to}/${toId}`);
      outgoing(to, toId).delete(`${from}/${fromId}`);
    }
    return had;
  }
  function forget(type: string, id: string): void {
    for (const other of outgoing(type, id).keys()) edges.get(other)?.delete(`${type}/${id}`);
    edges.delete(`${type}/${id}`);
  }

  return {
    kinds: (from, to) => [...kinds.values()].filter((kind) => kind.from === from && kind.to === to),
    kind: (typeId) => kinds.get(typeId),
    usual(from, to) {
      const known = [...kinds.values()].find((one) => one.from === from.id && one.to === to.id && one.label === null);
      if (known) return known;
      const name = `${from.singular}_to_${to.singular}`.toLowerCase();
      return addKind({ category: 'HUBSPOT_DEFINED', from: from.id, to: to.id, label: null, name }, null)[0];
    },
    define: (from, to, name, label, inverseLabel) =>
      addKind({ category: 'USER_DEFINED', from: from.id, to: to.id, label, name }, inverseLabel),
    undefine(kind) {
      kinds.delete(kind.typeId);
      kinds.delete(kind.inverse);
    },
    add,
    remove: (from, fromId, to, toId, typeId) => remove(from.id, fromId, to.id, toId, typeId),
    of(from, fromId, to) {
      const found = new Map<string, readonly AssociationKind[]>();
      for (const [other, between_] of outgoing(from, fromId)) {
        const [type, id = ''] = other.split('/');
        if (type === to && between_.size > 0) found.set(id, [...between_.values()]);
      }
      return found;
    },
    move(type, loser, winner) {
      const held = [...outgoing(type, loser)].flatMap(([other, between_]) =>
        [...between_.values()].map((kind) => [other.split('/')[1] ?? '', kind] as const),
      );
      forget(type, loser);
      for (const [other, kind] of held) if (other !== winner) add(winner, other, kind);
    },
    forget,
  };
}
