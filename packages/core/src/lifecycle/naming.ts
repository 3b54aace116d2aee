import type { Draft } from '../record.ts';

/**
 * How an attempt's effect is named at the vendor: `<id of the key>:<generation of its marker>`, 0 for the marker of
 * before names were keyed. Absent: key and marker are both of that time.
 */
export type Naming = string;

/**
 * The naming of what is sent in this generation. All of one generation share theirs, since what is sent again must be
 * the same to the last byte; a stored request carries its own. The marker changes only with a request that is made
 * anew: one that is sent again under another key, after nothing was found of it, keeps the marker that is in it.
 */
export function namingFor(record: Draft, generation: number, keyId: string | undefined): Naming | undefined {
  const { request, contract } = record;
  const current = record.attempts.filter((attempt) => attempt.logicVersion === contract.logicVersion);
  const sibling = current.findLast((attempt) => attempt.generation === generation);
  if (sibling) return sibling.naming;
  if (request && request.kind !== 'omitted' && generation === record.generation) return request.naming;
  if (keyId === undefined) return undefined;
  const before = current.at(-1);
  const isRekeyed = generation > record.generation && before !== undefined;
  return `${keyId}:${isRekeyed ? markerFrom(before.naming) : generation}`;
}

/** The key that names were made under. */
export function namedBy(naming: Naming): string {
  return naming.slice(0, naming.indexOf(':'));
}

/** The generation whose marker it is; 0: unkeyed. */
export function markerFrom(naming: Naming | undefined): number {
  return naming === undefined ? 0 : Number(naming.slice(naming.indexOf(':') + 1));
}
