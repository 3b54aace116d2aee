import type { Approval, EffectRecord, Stamp } from '../record.ts';
import { lapsedOf } from './standing.ts';
import type { ApprovalRequest, ClaimRequest } from './claim-request.ts';

/** Whether nothing may be sent before a person approved this input. */
export function mustBeApproved(record: EffectRecord, request: ClaimRequest): boolean {
  const { approval, policy } = request;
  if (approval || record.approval) return true;
  return policy !== undefined && !hasJudged(record, request) && (record.policy ?? 0) < policy.version;
}

/** What a record keeps of the policy that judged its input, and that it was handed in. */
export function judgedBy(
  record: EffectRecord,
  request: ClaimRequest,
): { policy?: number; submitted?: true; requestedBy?: string } {
  if (!isOfThisInput(record, request)) return {};
  return {
    ...(hasJudged(record, request) && request.policy ? { policy: request.policy.version } : {}),
    ...(request.submit ? { submitted: true } : {}),
    ...(request.requestedBy === undefined ? {} : { requestedBy: request.requestedBy }),
  };
}

/** A policy judged what this caller has; what is recorded, and would be sent, may be worded otherwise. */
function hasJudged(record: EffectRecord, request: ClaimRequest): boolean {
  return request.policy?.judged === true && isOfThisInput(record, request);
}

function isOfThisInput(record: EffectRecord, request: ClaimRequest): boolean {
  return record.fingerprint.full === request.fingerprint.full;
}

/** What the record's approval says of this claim: it holds, it is waited for, or what is to be asked instead. */
export function approvalFor(
  record: EffectRecord,
  request: ClaimRequest,
  now: number,
): 'approved' | 'pending' | Approval<Stamp> {
  const { approval } = record;
  const fits = approval?.fingerprint === record.fingerprint.full;
  const expired = approval?.expiresAt !== undefined && now >= approval.expiresAt;
  // What was asked for by an older policy may have asked for less.
  const outdated = request.policy !== undefined && (approval?.policy ?? 0) < request.policy.version;
  // What an approver made of it is not the input that its caller has, and that was judged.
  const judged = hasJudged(record, request);
  const known = approval?.limits ?? [];
  const isUntold =
    request.approval?.limits?.some(({ id }) => known.every((each) => each.id !== id)) === true ||
    request.approval?.untraced?.some((path) => approval?.untraced?.includes(path) !== true) === true;
  const isWeaker = request.approval !== undefined && asksForMore(request.approval, approval);
  const asksAnew = isUntold || isWeaker || (outdated && (request.approval !== undefined || !judged));
  if (approval && fits && !expired && !asksAnew && approval.state === 'approved') return 'approved';
  if (approval && fits && !expired && !asksAnew && approval.state === 'pending') return 'pending';
  const { asks, byRequester } = judged ? {} : (request.policy ?? {});
  const requestedBy = request.requestedBy ?? (request.run === undefined ? record.requestedBy : undefined);
  // Only its caller can say who that is, and so ask.
  if (byRequester === true && requestedBy === undefined) return 'pending';
  // Who asks without knowing for what asks for as much as was asked for before.
  const inForce = outdated ? asks : undefined;
  const wanted = record.edited
    ? strictest([request.approval, inForce, ...(fits || !request.approval ? [approval] : [])])
    : (request.approval ?? inForce ?? approval ?? {});
  const { ttlMs, approvers = 1, quorum, care } = wanted;
  // Who asked for this very input before does not approve it under another's name.
  const before = fits || request.approval === undefined ? approval?.notBy : undefined;
  const notBy = [
    ...new Set([
      ...((request.approval ?? asks)?.notBy ?? []),
      ...(record.edited ? (inForce?.notBy ?? []) : []),
      ...(before ?? []),
      ...(requestedBy === undefined ? [] : [requestedBy]),
    ]),
  ];
  const twin = request.approval?.twin ?? (fits ? approval?.twin : undefined);
  const editable = request.approval?.editable ?? (request.approval || !fits ? undefined : approval?.editable);
  const limits = request.approval?.limits ?? (fits ? approval?.limits : undefined);
  const untraced = [...new Set([...(request.approval?.untraced ?? []), ...(fits ? (approval?.untraced ?? []) : [])])];
  return {
    state: 'pending',
    fingerprint: record.fingerprint.full,
    requestedAt: { after: 0 },
    ...(ttlMs === undefined ? {} : { ttlMs, expiresAt: { after: ttlMs } }),
    ...(request.policy === undefined ? {} : { policy: request.policy.version }),
    ...(approvers > 1 ? { approvers } : {}),
    ...(quorum === undefined ? {} : { quorum }),
    ...(notBy.length === 0 ? {} : { notBy }),
    ...(limits === undefined ? {} : { limits }),
    ...(untraced.length === 0 ? {} : { untraced }),
    ...(care === undefined ? {} : { care }),
    ...(twin === undefined ? {} : { twin }),
    ...(approval && fits && hasLapsed(approval, expired) ? lapsedOf(approval) : {}),
    ...(editable === undefined ? {} : { editable }),
    ...(approval?.changed === undefined || !fits ? {} : { changed: approval.changed }),
  };
}

type Asked = Partial<Pick<ApprovalRequest, 'ttlMs' | 'approvers' | 'quorum' | 'care'>>;

/** As much as all of them ask for together. */
function strictest(all: readonly (Asked | undefined)[]): Asked {
  const asked = all.filter((each) => each !== undefined);
  const times = asked.flatMap(({ ttlMs }) => ttlMs ?? []);
  const most = new Map<string, number>();
  for (const { group, count } of asked.flatMap((each) => each.quorum ?? [])) {
    most.set(group, Math.max(count, most.get(group) ?? 0));
  }
  const quorum = [...most].map(([group, count]) => ({ group, count }));
  const seats = quorum.reduce((sum, { count }) => sum + count, 0);
  const care = asked.find((each) => each.care)?.care;
  return {
    approvers: Math.max(seats, ...asked.map(({ approvers = 1 }) => approvers)),
    ...(times.length === 0 ? {} : { ttlMs: Math.min(...times) }),
    ...(quorum.length === 0 ? {} : { quorum }),
    ...(care === undefined ? {} : { care }),
  };
}

/** Whether fewer people were asked than this caller asks for. */
function asksForMore({ approvers = 1, quorum = [] }: ApprovalRequest, asked: Approval | undefined): boolean {
  const seats = (group: string): number => asked?.quorum?.find((each) => each.group === group)?.count ?? 0;
  return approvers > (asked?.approvers ?? 1) || quorum.some(({ group, count }) => count > seats(group));
}

/** Whether the time of this very question, or of its answer, was over; one that was used up has not lapsed. */
function hasLapsed({ state, lapsed }: Approval, expired: boolean): boolean {
  return state === 'expired' ? lapsed !== undefined : expired && (state === 'pending' || state === 'approved');
}
