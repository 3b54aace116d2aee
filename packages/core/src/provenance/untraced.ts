import type { Job } from '../job.ts';
import type { Judgement } from '../judging.ts';
import type { ApprovalRequest, ClaimRequest } from '../lifecycle/claim-request.ts';
import { asksForEdited } from '../lifecycle/edit.ts';
import type { EffectRecord } from '../record.ts';
import type { Broken } from './tracing.ts';

/** What a write breaks of the rules on where values come from. */
export interface Untraced {
  /** Those that a person is asked about, and what is asked for then. */
  readonly asked: readonly string[];
  readonly approval?: ApprovalRequest;
  readonly refused: readonly string[];
}

/** `judge` judges the write once more, with these rules asking. */
export function untracedBy(broken: Broken, judge: (asking: Broken) => Judgement): Untraced {
  const of = (isRefused: boolean): Broken =>
    new Map([...broken].filter(([{ rule }]) => (rule.mustComeFrom?.then === 'refuse') === isRefused));
  const asked = of(false);
  const { approval } = asked.size === 0 ? {} : judge(asked);
  const paths = (rules: Broken): readonly string[] => [...new Set([...rules.values()].flat())];
  return { asked: paths(asked), ...(approval === undefined ? {} : { approval }), refused: paths(of(true)) };
}

/**
 * What of it still holds on this record: an input that this policy has judged before, in a run that knew where its
 * values came from, is not judged anew by one that does not.
 */
export function untracedNow({ claim, untraced }: Job, record: EffectRecord | undefined): Untraced | undefined {
  if (!untraced || !record) return untraced;
  if (record.fingerprint.full !== claim.fingerprint.full && !asksForEdited(record, claim)) return untraced;
  if ((record.policy ?? 0) < (claim.policy?.version ?? Infinity)) return untraced;
  const { approval, asked } = untraced;
  const left = asked.filter((path) => record.approval?.untraced?.includes(path) === true);
  return { asked: left, ...(approval === undefined || left.length === 0 ? {} : { approval }), refused: [] };
}

/** What is asked for in all, where the values are asked about as well. */
export function askedWith(
  untraced: Untraced | undefined,
  approval: ApprovalRequest | undefined,
): Pick<ClaimRequest, 'approval'> {
  if (!untraced?.approval) return {};
  return { approval: { ...approval, ...untraced.approval, untraced: untraced.asked } };
}
