import type { Approval, Draft, EffectRecord, EffectState } from '../record.ts';
import { withEdit, type Edit } from './edit.ts';
import { isEscalated, lapsedWords } from './standing.ts';

/** A person's yes to the input that they were shown. */
export interface Approve {
  readonly kind: 'approve';
  readonly fingerprint: string;
  readonly ttlMs?: number;
  /** Who they are, where people are counted; absent: `by`. */
  readonly as?: string;
  /** The groups for which their word counts. */
  readonly groups?: readonly string[];
  /** In an emergency: this one word is enough. */
  readonly breakGlass?: true;
  /** What they change of the input that they were shown: they approve what comes of it. */
  readonly edit?: Edit;
}

type Word = Approve & { readonly by: string; readonly reason?: string };

/** The record with this word of approval in it, or why it does not count. */
export function approved(record: EffectRecord, word: Word, state: EffectState, now: number): Draft | string {
  const { approval } = record;
  if (approval?.state === 'expired' && approval.lapsed) return lapsedWords(approval).replace(/\.$/, '');
  if (approval?.state !== 'pending' || isOver(state)) return `nothing waits for approval here (the effect is ${state})`;
  if (approval.fingerprint !== word.fingerprint) return 'the input has changed since it was shown; look at it again';
  if (approval.expiresAt !== undefined && now >= approval.expiresAt) {
    return `the request for approval has expired: its time was over at ${new Date(approval.expiresAt).toISOString()}; run the agent again to ask anew`;
  }
  const problem = timeProblem(approval, word.ttlMs);
  if (problem !== undefined) return problem;
  const away = approval.delegates?.find(({ from }) => isOneOf(word.as ?? word.by, [from]));
  if (away) return `${away.from} has given their word to ${away.to}`;
  const shown = word.edit ? withEdit(record, word.edit, word, state) : record;
  if (typeof shown === 'string') return shown;
  const asked = shown.approval as NonNullable<Draft['approval']>;
  const { approvers = 1, approvedBy = [], approvedIn = [], notBy = [], quorum } = asked;
  const who = word.as ?? word.by;
  if (isOneOf(who, notBy) || isOneOf(word.by, notBy))
    return `${who} asked for it, or may not approve it for another reason`;
  if (isOneOf(who, approvedBy)) return `${who} has approved it already; another person must`;
  const all = [...approvedBy, who];
  const groups = approvedBy.map((_, at) => approvedIn[at] ?? []).concat([groupsOf(word, approval, now)]);
  if (quorum && word.breakGlass !== true && seated(groups, quorum) === seated(groups.slice(0, -1), quorum)) {
    return `${who} is of no group whose word is still needed (${quorum.map(({ group, count }) => `${count} of ${group}`).join(', ')})`;
  }
  const counted = {
    ...(approvers > 1 ? { approvedBy: all } : {}),
    ...(quorum === undefined ? {} : { approvedIn: groups }),
  };
  const enough = quorum ? seated(groups, quorum) >= approvers : all.length >= approvers;
  if (!enough && word.breakGlass !== true) return { ...shown, approval: { ...asked, ...counted } };
  return {
    ...shown,
    approval: {
      ...asked,
      ...counted,
      state: 'approved',
      decidedAt: { after: 0 },
      by: word.by,
      ...(word.breakGlass === true ? { breakGlass: true } : {}),
      ...(word.reason === undefined ? {} : { reason: word.reason }),
      ...(word.ttlMs === undefined ? {} : { expiresAt: { after: word.ttlMs } }),
    },
  };
}

/** For whom a person speaks: for themselves, for who gave them their word, and for all once it was escalated to them. */
function groupsOf(word: Word, approval: Approval, now: number): readonly string[] {
  const own = word.groups ?? [];
  const who = word.as ?? word.by;
  const given = (approval.delegates ?? []).filter(({ to }) => isOneOf(who, [to]));
  const isAsked = isEscalated(approval, now) && approval.care?.to?.some((group) => own.includes(group)) === true;
  const seats = isAsked ? (approval.quorum ?? []).map(({ group }) => group) : [];
  return [...new Set([...own, ...given.flatMap(({ groups = [] }) => groups), ...seats])];
}

/** Who gave a person their word for a question. */
export function wordsGivenTo(who: string, approval: Approval | undefined): readonly string[] {
  return (approval?.delegates ?? []).filter(({ to }) => isOneOf(who, [to])).map(({ from }) => from);
}

/** A person's word in the hands of another, for this question alone. */
export interface Delegate {
  readonly kind: 'delegate';
  readonly fingerprint: string;
  readonly to: string;
  readonly as?: string;
  readonly groups?: readonly string[];
}

/** The record with this person's word in the hands of another, or why it cannot be. */
export function delegated(
  record: EffectRecord,
  word: Delegate & { readonly by: string },
  state: EffectState,
  now: number,
): Draft | string {
  const { approval } = record;
  if (approval?.state !== 'pending' || isOver(state)) return `nothing waits for approval here (the effect is ${state})`;
  if (approval.fingerprint !== word.fingerprint) return 'the input has changed since it was shown; look at it again';
  if (approval.expiresAt !== undefined && now >= approval.expiresAt) return 'the request for approval has expired';
  const { notBy = [], approvedBy = [], delegates = [] } = approval;
  const who = word.as ?? word.by;
  const { to } = word;
  if (isOneOf(to, [who, word.by])) return `${to} has that word already`;
  if (isOneOf(word.by, notBy) || isOneOf(who, notBy)) return `${who} may not approve it, so has no word to give`;
  if (isOneOf(to, notBy)) return `${to} asked for it, or may not approve it for another reason`;
  if (approvedBy.some((each) => isOneOf(who, [each]))) return `${who} has approved it already`;
  if (isOneOf(to, approvedBy)) return `${to} has approved it already; another person must`;
  const away = delegates.find(({ from }) => isOneOf(from, [who, word.by, to]));
  if (away) return `${away.from} has given their word to ${away.to}`;
  const groups = groupsOf({ ...word, kind: 'approve' }, approval, now);
  const given = { from: who, to, ...(groups.length === 0 ? {} : { groups }) };
  return { ...record, approval: { ...approval, delegates: [...delegates, given] } };
}

/** Where an approval would be taken and nothing would be sent. */
function isOver(state: EffectState): boolean {
  switch (state) {
    case 'awaiting_approval':
    case 'executing':
    case 'in_doubt':
    case 'stopped':
    case 'ready':
      return false;
    case 'succeeded':
    case 'rejected':
    case 'declined':
    case 'cancelled':
    case 'compensating':
    case 'compensated':
      return true;
  }
}

function timeProblem({ ttlMs: most, expiresAt, requestedAt }: Approval, ttlMs: number | undefined): string | undefined {
  if (ttlMs === undefined) return undefined;
  if (!(Number.isFinite(ttlMs) && ttlMs > 0)) return 'ttlMs must be a number of milliseconds above 0';
  const bound = most ?? (expiresAt === undefined ? undefined : expiresAt - requestedAt);
  if (bound === undefined || ttlMs <= bound) return undefined;
  return `ttlMs ${ttlMs} is longer than the policy lets an approval hold, ${bound}`;
}

/**
 * Whether two names are one person's: without what differs in writing alone. A house whose people have several names
 * says who they are by `mayDecide`.
 */
function isOneOf(who: string, people: readonly string[]): boolean {
  return people.some((each) => plain(each) === plain(who));
}

function plain(name: string): string {
  return name
    .normalize('NFKC')
    .replaceAll(/[\p{C}\p{Z}]/gu, '')
    .toLowerCase();
}

/** How many of the seats that the groups have are taken, where each person takes one at most. */
function seated(
  people: readonly (readonly string[])[],
  quorum: readonly { readonly group: string; readonly count: number }[],
): number {
  const seats = quorum.flatMap(({ group, count }) => Array.from({ length: count }, () => group));
  const takenBy = new Map<number, number>();
  const seat = (person: number, tried: Set<number>): boolean =>
    seats.some((group, at) => {
      if (tried.has(at) || people[person]?.includes(group) !== true) return false;
      tried.add(at);
      const before = takenBy.get(at);
      if (before !== undefined && !seat(before, tried)) return false;
      takenBy.set(at, person);
      return true;
    });
  return people.filter((_, person) => seat(person, new Set())).length;
}
