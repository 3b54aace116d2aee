/**
 * The durable message contract: which effect this is, in the words of the business and not of a run.
 * This file has no imports on purpose, so that it can be copied into any project as the specification.
 *
 * workflow   = [tenant:]businessId:workflowId           what is paused, resumed and listed together
 * slot       = workflow:stepId                         one ledger record
 * effect key = slot:v<logicVersion>[:g<generation>]    what the vendor sees, hashed to fit
 *
 * Each part is percent-escaped, so no two contracts share a slot and no two effects share a key.
 */
export interface Contract {
  /** Whose data this is, in a system with several tenants. */
  readonly tenant?: string;
  /** What the effect is about, with its period where it recurs: `invoice_98342`, `payroll_2026-11`. */
  readonly businessId: string;
  /** Why it is done: `refund-desk`. Never a run id. */
  readonly workflowId: string;
  /** Which write of the workflow this is: `refund`. Never a framework's call id. */
  readonly stepId: string;
  /** The one operation that may happen here, `stripe.refunds.create`; absent: any one. */
  readonly expectedEffect?: string;
  /** Rises when the meaning of the step changes and it must be done anew. A whole number from 1. */
  readonly logicVersion: number;
  /** `business`: the workflow is no part of the slot, so that this step happens once whichever workflow asks for it. */
  readonly slotScope?: 'workflow' | 'business';
  /** This effect takes back the one of the same contract without it. It is held by no pause of its workflow. */
  readonly undo?: true;
}

const maxPartLength = 512;

/** Says what is wrong with a contract, naming the field and the fix; `undefined` when nothing is. */
export function contractProblem(contract: Contract): string | undefined {
  const parts = { businessId: contract.businessId, workflowId: contract.workflowId, stepId: contract.stepId };
  const named: Record<string, unknown> = contract.tenant === undefined ? parts : { tenant: contract.tenant, ...parts };
  for (const [field, value] of Object.entries(named)) {
    if (typeof value !== 'string') return `${field} must be a string, got ${value === null ? 'null' : typeof value}`;
    if (value.length === 0) return `${field} is empty; give the stable business name of it`;
    if (value.length > maxPartLength)
      return `${field} is longer than ${maxPartLength} characters; use an id, not a text`;
    if (!value.isWellFormed()) return `${field} holds a lone surrogate; give well-formed text`;
  }
  if (!Number.isSafeInteger(contract.logicVersion) || contract.logicVersion < 1) {
    return 'logicVersion must be a whole number from 1';
  }
  return undefined;
}

/** The ledger's key of this contract's one record. Two contracts share a slot only if all their parts are equal. */
export function slotOf(contract: Contract): string {
  return `${workflowKeyOf(contract)}:${escapePart(contract.stepId)}`;
}

/** The ledger's key of the workflow a contract belongs to: what is paused, resumed and listed together. */
export function workflowKeyOf(
  contract: Pick<Contract, 'tenant' | 'workflowId' | 'businessId' | 'slotScope' | 'undo'>,
): string {
  const tenant = contract.tenant === undefined ? '' : `${escapePart(contract.tenant)}:`;
  // '@' is escaped in every part, so neither of these is the name of another workflow.
  const workflow = contract.slotScope === 'business' ? '@' : escapePart(contract.workflowId);
  return `${tenant}${escapePart(contract.businessId)}:${workflow}${contract.undo === true ? '@undo' : ''}`;
}

/** Whether a key of the ledger is an effect's; those of everything else begin with a character that parts escape. */
export function isEffectSlot(slot: string): boolean {
  return /^[\w.!~*'()%-]/.test(slot);
}

/** The workflow that a slot belongs to: the slot without its last part. */
export function workflowOfSlot(slot: string): string {
  return slot.slice(0, Math.max(0, slot.lastIndexOf(':')));
}

/** `invoice_98342:agent_4:checkfraud:v3`, and `:g2` behind it once the effect was opened again after a definite no. */
export function effectKeyOf(contract: Contract, generation = 1): string {
  const base = `${slotOf(contract)}:v${contract.logicVersion}`;
  return generation > 1 ? `${base}:g${generation}` : base;
}

function escapePart(part: string): string {
  return encodeURIComponent(part);
}
