import type { CompiledPolicy } from './compiled-policy.ts';
import { canonicalJson, sha256 } from './fingerprint.ts';
import { fits } from './operation-patterns.ts';
import type { ApprovalRule } from './policy-rules.ts';

/** Digests of a rule's fields, by their names: rules are compared, and the identities in them stand nowhere. */
export type RuleDigest = Readonly<Record<string, string>>;

/** Where this process and the ledger have other rules under one version. */
export interface Difference {
  /** The operation or pattern. */
  readonly name: string;
  /** The fields that differ; empty where this process has no rule of the name. */
  readonly fields: readonly string[];
}

/** When somebody is reminded, and when not, changes nothing of what may be sent. `preview` is what is shown of it. */
const unsaid: ReadonlySet<string> = new Set(['preview', 'remindAfterMs', 'remindEveryMs', 'quietHours']);

/**
 * What the rules of a policy are told apart by, for each of its names. A function stands for any other: its text is another
 * one in a bundle, under a loader or with coverage, and it does not show what it closes over.
 */
export function digestsOf({ rules }: CompiledPolicy): Readonly<Record<string, RuleDigest>> {
  const byName = Map.groupBy(rules, ({ name }) => name);
  return Object.fromEntries([...byName].map(([name, all]) => [name, digestOf(all.map((each) => dataOf(each.rule)))]));
}

/** The names under which the rules of this process are not those of the ledger. */
export function differences(
  theirs: Readonly<Record<string, RuleDigest>>,
  own: Readonly<Record<string, RuleDigest>>,
): readonly Difference[] {
  return Object.entries(theirs).flatMap(([name, rule]) => {
    const mine = Object.hasOwn(own, name) ? own[name] : undefined;
    if (mine === undefined) return [{ name, fields: [] }];
    const fields = [...new Set([...Object.keys(rule), ...Object.keys(mine)])].filter(
      (each) => rule[each] !== mine[each],
    );
    return fields.length === 0 ? [] : [{ name, fields: fields.toSorted() }];
  });
}

/** The first difference that an operation is concerned by. */
export function differenceFor(all: readonly Difference[] | undefined, operation: string): Difference | undefined {
  return all?.find(({ name }) => fits(name, operation));
}

/** Its exceptions by the names that were given: what else they are called only a process with the client knows. */
function dataOf(rule: ApprovalRule): object {
  const data: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(rule)) {
    const isDefault = value === undefined || (field === 'approvers' && value === 1) || isEmpty(value);
    if (isDefault || unsaid.has(field)) continue;
    data[field] = typeof value === 'function' ? 'a function' : sorted(field, value);
  }
  return data;
}

/** Several rules of one name, as an alias may make them, are compared together, in whatever order they stand. */
function digestOf(rules: readonly object[]): RuleDigest {
  const ordered = rules.toSorted((one, other) => (canonicalJson(one) < canonicalJson(other) ? -1 : 1));
  const fields = new Set(ordered.flatMap((each) => Object.keys(each)));
  return Object.fromEntries(
    [...fields].map((field) => [
      field,
      sha256(canonicalJson(ordered.map((each) => (each as Record<string, unknown>)[field] ?? null))).slice(0, 16),
    ]),
  );
}

/** Lists of texts, and of groups, say the same in any order. */
function sorted(field: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const all = field === 'approvers' ? value : [...new Set(value as readonly unknown[])];
  return all.toSorted((one, other) => (canonicalJson(one) < canonicalJson(other) ? -1 : 1));
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
