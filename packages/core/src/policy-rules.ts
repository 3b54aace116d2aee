import { OncelyError } from './errors.ts';
import { editableProblem } from './editable.ts';
import { pathsOf, picked } from './json-paths.ts';
import { strayPart, type NamesOf } from './known-options.ts';
import type { Care } from './lifecycle/standing.ts';
import { mustComeFromProblem, type MustComeFrom } from './provenance/rule.ts';
import { quietProblem } from './quiet-hours.ts';

/** So many different people of a group must approve. */
export interface Quorum {
  readonly group: string;
  readonly count: number;
}

/** How far a value may be changed: freely, or within its bounds; `'asked'` is the value that waits. */
export type Editable =
  | true
  | {
      readonly min?: number | 'asked';
      readonly max?: number | 'asked';
      readonly oneOf?: readonly (string | number | boolean)[];
    };

/** When an operation needs a person's approval, how many of them, and for how long. */
export interface ApprovalRule<Input = never> extends Care {
  /**
   * Of the decoded input, as the vendor's SDK sends it; absent: always. A predicate that throws lets nothing pass, and
   * one that says no after it has read a field which is not there asks all the same: what is left out means everything
   * at some vendors. `'amount' in input` says that the absence was thought of.
   */
  readonly when?: (input: Input) => boolean;
  /**
   * Asks where a number is above its limit, absent, or no number: `{ amount: 500_00 }`, in the minor units in which the
   * vendor takes it. By currency, `{ amount: { usd: 500_00, jpy: 50_000 } }`, it asks for every other one as well, and
   * where the input names none.
   */
  readonly above?: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  /** Asks where the input has one of these paths: `['transfer_data', 'application_fee_amount']`. */
  readonly touches?: readonly string[];
  /**
   * Asks, or refuses, where a value has come from elsewhere than the caller or the vendor: `{ paths: ['charge', 'amount'] }`.
   * Alone it asks for nothing else.
   */
  readonly mustComeFrom?: MustComeFrom;
  /** Of a rule for a pattern: operations or patterns that it does not speak of. */
  readonly except?: readonly string[];
  /** How long the question and its answer hold, in milliseconds. Default 7 days. */
  readonly ttlMs?: number;
  /** How many different people must approve, or how many of which groups. Default 1; 2 is the rule of four eyes. */
  readonly approvers?: number | readonly Quorum[];
  /**
   * Who may not approve it, by identity. `'requester'`: a scope without `requestedBy` is refused. Who is named in
   * `requestedBy` never approves what was asked for in that scope, with or without this.
   */
  readonly notBy?: 'requester' | readonly string[];
  /**
   * What an approver may change of the input before it is sent, by path: `{ amount: { max: 'asked' }, reason: true }`.
   * Absent: nothing. What several rules say of one path holds together. Whom and what it concerns is never editable.
   */
  readonly editable?: Readonly<Record<string, Editable>>;
  /** What the person is shown of the input, beside what the adapter says of it in words. Default: all of it. */
  readonly preview?: (input: Input) => unknown;
}

const partsOfRule: NamesOf<ApprovalRule> = {
  when: true,
  above: true,
  touches: true,
  mustComeFrom: true,
  except: true,
  approvers: true,
  notBy: true,
  ttlMs: true,
  remindAfterMs: true,
  remindEveryMs: true,
  escalateAfterMs: true,
  to: true,
  quietHours: true,
  editable: true,
  preview: true,
};

/** Says what is wrong with a rule; `undefined` when nothing is. */
export function ruleProblem(rule: unknown, at: string): string | undefined {
  if (rule === true || typeof rule === 'function') return undefined;
  if (typeof rule !== 'object' || rule === null) return `${at} must be true, a predicate over the input, or a rule`;
  const { when, above, touches, mustComeFrom, except, ttlMs, approvers, notBy, editable, preview, ...more } =
    rule as ApprovalRule;
  const { remindAfterMs, remindEveryMs, escalateAfterMs, to, quietHours, ...unknown } = more;
  const [stray] = Object.keys(unknown);
  if (stray !== undefined) return strayPart(at, stray, 'rule', Object.keys(partsOfRule));
  if (when !== undefined && typeof when !== 'function') return `${at}.when must be a function of the input`;
  if (preview !== undefined && typeof preview !== 'function') return `${at}.preview must be a function of the input`;
  if (ttlMs !== undefined && !(Number.isFinite(ttlMs) && ttlMs > 0)) return `${at}.ttlMs must be a number above 0`;
  for (const [name, list] of Object.entries({ touches, except })) {
    if (list !== undefined && !isTexts(list))
      return `${at}.${name} must be a list of ${name === 'touches' ? 'paths' : 'operations'}`;
  }
  if (notBy !== undefined && notBy !== 'requester' && !isTexts(notBy)) {
    return `${at}.notBy must be 'requester' or a list of identities`;
  }
  const care = { remindAfterMs, remindEveryMs, escalateAfterMs, to, quietHours };
  return (
    aboveProblem(above, at) ??
    mustComeFromProblem(mustComeFrom, at) ??
    approversProblem(approvers, at) ??
    editableProblem(editable, at) ??
    careProblem(care, ttlMs, at)
  );
}

function careProblem(care: Record<keyof Care, unknown>, ttlMs: number | undefined, at: string): string | undefined {
  const { remindAfterMs, remindEveryMs, escalateAfterMs, to, quietHours } = care;
  for (const [name, ms] of Object.entries({ remindAfterMs, remindEveryMs, escalateAfterMs })) {
    if (ms === undefined) continue;
    if (!(typeof ms === 'number' && Number.isFinite(ms) && ms > 0)) {
      return `${at}.${name} must be a number of milliseconds above 0`;
    }
    if (ttlMs !== undefined && ms >= ttlMs) return `${at}.${name} must be below ttlMs, or the question is over by then`;
  }
  if (remindEveryMs !== undefined && remindAfterMs === undefined) return `${at}.remindEveryMs needs remindAfterMs`;
  if (to !== undefined && !isTexts(to)) return `${at}.to must be a list of groups: ['heads']`;
  if (to !== undefined && escalateAfterMs === undefined) return `${at}.to needs escalateAfterMs`;
  if (escalateAfterMs !== undefined && to === undefined) return `${at}.escalateAfterMs needs to: ['heads']`;
  return quietProblem(quietHours, `${at}.quietHours`);
}

function aboveProblem(above: unknown, at: string): string | undefined {
  if (above === undefined) return undefined;
  if (typeof above !== 'object' || above === null || Object.keys(above).length === 0) {
    return `${at}.above must name a path with its limit: { amount: 500_00 }`;
  }
  for (const [path, limit] of Object.entries(above)) {
    const limits: unknown[] = typeof limit === 'object' && limit !== null ? Object.values(limit as object) : [limit];
    if (
      limits.length === 0 ||
      !limits.every((each) => typeof each === 'number' && Number.isFinite(each) && each >= 0)
    ) {
      return `${at}.above.${path} must be a number from 0, or one for each currency`;
    }
  }
  return undefined;
}

export function approversProblem(approvers: unknown, at: string): string | undefined {
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
  if (approvers === undefined) return undefined;
  if (!Array.isArray(approvers))
    return isCount(approvers) ? undefined : `${at}.approvers must be a whole number from 1`;
  const fine = approvers.every(
    (each: Partial<Quorum> | null) => typeof each?.group === 'string' && each.group !== '' && isCount(each.count),
  );
  const groups = new Set(approvers.map((each: Quorum | null) => each?.group));
  if (fine && approvers.length > 0 && groups.size === approvers.length) return undefined;
  return `${at}.approvers must name each group once: [{ group: 'finance', count: 1 }]`;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && each !== '');
}

/**
 * Whether a rule asks for this input; each of its conditions is enough.
 * @throws OncelyError `invalid_config` where its predicate throws
 */
export function asksFor(rule: ApprovalRule, input: unknown, at: string): boolean {
  if (asksAlways(rule)) return true;
  const { when, above, touches } = rule;
  if (touches?.some((path) => valuesAt(input, path).length > 0) === true) return true;
  if (above && Object.entries(above).some(([path, limit]) => isAbove(input, path, limit))) return true;
  if (!when) return false;
  const { seen, missed } = watched(input);
  try {
    return when(seen as never) !== false || missed();
  } catch (cause) {
    throw new OncelyError('invalid_config', {
      message: `the approval policy ${at} failed, so whether it must be approved is not known. Nothing was sent.`,
      fix: `${at}.when must give true or false for every input`,
      cause,
    });
  }
}

/** Whether a rule has no condition. */
export function asksAlways({ when, above, touches, mustComeFrom }: ApprovalRule): boolean {
  return !when && !above && !touches && !mustComeFrom;
}

function isAbove(input: unknown, path: string, limit: number | Readonly<Record<string, number>>): boolean {
  const values = valuesAt(input, path);
  if (values.length === 0) return true;
  const most = typeof limit === 'number' ? limit : limitIn(limit, input);
  return most === undefined || values.some((value) => !(Math.abs(numberOf(value)) <= most));
}

function limitIn(limits: Readonly<Record<string, number>>, input: unknown): number | undefined {
  const [currency, ...more] = valuesAt(input, 'currency');
  if (typeof currency !== 'string' || more.length > 0) return undefined;
  return Object.entries(limits).find(([name]) => name.toLowerCase() === currency.toLowerCase())?.[1];
}

/** A number as forms and JSON write it; whatever else it is, it is above every limit. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
}

/** What stands at a path, lists gone through; what is empty there is not there. */
export function valuesAt(input: unknown, path: string): unknown[] {
  const flat = (value: unknown, depth: number): unknown[] => {
    if (value === undefined || value === null || value === '') return [];
    if (Array.isArray(value)) return value.flatMap((each) => flat(each, depth));
    if (depth === 0 || typeof value !== 'object') return [value];
    return Object.values(value).flatMap((each) => flat(each, depth - 1));
  };
  const whole: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, path) : undefined;
  const [names = []] = pathsOf([path]);
  // Some adapters name a member by its whole path: `properties.amount`.
  return [...flat(whole, 1), ...(names.length > 1 ? flat(picked(input, [names]), names.length) : [])];
}

/** The input as a predicate is given it, and whether it read what is not there without having asked for that. */
function watched(input: unknown): { readonly seen: unknown; readonly missed: () => boolean } {
  const absent = new Set<string>();
  const known = new Set<string>();
  const wrap = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    const knows = (name: string | symbol): void => {
      known.add(`${path}.${String(name)}`);
    };
    // Of a copy: what is frozen must be given as it is.
    return new Proxy(Array.isArray(value) ? [...(value as unknown[])] : { ...value }, {
      get(target, name, receiver) {
        const found: unknown = Reflect.get(target, name, receiver);
        const isEmpty = found === undefined || found === null || found === '';
        // What begins with `$` is the adapter's, which says by '' that there is none.
        if (isEmpty && typeof name === 'string' && !/^\$|^(toJSON|then)$/.test(name)) absent.add(`${path}.${name}`);
        return wrap(found, `${path}.${String(name)}`);
      },
      has(target, name) {
        knows(name);
        return Reflect.has(target, name);
      },
      getOwnPropertyDescriptor(target, name) {
        knows(name);
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
    });
  };
  return { seen: wrap(input, ''), missed: () => [...absent].some((path) => !known.has(path)) };
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
