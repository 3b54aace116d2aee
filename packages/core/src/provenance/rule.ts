import type { CompiledRule } from '../compiled-policy.ts';

/**
 * Who may have said a value first: the caller (`given` of the scope), the vendor in answer to a read of this scope, the
 * vendor in answer to an effect of this case, or a function of `oncely.value`.
 */
export type Source = 'given' | 'read' | 'effect' | 'value';

/** Where the values at some paths must come from before they are sent. */
export interface MustComeFrom {
  /** Paths of the input, as in `touches`: `['charge', 'amount']`. Of an object or a list, every value in it. */
  readonly paths: readonly string[];
  /** Default `['given', 'read', 'effect']`: a function of `oncely.value` may have asked a model. */
  readonly from?: readonly Source[];
  /**
   * Of `paths`: those that may be left out, because the vendor takes that for nothing. A refund without `amount` gives
   * back everything. Default: none.
   */
  readonly mayBeAbsent?: readonly string[];
  /** What a value from elsewhere meets: the question to a person, or an error. Default `approve`. */
  readonly then?: 'approve' | 'refuse';
}

export const usualSources: readonly Source[] = ['given', 'read', 'effect'];

const sources: ReadonlySet<unknown> = new Set<Source>(['given', 'read', 'effect', 'value']);

/** Says what is wrong with where a rule says that values come from; `undefined` when nothing is. */
export function mustComeFromProblem(given: unknown, at: string): string | undefined {
  if (given === undefined) return undefined;
  const form = `${at}.mustComeFrom must name paths of the input: { paths: ['charge', 'amount'] }`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return form;
  const { paths, from, mayBeAbsent, then, ...unknown } = given as MustComeFrom;
  const [stray] = Object.keys(unknown);
  if (stray !== undefined) return `${at}.mustComeFrom.${stray} is no part of it`;
  if (!isPaths(paths)) return form;
  if (from !== undefined && !(Array.isArray(from) && from.length > 0 && from.every((each) => sources.has(each)))) {
    return `${at}.mustComeFrom.from must be a list of 'given', 'read', 'effect' and 'value'`;
  }
  if (mayBeAbsent !== undefined) {
    if (!isPaths(mayBeAbsent)) return `${at}.mustComeFrom.mayBeAbsent must be a list of paths`;
    const other = mayBeAbsent.find((path) => !paths.includes(path));
    if (other !== undefined) return `${at}.mustComeFrom.mayBeAbsent '${other}' is none of its paths`;
  }
  if (then !== undefined && then !== 'approve' && then !== 'refuse') {
    return `${at}.mustComeFrom.then must be 'approve' or 'refuse'`;
  }
  return undefined;
}

/** The rules among these that say where values come from. */
export function tracingRules(
  rules: readonly CompiledRule[],
): readonly { readonly rule: CompiledRule; readonly of: MustComeFrom }[] {
  return rules.flatMap((rule) => (rule.rule.mustComeFrom ? [{ rule, of: rule.rule.mustComeFrom }] : []));
}

function isPaths(value: unknown): value is readonly string[] {
  const isPath = (each: unknown): boolean => typeof each === 'string' && each.split('.').every((name) => name !== '');
  return Array.isArray(value) && value.length > 0 && value.every(isPath) && new Set(value).size === value.length;
}
