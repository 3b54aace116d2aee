import type { VendorWrite } from './adapter.ts';
import type { Contract } from './contract.ts';
import type { EffectOptions, ScopeFrame } from './scope.ts';

/** The contract of one write: its scope's, with the step that it is. Its slot is known before the write is. */
export function contractOf(frame: ScopeFrame, stepId: string, options: EffectOptions, write?: VendorWrite): Contract {
  const { tenant, businessId, workflowId, logicVersion, slotScope, undo } = frame.scope;
  const expected = typeof options.expect === 'string' ? options.expect : write?.operation.name;
  return {
    ...(tenant === undefined ? {} : { tenant }),
    businessId,
    workflowId,
    stepId,
    ...(expected === undefined ? {} : { expectedEffect: expected }),
    logicVersion: options.version ?? logicVersion ?? 1,
    ...(slotScope === 'business' ? { slotScope } : {}),
    ...(undo === true ? { undo } : {}),
  };
}
