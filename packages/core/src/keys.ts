import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

import type { Keys } from './adapter.ts';
import { effectKeyOf, type Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import { sha256 } from './fingerprint.ts';
import { markerFrom, namedBy, namingFor } from './lifecycle/naming.ts';
import type { Attempt, Draft, EffectRecord, Stamp } from './record.ts';

/** What digests are keyed by: the ledger's own key, or the caller's. */
export interface NamingKey {
  readonly hash: KeyObject;
  /** Tells one key from another and says nothing of it. */
  readonly id: string;
}

/** Imported once: with raw bytes each digest would import them again, which costs more than the digest. */
export function namingKey(bytes: Uint8Array): NamingKey {
  const hash = createSecretKey(bytes);
  return { hash, id: createHmac('sha256', hash).update('oncely key id').digest('hex').slice(0, 8) };
}

/**
 * The names under which a vendor sees an effect: keyed digests, so that nobody who knows an effect's key can make up
 * either of them, and a reader of the vendor's data learns nothing about the business. `naming` is what the record
 * says of it: absent for what was named before names were keyed, by digests that anybody can make.
 *
 * @throws OncelyError `invalid_config` where it was named under another key than this process has
 */
function keysOf(contract: Contract, generation: number, naming: string | undefined, key: NamingKey): Keys {
  if (naming === undefined) return { key: unkeyed(effectKeyOf(contract, generation)), marker: unkeyedMarker(contract) };
  if (namedBy(naming) !== key.id) throw otherKey(effectKeyOf(contract, generation));
  const from = markerFrom(naming);
  return {
    key: digest(key, 'key', effectKeyOf(contract, generation)),
    marker: from === 0 ? unkeyedMarker(contract) : digest(key, 'marker', effectKeyOf(contract, from)),
  };
}

/** @throws OncelyError `invalid_config` where the effect was named under another key than this process has */
export function refuseOtherKey(record: EffectRecord, key: NamingKey): void {
  const naming = namingFor(record, record.generation, key.id);
  if (naming !== undefined && namedBy(naming) !== key.id) throw otherKey(effectKeyOf(record.contract));
}

/** Under which names a record's effect stands at the vendor now, or would. */
export function keysNow(record: Draft, key: NamingKey): Keys {
  return keysOf(record.contract, record.generation, namingFor(record, record.generation, key.id), key);
}

/**
 * Every marker under which the record's effect may stand at the vendor, the present one first. Not those of earlier
 * generations that the vendor answered with a no: what carries theirs is what was refused.
 */
export function markersOf(record: EffectRecord, key: NamingKey): readonly string[] {
  const { contract, generation, tombstone } = record;
  const marker = (naming: string | undefined): string => keysOf(contract, generation, naming, key).marker;
  const attempts = record.attempts.filter(({ logicVersion }) => logicVersion === contract.logicVersion);
  const open = attempts.filter((attempt) => !isAnsweredNo(attempt));
  const markers = [keysNow(record, key).marker, ...open.map(({ naming }) => marker(naming))];
  // What was lost may have been made before names were keyed, and a tombstone no longer says.
  if (tombstone || open.some(({ basis }) => basis === 'lost_ledger')) {
    for (let from = 1; tombstone && from <= Math.min(generation, mostGenerations); from += 1) {
      markers.push(digest(key, 'marker', effectKeyOf(contract, from)));
    }
    markers.push(unkeyedMarker(contract));
  }
  return [...new Set(markers)];
}

const mostGenerations = 16;

/** Whether the vendor itself said that an attempt made nothing. */
export function isAnsweredNo({ evidence, basis }: Attempt<Stamp>): boolean {
  return evidence === 'rejected' || (evidence === 'not_applied' && (basis === 'answer' || basis === 'key'));
}

function digest({ hash }: NamingKey, use: 'key' | 'marker', text: string): string {
  return `oncely_${createHmac('sha256', hash).update(`oncely ${use} ${text}`).digest('hex').slice(0, 48)}`;
}

function unkeyed(text: string): string {
  return `oncely_${sha256(text).slice(0, 48)}`;
}

function unkeyedMarker(contract: Contract): string {
  return unkeyed(effectKeyOf(contract));
}

function otherKey(effect: string): OncelyError {
  return new OncelyError('invalid_config', {
    effect,
    message: `${effect} was named at the vendor under another fingerprintKey than this process has, so it can be neither sent again nor looked up here. Nothing was sent now.`,
    fix: 'createOncely({ fingerprintKey }) with the key of the process that made it, or without one if that had none',
  });
}
