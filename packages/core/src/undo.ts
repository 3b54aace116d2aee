import { randomUUID } from 'node:crypto';

import { targetOf } from './attempt.ts';
import { effectKeyOf, slotOf, type Contract } from './contract.ts';
import { isOncelyError, type ErrorCode } from './errors.ts';
import type { LedgerSession, Seen } from './ledger-session.ts';
import { decide, type Decision } from './lifecycle/decide.ts';
import { hasHappened, isNothing, stateOf } from './lifecycle/state.ts';
import { openStored, type Codec } from './payload.ts';
import type { Origin } from './perform.ts';
import type { EffectRecord } from './record.ts';
import { runInFrames, type ScopeFrame } from './scope.ts';

export interface UndoParts {
  readonly session: LedgerSession;
  readonly codec: Codec | undefined;
  readonly originOf: (client: string, account: string) => Origin | undefined;
}

/** The effect that takes another back. */
export function undoOf(contract: Contract): Contract {
  const { expectedEffect: _expected, ...rest } = contract;
  return { ...rest, undo: true };
}

/**
 * Takes back what has happened, as an effect of its own: begun once, planned once, and brought to its end by whoever
 * comes next. Gives why it is still open; `undefined` where it is done, or left to a person.
 */
export async function takeBack(parts: UndoParts, slot: string, deadlineAt?: number): Promise<string | undefined> {
  const { session, codec } = parts;
  const seen = await session.read(slot);
  const { record } = seen;
  const undo = record?.undo;
  if (!record || !undo || !hasHappened(record) || undo.state === 'done' || undo.state === 'by_hand') return undefined;
  const told = { by: undo.by, ...(undo.reason === undefined ? {} : { reason: undo.reason }) };
  const note = async (
    decision: { readonly kind: 'undo' | 'undone' } | { readonly kind: 'undo_by_hand'; readonly why: string },
  ): Promise<void> => {
    const full = { id: randomUUID(), ...told, ...decision } as Decision;
    await session.change(
      slot,
      await session.read(slot),
      (current, now) => {
        const decided = decide(current, full, now);
        return decided.kind === 'write' ? decided.change : undefined;
      },
      2_000,
    );
  };
  const byHand = async (why: string): Promise<undefined> => {
    await note({ kind: 'undo_by_hand', why });
  };

  const origin = parts.originOf(record.client, record.account);
  if (!origin) return `no client named "${record.client}" was given to createOncely in this process`;
  if (undo.state === 'asked') await note({ kind: 'undo' });
  if (!origin.connection.compensate) return byHand(`${record.operation} cannot be taken back by a program`);
  const contract = undoOf(record.contract);
  const begun = begunBy(await session.read(slotOf(contract)), contract);
  const response = await openStored(record.result, codec, { slot, kind: 'result' }).catch(() => undefined);
  const plan = await origin.connection.compensate({
    ...targetOf(record, (await session.info()).naming),
    ...(response === undefined ? {} : { response }),
    ...(begun === undefined ? {} : { begun }),
    ...(undo.with === undefined ? {} : { options: JSON.parse(undo.with) as unknown }),
  });
  switch (plan.kind) {
    case 'nothing':
      await note({ kind: 'undone' });
      return undefined;
    case 'impossible':
      return byHand(plan.why);
    case 'write':
      break;
  }
  const failed = await performUndo(contract, plan, undo.by, deadlineAt);
  const after = await session.read(slotOf(contract));
  // One that happened has ended it, also where its answer was not kept and cannot be read again.
  const { record: done } = after;
  const isThisOne = done?.operation === plan.operation && done.contract.logicVersion === contract.logicVersion;
  if (failed === undefined || (isThisOne && hasHappened(done) && failed.code !== 'input_changed')) {
    await note({ kind: 'undone' });
    return undefined;
  }
  const state = after.record && stateOf(after.record, after.at);
  const key = effectKeyOf(contract, after.record?.generation);
  if (state === 'rejected' || state === 'declined' || state === 'cancelled') {
    return byHand(`${key} was ${state}: ${failed.message}`);
  }
  return `${key} is ${state ?? 'not begun'}: ${failed.message}`;
}

/**
 * The operation by which this very version was begun to be taken back, where that may have happened. After a no it is
 * planned anew: the object is another one by now, and the same write would only get the same no.
 */
function begunBy({ record, at }: Seen, contract: Contract): string | undefined {
  if (!record || record.contract.logicVersion !== contract.logicVersion) return undefined;
  return isNothing(stateOf(record, at)) ? undefined : record.operation;
}

/** Why it failed; `undefined` where it did not. */
async function performUndo(
  contract: Contract,
  plan: { readonly operation: string; run(): Promise<unknown> },
  requestedBy: string,
  deadlineAt: number | undefined,
): Promise<{ readonly message: string; readonly code?: ErrorCode } | undefined> {
  const { stepId, logicVersion, ...rest } = contract;
  const scope: ScopeFrame = {
    scope: { ...rest, requestedBy },
    closed: false,
    counts: new Map(),
    met: new Set(),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
  };
  const effect = { id: stepId, options: { version: logicVersion, expect: plan.operation }, closed: false };
  try {
    await runInFrames({ scope, effect }, () => plan.run());
    return undefined;
  } catch (error) {
    if (isOncelyError(error)) return { message: error.message, code: error.code };
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether a record is to be taken back now. */
export function isToBeTakenBack(record: EffectRecord): boolean {
  const { undo } = record;
  return undo !== undefined && hasHappened(record) && (undo.state === 'asked' || undo.state === 'begun');
}
