import { effectKeyOf, slotOf, type Contract } from './contract.ts';
import { spentReason } from './lifecycle/attempts.ts';
import type { EditedValue } from './lifecycle/edit.ts';
import { standingOf, type Standing } from './lifecycle/standing.ts';
import { isUsedUp, stateOf } from './lifecycle/state.ts';
import { openStored, type Codec } from './payload.ts';
import type { Approval, Attempt, EffectRecord, EffectState, Undo } from './record.ts';
import { undoOf } from './undo.ts';

/** One change of an input by who approved it. */
export interface EffectEdit {
  readonly at: number;
  readonly by: string;
  readonly reason?: string;
  readonly paths: readonly string[];
  readonly changes: readonly EditedValue[];
}

/** An effect as people see it; times are the ledger's, in milliseconds since 1970. */
export interface Effect {
  readonly slot: string;
  readonly key: string;
  readonly contract: Contract;
  readonly state: EffectState;
  readonly operation: string;
  readonly client: string;
  readonly account: string;
  readonly generation: number;
  readonly vendorId?: string;
  readonly createdAt: number;
  readonly retryAt?: number;
  /** Why it stopped, where it did. */
  readonly stopped?: string;
  /** `preview` is what the person is to see of the input, where this process can open it. */
  readonly approval?: Omit<Approval, 'preview'> & {
    readonly preview?: unknown;
    /** How an open question stands as of the reading: reminders that were due, who is asked since, whether it expired. */
    readonly standing?: Standing;
  };
  /** What people changed of the input before they approved it, the first change first; values as far as they are kept. */
  readonly edited?: readonly EffectEdit[];
  /** That it is taken back: by whom, how far that is, and the slot of the effect that does it. */
  readonly compensation?: Omit<Undo, 'with'> & { readonly slot: string };
  /** Why the call that gives this could not bring it to its end; `recover()` or the same call goes on. */
  readonly open?: string;
  readonly divergence?: readonly string[];
  /** Without their tokens, which are permissions. */
  readonly attempts: readonly Omit<Attempt, 'token'>[];
}

/** A record as people see it, with what they are to see of its input opened. */
export async function effectOf(
  slot: string,
  record: EffectRecord,
  at: number,
  codec: Codec | undefined,
): Promise<Effect> {
  return {
    slot,
    key: effectKeyOf(record.contract, record.generation),
    contract: record.contract,
    state: stateOf(record, at),
    operation: record.operation,
    client: record.client,
    account: record.account,
    generation: record.generation,
    createdAt: record.createdAt,
    ...(record.vendorId === undefined ? {} : { vendorId: record.vendorId }),
    ...(record.retryAt === undefined ? {} : { retryAt: record.retryAt }),
    ...(record.halt === undefined ? {} : { stopped: record.halt.reason }),
    ...(isUsedUp(record) && stateOf(record, at) === 'stopped' ? { stopped: spentReason(record) } : {}),
    ...(record.approval === undefined ? {} : { approval: await opened(record.approval, codec, slot, at) }),
    ...(record.edited === undefined ? {} : { edited: await editsOf(record, codec) }),
    ...(record.undo === undefined ? {} : { compensation: compensationOf(record.contract, record.undo) }),
    ...(record.divergence === undefined ? {} : { divergence: record.divergence.vendorIds }),
    attempts: record.attempts.map(({ token: _token, ...attempt }) => attempt),
  };
}

async function opened(
  approval: Approval,
  codec: Codec | undefined,
  slot: string,
  at: number,
): Promise<NonNullable<Effect['approval']>> {
  const { preview, ...stored } = approval;
  const standing = standingOf(approval, at);
  const rest = standing === undefined ? stored : { ...stored, standing };
  const text = await openStored(preview, codec, { slot, kind: 'preview' }).catch(() => undefined);
  return text === undefined ? rest : { ...rest, preview: JSON.parse(text) as unknown };
}

/** What was changed, with its values as far as this process can open them. */
export async function editsOf(
  { edited, contract }: EffectRecord,
  codec: Codec | undefined,
): Promise<readonly EffectEdit[]> {
  const slot = slotOf(contract);
  return Promise.all(
    (edited?.steps ?? []).map(async ({ at, by, reason, paths, values }) => {
      const text = await openStored(values, codec, { slot, kind: 'preview' }).catch(() => undefined);
      const changes = text === undefined ? [] : (JSON.parse(text) as EditedValue[]);
      return { at, by, ...(reason === undefined ? {} : { reason }), paths, changes };
    }),
  );
}

function compensationOf(contract: Contract, undo: Undo): NonNullable<Effect['compensation']> {
  const { with: _with, ...rest } = undo;
  return { ...rest, slot: slotOf(undoOf(contract)) };
}
