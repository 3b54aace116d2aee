import type { Adapter } from './adapter.ts';
import { fits, meet } from './operation-patterns.ts';
import type { ApprovalPolicy } from './policies.ts';
import type { ApprovalRule } from './policy-rules.ts';

/** A policy's rule under the one name of what it speaks of. */
export interface CompiledRule {
  /** As the policy has it. */
  readonly given: string;
  /** The operation's one name, or a pattern. */
  readonly name: string;
  readonly except: readonly string[];
  readonly rule: ApprovalRule;
}

/** A policy with its names brought to those of the clients' operations. */
export interface CompiledPolicy {
  readonly version: number;
  readonly rules: readonly CompiledRule[];
}

export type Clients = Readonly<Record<string, Pick<Adapter, 'operations'>>>;

export function compilePolicy(policy: ApprovalPolicy, clients: Clients = {}): CompiledPolicy {
  return {
    version: policy.version,
    rules: Object.entries(policy.operations).map(([given, rule]) => {
      const whole = ruleOf(rule);
      const except = (whole.except ?? []).map((name) => oneName(name, clients));
      return { given, name: oneName(given, clients), except, rule: whole };
    }),
  };
}

/** The name by which an operation is known, of whichever of its names; a pattern as it is. */
export function oneName(name: string, clients: Clients): string {
  if (name.includes('*')) return name;
  for (const { operations } of Object.values(clients)) {
    const known = operations?.canonical?.(name) ?? name;
    if (known !== name) return known;
  }
  return name;
}

/** Whether a policy speaks of an operation. */
export function speaksOf(names: readonly string[], operation: string): boolean {
  return names.some((each) => fits(each, operation));
}

/** The rules for an operation, the most particular first. */
export function rulesFor({ rules }: CompiledPolicy, operation: string): readonly CompiledRule[] {
  return rules
    .filter(({ name, except }) => fits(name, operation) && !speaksOf(except, operation))
    .toSorted(
      (one, other) =>
        Number(other.name === operation) - Number(one.name === operation) || other.name.length - one.name.length,
    );
}

/** Says which name of a policy fits no operation of any client, so that it would hold nothing back. */
export function strayName(policy: ApprovalPolicy | undefined, clients: Clients = {}): string | undefined {
  if (!policy) return undefined;
  for (const { given, name, rule } of compilePolicy(policy, clients).rules) {
    for (const each of [given, ...(rule.except ?? [])]) {
      const near = strayAmong(each === given ? [given, name] : [each], clients, policy.elsewhere);
      if (near === undefined) continue;
      return `approvals.operations['${given}']${each === given ? '' : `.except '${each}'`} fits no operation of any client, so nothing would be held back by it${near}`;
    }
  }
  return undefined;
}

/** Where none of an operation's names fits an operation of any client: what may have been meant, or ''. */
export function strayAmong(
  names: readonly string[],
  clients: Clients,
  elsewhere: readonly string[] = [],
): string | undefined {
  const adapters = Object.values(clients);
  // Without a client, or with one whose operations are not known, any name may be meant.
  if (adapters.length === 0 || adapters.some(({ operations }) => !operations)) return undefined;
  const known = [...adapters.flatMap(({ operations }) => operations?.names ?? []), ...elsewhere];
  if (known.some((one) => names.some((each) => meet(one, each)))) return undefined;
  const near = nearest(names[0] ?? '', known);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

/** A copy: what was checked is what holds, whatever becomes of the caller's objects. */
function ruleOf(rule: ApprovalPolicy['operations'][string]): ApprovalRule {
  if (rule === true) return {};
  if (typeof rule === 'function') return { when: rule };
  const { when, preview, ...data } = rule;
  return {
    ...structuredClone(data),
    ...(when === undefined ? {} : { when }),
    ...(preview === undefined ? {} : { preview }),
  };
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .filter((each) => !each.includes('*'))
    .map((each) => ({ each, apart: distance(name.toLowerCase(), each.toLowerCase()) }))
    .toSorted((one, other) => one.apart - other.apart);
  return best && best.apart <= Math.max(3, name.length / 3) ? best.each : undefined;
}

/** How many letters differ (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [i, letter] of one.split('').entries()) {
    const next = [i + 1];
    for (const [j, against] of other.split('').entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === against ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
