import { effectKeyOf, slotOf, type Contract } from './contract.ts';
import { editsOf, type EffectEdit } from './effect.ts';
import { OncelyError } from './errors.ts';
import { changedFields, type Fingerprint } from './fingerprint.ts';
import type { LedgerSession } from './ledger-session.ts';
import { asksForEdited } from './lifecycle/edit.ts';
import { isUsedUp, stateOf } from './lifecycle/state.ts';
import type { Codec } from './payload.ts';
import type { Approval, EffectRecord, EffectState } from './record.ts';
import type { EffectFrame } from './scope.ts';

/** How a write stands in the ledger after a call of it; times are the ledger's, in milliseconds since 1970. */
export interface Told {
  /** The effect key. */
  readonly effect: string;
  /** Absent: nothing is recorded, or the ledger could not be read. */
  readonly state?: EffectState;
  /** It is stopped without doubt: it did not happen, and was tried as often as it may be. */
  readonly usedUp?: true;
  /** Nothing was sent for this call. */
  readonly replayed: boolean;
  /** When it happened; where that is not known, when it was first sent or asked for. */
  readonly firstAt?: number;
  readonly vendorId?: string;
  readonly approval?: Approval;
  /** How long from then until it may be sent again. */
  readonly retryAfterMs?: number;
  /** What of the input that this call asks for people changed before they approved it. */
  readonly edited?: readonly EffectEdit[];
  /** Names of the parameters in which this call differs from what is recorded. */
  readonly differs: readonly string[];
}

/** Runs a write and tells its frame how it stands then; without a listener it only runs it. */
export async function telling<T>(
  { session, codec }: { readonly session: LedgerSession; readonly codec: Codec | undefined },
  effect: EffectFrame,
  contract: Contract,
  print: Fingerprint,
  run: (onEnded: (ended: { readonly replayed?: boolean }) => void) => Promise<T>,
): Promise<T> {
  const { tell } = effect;
  if (!tell) return run(() => undefined);
  let replayed = false;
  try {
    return await run((ended) => {
      replayed = ended.replayed === true;
    });
  } finally {
    // What is told must not cost the caller its answer.
    const seen = await session.read(slotOf(contract)).catch(() => undefined);
    const { record } = seen ?? {};
    const isEdited = record !== undefined && asksForEdited(record, { fingerprint: print });
    const edited = isEdited ? await editsOf(record, codec) : undefined;
    tell({ ...toldOf(contract, record, seen?.at ?? 0, print, replayed), ...(edited ? { edited, differs: [] } : {}) });
  }
}

/**
 * Refuses a further occurrence while the one before it has not happened for certain: it might be the same one again,
 * asked for under another number because its outcome was not known.
 */
export async function refuseBeforeItsTurn(
  session: LedgerSession,
  effect: EffectFrame,
  contract: Contract,
): Promise<void> {
  if (effect.follows === undefined) return;
  const before = { ...contract, stepId: effect.follows };
  const { record, at } = await session.read(slotOf(before));
  const state = record && stateOf(record, at);
  if (state === 'succeeded' || state === 'compensated') return;
  throw new OncelyError('invalid_input', {
    message: `occurrence ${effect.options.occurrence ?? 1} of "${effect.id}" is not due: the one before it ${state === undefined ? 'was never asked for' : `is ${state.replaceAll('_', ' ')}`}. Nothing was sent.`,
    effect: effectKeyOf(before),
  });
}

function toldOf(
  contract: Contract,
  record: EffectRecord | undefined,
  at: number,
  print: Fingerprint,
  replayed: boolean,
): Told {
  const effect = effectKeyOf(contract, record?.generation ?? 1);
  if (!record) return { effect, replayed, differs: [] };
  const accepted = record.attempts.find(({ evidence }) => evidence === 'accepted');
  return {
    effect,
    state: stateOf(record, at),
    ...(isUsedUp(record) ? { usedUp: true } : {}),
    replayed,
    firstAt: accepted?.settledAt ?? record.attempts[0]?.claimedAt ?? record.createdAt,
    differs: changedFields(record.fingerprint, print),
    ...(record.retryAt === undefined || record.retryAt <= at ? {} : { retryAfterMs: Math.ceil(record.retryAt - at) }),
    ...(record.vendorId === undefined ? {} : { vendorId: record.vendorId }),
    ...(record.approval === undefined ? {} : { approval: record.approval }),
  };
}
