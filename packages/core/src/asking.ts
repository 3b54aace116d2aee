import type { Adapter } from './adapter.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { Job } from './job.ts';
import { judge, unjudged } from './judging.ts';
import type { Keeping } from './keeping.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import type { Origin } from './perform.ts';
import { previewOf } from './preview.ts';
import type { Broken } from './provenance/tracing.ts';
import { untracedBy } from './provenance/untraced.ts';
import type { RunOptions, ScopeFrame } from './scope.ts';

/** What a caller's write asks for before it may be sent, and what a person is to see of it. */
export function asking(
  policy: CompiledPolicy | undefined,
  { adapter, connection, account }: Origin,
  operation: string,
  input: unknown,
  { approval, within = [] }: RunOptions,
  { scope: { requestedBy }, asks = [] }: ScopeFrame,
  keeping: Keeping,
  broken?: Broken,
): { readonly asked: Pick<ClaimRequest, 'approval' | 'policy' | 'requestedBy'> } & Pick<
  Job,
  'knownAs' | 'preview' | 'parametersOf' | 'unjudged' | 'untraced'
> {
  const name = knownAs(adapter, operation);
  const judged = {
    operation: name,
    input,
    ...(approval === undefined ? {} : { approval }),
    within: [...within, ...asks],
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
  const { preview, asking: _rules, ...asked } = judge(policy, judged);
  const about = { operation, account };
  return {
    asked: { ...asked, ...(requestedBy === undefined ? {} : { requestedBy }) },
    knownAs: name,
    ...(asked.policy === undefined ? {} : { unjudged: unjudged(policy, name) }),
    ...(broken ? { untraced: untracedBy(broken, (also) => judge(policy, { ...judged, also })) } : {}),
    parametersOf: (request) => (request === undefined ? input : connection.parametersOf?.(request)),
    preview: (request) =>
      request === undefined
        ? previewOf(adapter, about, input, keeping.preview, preview)
        : // What is recorded is other input than this caller's.
          previewOf(adapter, about, connection.parametersOf?.(request), keeping.preview),
  };
}

/** The name by which policies speak of an operation. */
export function knownAs({ operations }: Pick<Adapter, 'operations'>, operation: string): string {
  return operations?.canonical?.(operation) ?? operation;
}
