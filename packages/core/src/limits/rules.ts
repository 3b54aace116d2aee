import { createHash, createHmac } from 'node:crypto';

import { oneName, strayAmong, type Clients } from '../compiled-policy.ts';
import { workflowKeyOf, type Contract } from '../contract.ts';
import type { NamingKey } from '../keys.ts';
import { strayPart } from '../known-options.ts';
import { fits } from '../operation-patterns.ts';
import { numberOf, valuesAt } from '../policy-rules.ts';
import { windowOf, windowProblem, type Window } from './window.ts';

/** How much, or how often, may be done at the vendors. */
export interface LimitRule {
  /** Operations or patterns: `'stripe.refunds.create'`, `['slack.chat.*']`. One that fits no operation is refused. */
  readonly operations: string | readonly string[];
  /**
   * The path of the amount that is added up, in the minor units in which the vendor takes it: `'amount'`. Where a write
   * has none there, or no whole number from 0, the limit counts as exceeded: what is left out means everything at some
   * vendors. Of several values at a path the sum.
   */
  readonly sum?: string;
  /** Counts the writes in place of an amount: so many, or `true` with `max`. */
  readonly count?: true | number;
  /** The most at any time; by group, as `by` has them: `{ usd: 2_000_00, jpy: 200_000 }`, where any other has none. */
  readonly max?: number | Readonly<Record<string, number>>;
  /** The path of what is added up apart: `'currency'`. A write that names none there counts against each of them. */
  readonly by?: string;
  /** Of what together: a business case, a workflow of one, a tenant, all, or each value at a path of the input. */
  readonly per: 'case' | 'workflow' | 'tenant' | 'all' | (string & {});
  /**
   * In the last so many milliseconds, from 1,000; a calendar day, week (from Monday) or month; absent: ever. The
   * milliseconds count in 64 parts, so a use counts for up to one part longer.
   */
  readonly within?: number | 'day' | 'week' | 'month';
  /** Of a calendar window, as IANA names it: `'Europe/Berlin'`. Default `UTC`. */
  readonly timeZone?: string;
  /**
   * What one too many meets: an error, the question to a person, or the pause of its workflow. Default `refuse`.
   * `wait`: of a rate, as `count: 10, within: 1_000`, it waits in line for its turn, for as long as its call may wait;
   * then `limit_reached`.
   */
  readonly then?: 'refuse' | 'approve' | 'pause' | 'wait';
  /** Gives back what was taken back since. Absent: what was done stays counted. */
  readonly givenBackBy?: 'compensation';
  /** Operations or patterns of clients that only other processes have. */
  readonly elsewhere?: readonly string[];
}

/** A rule as it is applied. */
export interface Limit {
  /** Of what it counts, so that another maximum goes on with what was used. */
  readonly id: string;
  /** `sum of amount of stripe.refunds.create per case`. */
  readonly label: string;
  readonly rule: LimitRule;
  readonly names: readonly string[];
  readonly window: Window;
  /** Those that have a maximum of their own. */
  readonly groups: readonly string[];
  readonly maxOf: (group: string) => number;
  /** The maximum as text, by which versions of a rule are told apart. */
  readonly maxKey: string;
}

/** What one write takes of a limit. */
export interface Use {
  readonly limit: Limit;
  /** The slot of the row that counts it. */
  readonly row: string;
  /** For people: of which case, workflow or tenant; of a path never the value. */
  readonly of: string;
  readonly amount: number;
  readonly group: string;
  /** Why it cannot be counted, so that it is one too many. */
  readonly uncountable?: string;
}

// '#' is escaped in every slot, so a limit and an effect never share a key.
export const limitPrefix = '#';

/** Says what is wrong with limits; `undefined` when nothing is. */
export function limitsProblem(rules: readonly LimitRule[] | undefined, clients: Clients = {}): string | undefined {
  if (rules === undefined) return undefined;
  if (!Array.isArray(rules)) return 'limits must be a list';
  const ids = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const at = `limits[${index}]`;
    const problem = ruleProblem(rule as LimitRule, at) ?? strayProblem(rule as LimitRule, at, clients);
    if (problem !== undefined) return problem;
    const { id } = limitOf(rule as LimitRule, clients);
    if (ids.has(id)) return `${at} counts the same as one before it; give the lower maximum of the two`;
    ids.add(id);
  }
  return undefined;
}

const partsOfLimit = [
  'operations',
  'sum',
  'count',
  'max',
  'by',
  'per',
  'within',
  'timeZone',
  'then',
  'givenBackBy',
  'elsewhere',
] as const satisfies readonly (keyof LimitRule)[];

function ruleProblem(rule: LimitRule, at: string): string | undefined {
  if (typeof rule !== 'object' || rule === null) return `${at} must be an object`;
  const { operations, sum, count, max, by, per, within, timeZone, then, givenBackBy, elsewhere, ...unknown } = rule;
  const [stray] = Object.keys(unknown);
  if (stray !== undefined) return strayPart(at, stray, 'limit', partsOfLimit);
  const names: readonly unknown[] = Array.isArray(operations) ? operations : [operations];
  if (names.length === 0 || !names.every(isText)) return `${at}.operations must name operations or patterns`;
  for (const [name, path] of Object.entries({ sum, by })) {
    if (path !== undefined && !isText(path)) return `${at}.${name} must be a path of the input`;
  }
  if ((sum === undefined) === (count === undefined)) return `${at} needs either sum: 'amount' or count: 20`;
  if (count !== undefined && count !== true && !isWhole(count)) return `${at}.count must be a whole number from 0`;
  if (typeof count === 'number' && max !== undefined) return `${at} has two maxima: give count: true with max`;
  const most = typeof count === 'number' ? count : max;
  const isByGroup = typeof most === 'object' && most !== null;
  if (isByGroup && by === undefined) return `${at}.max is by group, so by must say at which path: by: 'currency'`;
  if (isByGroup ? Object.keys(most).length === 0 || !Object.values(most).every(isWhole) : !isWhole(most)) {
    return `${at}.max must be a whole number from 0, or one for each group`;
  }
  if (!isText(per)) return `${at}.per must be case, workflow, tenant, all, or a path of the input`;
  if (then !== undefined && !['refuse', 'approve', 'pause', 'wait'].includes(then)) {
    return `${at}.then must be refuse, approve, pause or wait`;
  }
  if (givenBackBy !== undefined && givenBackBy !== 'compensation') return `${at}.givenBackBy must be 'compensation'`;
  if (elsewhere !== undefined && !(Array.isArray(elsewhere) && elsewhere.every(isText))) {
    return `${at}.elsewhere must be a list of operations`;
  }
  return windowProblem(within, timeZone, at) ?? rateProblem(rule, most, at);
}

function rateProblem({ then, sum, within, givenBackBy }: LimitRule, most: unknown, at: string): string | undefined {
  if (then !== 'wait') return undefined;
  if (sum !== undefined) return `${at}.sum cannot wait: then: 'wait' is of a rate, which has count: 10, within: 1_000`;
  if (typeof within !== 'number') {
    const given = within === undefined ? 'ever' : `a calendar ${within}`;
    return `${at}.within must be milliseconds with then: 'wait', as within: 1_000; ${given} is too long to wait for`;
  }
  if (givenBackBy !== undefined) return `${at}.givenBackBy is of no use with then: 'wait': what was sent was sent`;
  const mosts = typeof most === 'object' && most !== null ? Object.values(most) : [most];
  return mosts.includes(0) ? `${at} lets nothing pass, so then: 'wait' would wait for ever; give 1 or more` : undefined;
}

function strayProblem({ operations, elsewhere }: LimitRule, at: string, clients: Clients): string | undefined {
  for (const name of [operations].flat()) {
    const stray = strayAmong([name, oneName(name, clients)], clients, elsewhere);
    if (stray !== undefined) {
      return `${at}.operations '${name}' fits no operation of any client, so nothing would be counted by it${stray}`;
    }
  }
  return undefined;
}

export function compileLimits(rules: readonly LimitRule[] = [], clients: Clients = {}): readonly Limit[] {
  // A copy: what was checked is what holds, whatever becomes of the caller's objects.
  return rules.map((rule) => limitOf(structuredClone(rule), clients));
}

function limitOf(rule: LimitRule, clients: Clients): Limit {
  const names = [rule.operations].flat().map((name) => oneName(name, clients));
  const { sum, by, per, within, timeZone = 'UTC', count, max } = rule;
  const zone = typeof within === 'string' ? timeZone : '';
  const counted = [names.toSorted(), sum ?? '', by ?? '', per, within ?? 'ever', zone];
  // It counts what was sent, others what happened.
  if (rule.then === 'wait') counted.push('sent');
  const most = typeof count === 'number' ? count : (max ?? 0);
  const inGroups =
    typeof most === 'number' ? undefined : new Map(Object.entries(most).map(([g, n]) => [groupOf(g), n]));
  const maxKey = JSON.stringify(
    inGroups === undefined
      ? most
      : Object.fromEntries([...inGroups].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  );
  return {
    id: createHash('sha256').update(JSON.stringify(counted)).digest('hex').slice(0, 12),
    label: `${sum === undefined ? 'count' : `sum of ${sum}`} of ${names.join(', ')} per ${per}`,
    rule,
    names,
    window: windowOf(within, timeZone),
    groups: [...(inGroups?.keys() ?? [])],
    maxOf: (group) => maxIn(maxKey, group),
    maxKey,
  };
}

/** The maximum of a group as `maxKey` has it. */
export function maxIn(maxKey: string, group: string): number {
  const most = JSON.parse(maxKey) as number | Readonly<Record<string, number>>;
  if (typeof most === 'number') return most;
  return group === '' ? Math.min(...Object.values(most)) : Object.hasOwn(most, group) ? (most[group] ?? 0) : 0;
}

/** The limits that speak of an operation. */
export function limitsFor(limits: readonly Limit[], operation: string): readonly Limit[] {
  return limits.filter(({ names }) => names.some((name) => fits(name, operation)));
}

/** What a write takes of a limit; `input` is `undefined` where nobody can say what is sent. */
export function useOf(limit: Limit, contract: Contract, input: unknown, { hash }: NamingKey): Use {
  const { rule, id } = limit;
  const { sum, by } = rule;
  const amount = sum === undefined ? 1 : amountAt(input, sum);
  const per = perOf(rule.per, contract, input);
  const digest = createHmac('sha256', hash).update(`limit ${per.key}`).digest('hex').slice(0, 40);
  const uncountable =
    amount === undefined
      ? `it has no whole number at ${sum}`
      : per.isAbsent
        ? `it has not one value at ${rule.per}`
        : '';
  const [group, ...more] = by === undefined ? [] : valuesAt(input, by);
  return {
    limit,
    row: `${limitPrefix}${id}.${digest}`,
    of: per.shown,
    amount: amount ?? 0,
    group: typeof group === 'string' && more.length === 0 ? groupOf(group) : '',
    ...(uncountable === '' ? {} : { uncountable }),
  };
}

function perOf(
  per: string,
  contract: Contract,
  input: unknown,
): { readonly key: string; readonly shown: string; readonly isAbsent?: boolean } {
  const { tenant, businessId } = contract;
  switch (per) {
    case 'all':
      return { key: 'all', shown: 'all' };
    case 'tenant':
      return { key: `tenant ${JSON.stringify(tenant ?? null)}`, shown: tenant ?? '' };
    case 'case':
      return {
        key: `case ${JSON.stringify([tenant ?? null, businessId])}`,
        shown: [tenant ?? [], businessId].flat().join(':'),
      };
    case 'workflow': {
      const { undo: _undo, ...rest } = contract;
      const workflow = workflowKeyOf(rest);
      return { key: `workflow ${workflow}`, shown: workflow };
    }
    default: {
      const [value, ...more] = valuesAt(input, per);
      const isOne = more.length === 0 && (typeof value === 'string' || typeof value === 'number');
      return { key: `path ${String(value)}`, shown: `one value of ${per}`, isAbsent: !isOne };
    }
  }
}

/** The whole amount at a path; `undefined` where there is none that can be added up. */
function amountAt(input: unknown, path: string): number | undefined {
  const values = valuesAt(input, path).map(numberOf);
  const all = values.reduce((sum, value) => sum + value, 0);
  return values.length > 0 && values.every(isWhole) && Number.isSafeInteger(all) ? all : undefined;
}

/** Currencies are written in both cases; whatever else stands there is not kept in clear. */
function groupOf(value: string): string {
  const group = value.toLowerCase();
  return /^[a-z]{3}$/.test(group) ? group : createHash('sha256').update(value).digest('hex').slice(0, 16);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
