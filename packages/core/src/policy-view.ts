import type { Adapter } from './adapter.ts';
import { knownAs } from './asking.ts';
import { rulesFor, type CompiledPolicy } from './compiled-policy.ts';
import { judge } from './judging.ts';
import type { ApprovalRequest } from './lifecycle/claim-request.ts';
import { fits } from './operation-patterns.ts';
import type { ApprovalPolicy } from './policies.ts';
import { observePolicy, type ObserveParts, type PolicyObserved } from './policy-observe.ts';
import { previewOf, type Preview } from './preview.ts';

/** What the approval policy of this process says of one write. Nothing is sent or stored for it. */
export interface PolicyAnswer {
  /** The one name of the operation. */
  readonly operation: string;
  /** Whether a client has it; `undefined` where that cannot be told. */
  readonly known?: boolean;
  /** Whether a person would be asked. */
  readonly asks: boolean;
  /** The rules that speak of the operation, the most particular first, and whether each asks for this input. */
  readonly rules: readonly {
    readonly rule: string;
    readonly asks: boolean;
    /** Where it asks, or refuses, as well: where the values at these paths come from elsewhere, which no example says. */
    readonly mustComeFrom?: readonly string[];
  }[];
  /** For how much and how long, where it asks. */
  readonly approval?: ApprovalRequest;
  /** What the person would be shown. */
  readonly preview: Preview;
}

export interface PolicyView {
  /**
   * What the policy says of a write with this input, decoded as the vendor's SDK sends it.
   * @throws OncelyError `invalid_config` where a predicate throws
   */
  explain(operation: string, input?: unknown, options?: { readonly requestedBy?: string }): PolicyAnswer;
  /**
   * What a policy that is not in force would have asked of the effects that were begun within the last `lastMs`. It
   * reads the ledger a page at a time, and neither announces the policy nor stores anything.
   * @throws OncelyError `invalid_config` for a policy that cannot be meant
   */
  observe(policy: ApprovalPolicy, options: { readonly lastMs: number }): Promise<PolicyObserved>;
}

type Clients = Readonly<Record<string, Adapter>>;

export function createPolicyView(
  policy: CompiledPolicy | undefined,
  clients: Clients = {},
  redact: (operation: string) => (parameters: unknown) => unknown,
  parts: Omit<ObserveParts, 'clients'>,
): PolicyView {
  const adapters = Object.values(clients);
  return {
    observe: (other, { lastMs }) => observePolicy({ ...parts, clients }, other, lastMs),
    explain: (given, input = {}, { requestedBy } = {}) => {
      const adapter = adapters.find(({ vendor }) => given.startsWith(`${vendor}.`));
      const operation = adapter ? knownAs(adapter, given) : given;
      const names = adapters.map(({ operations }) => operations?.names);
      const known = names.includes(undefined) ? undefined : names.flat().some((each) => fits(each ?? '', operation));
      const about = { operation, input, ...(requestedBy === undefined ? {} : { requestedBy }) };
      const { approval, asking, preview } = judge(policy, about);
      return {
        operation,
        ...(known === undefined ? {} : { known }),
        asks: approval !== undefined,
        rules: (policy ? rulesFor(policy, operation) : []).map(({ given: rule, rule: { mustComeFrom } }) => ({
          rule,
          asks: asking.includes(rule),
          ...(mustComeFrom ? { mustComeFrom: mustComeFrom.paths } : {}),
        })),
        ...(approval === undefined ? {} : { approval }),
        preview: previewOf(adapter ?? {}, { operation, account: '' }, input, redact(operation), preview),
      };
    },
  };
}
