import { effectKeyOf, slotOf, type Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import { slotsOfContract } from './former-names.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { EffectRecord } from './record.ts';

/**
 * How an operator names an effect: by its slot, its effect key, or its contract, which alone can be no other's. With a
 * generation a contract names what a key does.
 */
export type EffectId = string | (Contract & { readonly generation?: number });

/** An effect as it was found, with the ledger's time of reading. */
export interface FoundEffect {
  readonly slot: string;
  readonly record: EffectRecord;
  readonly revision: number;
  readonly at: number;
}

/**
 * A text is read as a slot and as a key: `acme:invoice:desk:v2` is the step `v2` of a tenant, and the key of what
 * `acme:invoice:desk` is in its second version.
 *
 * @throws OncelyError `invalid_input` where it names two effects.
 */
export async function findEffect(session: LedgerSession, id: EffectId): Promise<FoundEffect | undefined> {
  const found: FoundEffect[] = [];
  for (const slot of typeof id === 'string' ? slotsOfText(id) : slotsOfContract(id)) {
    const { record, revision, at } = await session.read(slot);
    if (!record || !mayName(id, slot, record)) continue;
    found.push({ slot, record, revision, at });
    // The parts of a contract say where it is.
    if (typeof id !== 'string') break;
  }
  const [first, second] = found;
  if (first === undefined || second === undefined) return first;
  const [slot, key] = first.slot === id ? [first, second] : [second, first];
  throw new OncelyError('invalid_input', {
    message: `${slot.slot} names two effects: it is the slot of ${keyNow(slot)}, and the key of the effect in the slot ${key.slot}. Nothing was done.`,
    fix: `give the first by its key '${keyNow(slot)}', the other by its slot '${key.slot}', or either by its contract`,
  });
}

/** @throws OncelyError `not_found`, and `invalid_input` where it names two. */
export async function requireEffect(session: LedgerSession, id: EffectId): Promise<FoundEffect> {
  const found = await findEffect(session, id);
  if (found) return found;
  throw new OncelyError('not_found', {
    message: `there is no effect ${typeof id === 'string' ? id : slotOf(id)} in this ledger.`,
  });
}

/** Refuses a decision on another version or generation than the one that stands, which nobody was shown. */
export function refuseOther(id: EffectId, slot: string, record: EffectRecord): void {
  const { version, generation } = aboutOf(id, slot);
  const about = version ?? record.contract.logicVersion;
  if (about === record.contract.logicVersion && (generation ?? record.generation) === record.generation) return;
  throw new OncelyError('invalid_input', {
    message: `this is a decision on ${typeof id === 'string' ? id : effectKeyOf(id, id.generation)}, and what stands there now is ${keyNow({ record })}; look at it again. Nothing was changed.`,
  });
}

const keyEnd = /:v(\d+)(?::g(\d+))?$/;

/** A slot as it is, and an effect key without its version and generation; a slot has three parts or more. */
function slotsOfText(id: string): string[] {
  const short = id.replace(keyEnd, '');
  return short === id || short.split(':').length < 3 ? [id] : [id, short];
}

/** Which version and generation of what is in the slot an id is about; absent: whichever stands there. */
function aboutOf(
  id: EffectId,
  slot: string,
): { readonly version?: number | undefined; readonly generation?: number | undefined } {
  if (typeof id !== 'string') return { version: id.logicVersion, generation: id.generation };
  const [, version, generation] = keyEnd.exec(id.slice(slot.length)) ?? [];
  if (version === undefined) return {};
  return { version: Number(version), ...(generation === undefined ? {} : { generation: Number(generation) }) };
}

/** Whether a text can be about the record: nothing has the key of a version or generation that there was not yet. */
function mayName(id: EffectId, slot: string, record: EffectRecord): boolean {
  if (typeof id !== 'string') return true;
  const { version = 1, generation = 1 } = aboutOf(id, slot);
  const { logicVersion } = record.contract;
  return version < logicVersion || (version === logicVersion && generation <= record.generation);
}

function keyNow({ record }: Pick<FoundEffect, 'record'>): string {
  return effectKeyOf(record.contract, record.generation);
}
