import type { VendorWrite } from './adapter.ts';
import { asking } from './asking.ts';
import { runOf } from './audit/checkpoint.ts';
import { spend, type BudgetKind } from './budgets.ts';
import { slotOf, type Contract } from './contract.ts';
import type { Job } from './job.ts';
import type { Origin, PerformParts, Printed } from './perform.ts';
import type { Broken } from './provenance/tracing.ts';
import * as refusals from './refusals.ts';
import { tracing } from './reporting.ts';
import type { RunOptions, ScopeFrame } from './scope.ts';

/** Makes what the runner is given of a caller's write. */
export function createJobOf(
  parts: PerformParts,
): (
  origin: Origin,
  write: VendorWrite,
  frame: ScopeFrame,
  contract: Contract,
  options: RunOptions,
  printed: Printed,
  broken: Broken | undefined,
) => Job {
  /** Counted beside a replay, which does not wait for it; a send does, and meets the pause or the failure. */
  function counted(contract: Contract, kind: BudgetKind): Promise<void> {
    const counting = spend(parts.session, parts.budgets, contract, kind);
    counting.catch(() => {});
    return counting;
  }

  return function jobOf(
    origin: Origin,
    write: VendorWrite,
    frame: ScopeFrame,
    contract: Contract,
    options: RunOptions,
    { print, input }: Printed,
    broken: Broken | undefined,
  ): Job {
    const { scope, deadlineAt } = frame;
    const keeping = parts.keepingOf(write.operation.name);
    if (options.submit === true && !keeping.request) throw refusals.cannotSubmit(contract);
    const { asked, ...shown } = asking(
      parts.approvals,
      origin,
      write.operation.name,
      input,
      options,
      frame,
      keeping,
      broken,
    );
    const slot = slotOf(contract);
    const first = !frame.met.has(slot);
    frame.met.add(slot);
    const { correlationId = scope.correlationId } = options;
    return {
      claim: {
        contract,
        client: origin.client,
        account: origin.account,
        operation: write.operation.name,
        safety: write.operation.safety,
        landingBoundMs: write.operation.landingBoundMs,
        fingerprint: print,
        drift: options.drift ?? parts.defaultDrift,
        onDoubt: options.onDoubt ?? 'stop',
        ...(options.onRejected === undefined ? {} : { onRejected: options.onRejected }),
        ...tracing(scope.traceparent),
        run: { ...runOf(frame), ...(options.correlationId === undefined ? {} : { call: options.correlationId }) },
        ...asked,
        ...(options.submit === true ? { submit: true } : {}),
      },
      ...(parts.approvals === undefined ? {} : { policyVersion: parts.approvals.version }),
      ...shown,
      ...(first ? { returned: () => (frame.reentry ??= counted(contract, 'reEntries')) } : {}),
      executesAgain: () => spend(parts.session, parts.budgets, contract, 'reExecutions'),
      prepare: (keys) => write.prepare(keys),
      ...(write.operation.findsBy === undefined ? {} : { findsBy: write.operation.findsBy }),
      ...(write.complete === undefined
        ? {}
        : { complete: (request) => write.complete?.(request) ?? Promise.resolve(request) }),
      ...(write.turn === undefined ? {} : { turn: () => write.turn?.() }),
      rekey: (request, keys) => origin.connection.rekey?.(request, keys) ?? request,
      send: async (target, permit) => {
        const verdict = await write.send(target.request, permit, target);
        if (verdict.evidence === 'not_applied' && verdict.environment === true) origin.refused?.();
        return verdict;
      },
      probe: (target) => origin.connection.probe(target),
      looksFirst: origin.connection.looksFirst?.(write.operation.name) === true,
      restore: (target) => origin.connection.restore(target),
      keeping,
      giveUpAt: Math.min(parts.clock.monotonic() + parts.waitMs, deadlineAt ?? Infinity),
      ...(deadlineAt === undefined ? {} : { deadlineAt }),
      ...tracing(scope.traceparent),
      ...(correlationId === undefined ? {} : { correlationId }),
    };
  };
}
