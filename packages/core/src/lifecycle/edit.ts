import type { Fingerprint } from '../fingerprint.ts';
import type { Approval, Draft, EffectRecord, EffectState, Stamp, Stored, Taken } from '../record.ts';
import type { ClaimRequest } from './claim-request.ts';
import { currentAttempts } from './state.ts';

/** What an approver changes of the input that waits, as it is to be stored. */
export interface Edit {
  /** The full digest of the input that they were shown. */
  readonly from: string;
  readonly fingerprint: Fingerprint;
  readonly request: Stored;
  readonly paths: readonly string[];
  /** In the clear, for whoever judges it; never stored so. */
  readonly changes: readonly EditedValue[];
  /** JSON of the same, without what is redacted. */
  readonly values: Stored;
  readonly preview: Stored;
  readonly takes?: readonly Taken[];
  /** What the policy asks for the edited input. */
  readonly approvers?: number;
  readonly quorum?: Approval['quorum'];
  readonly notBy?: readonly string[];
}

/** One value of an input, as it was asked for and as it is to be. */
export interface EditedValue {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** How often one input may be edited before it is asked for anew. */
const mostEdits = 16;

/** The record with the edited input in the place of the one that waits: a question of its own, which nobody answered. */
export function withEdit(
  record: EffectRecord,
  edit: Edit,
  { by, reason }: { readonly by: string; readonly reason?: string },
  state: EffectState,
): Draft | string {
  const { approval, fingerprint, edited } = record;
  if (!approval || fingerprint.full !== edit.from) return 'the input has changed since it was shown; look at it again';
  const wasTried = currentAttempts(record).some(({ generation }) => generation === record.generation);
  if (state !== 'awaiting_approval' || wasTried) {
    return `it was tried under this input, so it is edited no more (the effect is ${state}); decline it, and let it be asked for anew`;
  }
  if (edited && edited.steps.length >= mostEdits) return `it was edited ${mostEdits} times; decline it instead`;
  const step = {
    at: { after: 0 } as Stamp,
    by,
    ...(reason === undefined ? {} : { reason }),
    from: fingerprint.full,
    to: edit.fingerprint.full,
    paths: edit.paths,
    values: edit.values,
  };
  const { approvedBy: _by, approvedIn: _in, ...question } = approval;
  const { takes: _takes, ...rest } = record;
  return {
    ...rest,
    ...(edit.takes === undefined ? {} : { takes: edit.takes }),
    fingerprint: edit.fingerprint,
    request: edit.request,
    edited: { asked: edited?.asked ?? fingerprint, steps: [...(edited?.steps ?? []), step] },
    approval: {
      ...question,
      fingerprint: edit.fingerprint.full,
      preview: edit.preview,
      changed: [...new Set([...(approval.changed ?? []), ...edit.paths])],
      ...(edit.approvers === undefined ? {} : { approvers: edit.approvers }),
      ...(edit.quorum === undefined ? {} : { quorum: edit.quorum }),
      ...(edit.notBy === undefined ? {} : { notBy: edit.notBy }),
    },
  };
}

/** Whether a caller asks for what an approver has edited since, or for the very input that came of it. */
export function asksForEdited(
  { edited, fingerprint }: EffectRecord,
  request: Pick<ClaimRequest, 'fingerprint'>,
): boolean {
  if (!edited) return false;
  const { full, fields } = request.fingerprint;
  if (full === edited.asked.full || full === fingerprint.full) return true;
  if (edited.steps.some(({ to }) => to === full)) return true;
  const names = Object.keys({ ...fields, ...fingerprint.fields });
  return names.length > 0 && names.every((name) => fields[name] === fingerprint.fields[name]);
}
