/**
 * Checks what processes that shared a ledger have recorded: the ledger's promises, and those that rest on it.
 * @module
 */
import { checkEffects } from './check-effects.ts';
import { checkEvidence } from './check-evidence.ts';
import { checkGuards } from './check-guards.ts';
import { checkRegister } from './check-registers.ts';
import { checkSends } from './check-sends.ts';
import type { HistoryEvent } from './event.ts';
import { registersOf } from './register.ts';
import { versionsOf } from './version.ts';
import type { Violation } from './violation.ts';

export interface HistoryAssumptions {
  /** How long after it began to claim an attempt may send, in milliseconds: half of the lease. */
  readonly sendWindowMs: number;
}

/**
 * Gives every broken promise of a history, in the order of time; none: as far as it was seen, all was right. Pure.
 * @example
 * const violations = checkHistory(readHistory(folder), { sendWindowMs: 30_000 });
 */
export function checkHistory(history: readonly HistoryEvent[], assumptions: HistoryAssumptions): Violation[] {
  const registers = registersOf(history);
  const slots = new Map([...registers.slots].map(([name, register]) => [name, versionsOf(register)]));
  const workflows = new Map([...registers.workflows].map(([name, register]) => [name, versionsOf(register)]));
  const found: Violation[] = [];
  for (const [name, register] of registers.slots) found.push(...checkRegister(register, slots.get(name) ?? []));
  for (const [name, register] of registers.workflows) found.push(...checkRegister(register, workflows.get(name) ?? []));
  found.push(...checkGuards(registers, slots, (name) => workflows.get(name) ?? []));

  const marked = new Map(history.flatMap((event) => (event.kind === 'marked' ? [[event.marker, event.slot]] : [])));
  const slotOf = (event: HistoryEvent): string | undefined => {
    if (event.kind === 'probed') return marked.get(event.marker);
    return 'slot' in event ? event.slot : undefined;
  };
  const proofs = Map.groupBy(
    history.filter((event) => slotOf(event) !== undefined),
    (event) => slotOf(event) as string,
  );
  for (const slot of new Set([...slots.keys(), ...proofs.keys()])) {
    const versions = slots.get(slot) ?? [];
    const events = proofs.get(slot) ?? [];
    const traffic = {
      slot,
      sends: events.filter((event) => event.kind === 'sending'),
      effects: events.filter((event) => event.kind === 'effect'),
    };
    const told = events.filter((event) => event.kind === 'told');
    found.push(
      ...checkSends(traffic, registers.slots.get(slot), versions, assumptions.sendWindowMs),
      ...checkEvidence(slot, versions, events),
      ...checkEffects(traffic, versions, told),
    );
  }
  return found.sort((one, other) => one.time - other.time);
}
