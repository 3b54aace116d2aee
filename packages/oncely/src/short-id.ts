import { createHash } from 'node:crypto';

import type { Effect, Oncely } from '@oncely/core';

import { CommandError } from './command-error.ts';
import { everyEffect } from './every-effect.ts';

/**
 * Eight hexadecimal digits of the SHA-256 of a slot. Among 9,300 effects the chance that any two share theirs is one in
 * a hundred; a shared one is refused as ambiguous, and more digits tell them apart.
 */
export function shortIdOf(slot: string, digits = 8): string {
  return createHash('sha256').update(slot).digest('hex').slice(0, digits);
}

/** The very version and generation that was shown, by the contract: a key may be another effect's slot. */
export function shownOf({ contract, generation }: Effect): Effect['contract'] & { readonly generation: number } {
  return { ...contract, generation };
}

/**
 * The effect of a slot, of an effect key, or of the beginning of a short id. A slot and a key are one read. The ledger
 * has no index of short ids: for one of those every record is read, 200 at a time, to its end, since a second one with
 * the same beginning may be the last.
 *
 * @throws CommandError where there is none, or more than one.
 */
export async function findEffect(oncely: Oncely, id: string): Promise<Effect> {
  if (id.includes(':')) {
    const effect = await oncely.effects.get(id);
    if (!effect) throw new CommandError('not_found', `There is no effect ${id} in this ledger.`);
    return effect;
  }
  if (!/^[0-9a-f]{4,64}$/i.test(id)) {
    throw new CommandError(
      'usage',
      `"${id}" is no id: give a short id (4 hexadecimal digits or more), a slot or a key.`,
    );
  }
  const found: Effect[] = [];
  let looked = 0;
  for await (const effect of everyEffect(oncely)) {
    looked += 1;
    if (shortIdOf(effect.slot, 64).startsWith(id.toLowerCase())) found.push(effect);
  }
  const [effect] = found;
  if (!effect) throw new CommandError('not_found', `None of the ${looked} effects in this ledger has the id ${id}.`);
  if (found.length === 1) return effect;
  const candidates = found.slice(0, 10).map(({ slot }) => `  ${shortIdOf(slot, 16)}  ${slot}`);
  throw new CommandError(
    'usage',
    `${found.length} effects begin with ${id}; give more digits:\n${candidates.join('\n')}`,
  );
}
