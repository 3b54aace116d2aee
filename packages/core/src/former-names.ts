import type { VendorWrite } from './adapter.ts';
import { contractOf } from './contract-of.ts';
import { contractProblem, slotOf, workflowKeyOf, type Contract } from './contract.ts';
import type { LedgerSession } from './ledger-session.ts';
import { nameOf } from './names.ts';
import type { EffectOptions, ScopeFrame } from './scope.ts';

// Earlier versions compared ids as they were given, so a ledger may keep cases under ids that are not in NFC. What was
// recorded so stays where it is and is found there; nothing new is.

/** The parts of a contract that a scope gives. */
export interface ScopeNames {
  readonly tenant?: string;
  readonly businessId: string;
  readonly workflowId: string;
}

/** The ids of a contract in the form in which they are compared. */
export function named<C extends ScopeNames>(of: C): C {
  return {
    ...of,
    ...(of.tenant === undefined ? {} : { tenant: nameOf(of.tenant) }),
    businessId: nameOf(of.businessId),
    workflowId: nameOf(of.workflowId),
  };
}

/** The ids of a scope as they were given, where that is another form than the one in which they are compared. */
export function givenNames({ tenant, businessId, workflowId }: ScopeNames): { readonly given?: ScopeNames } {
  const given: ScopeNames = { ...(tenant === undefined ? {} : { tenant }), businessId, workflowId };
  return workflowKeyOf(named(given)) === workflowKeyOf(given) ? {} : { given };
}

/** A contract with its ids as the caller gave them. */
export function asGiven(contract: Contract, frame: ScopeFrame, stepId: string): Contract {
  return { ...contract, ...frame.given, stepId };
}

/**
 * The contract under which an effect stands: that of the ids as they were given, where an earlier version recorded it or
 * holds its workflow so. It reads only where they were given in another form than NFC.
 */
export async function standingContract(
  session: LedgerSession,
  scope: ScopeFrame,
  write: VendorWrite,
  options: EffectOptions,
  stepId: string,
  givenStep: string = stepId,
): Promise<Contract> {
  const contract = contractOf(scope, stepId, options, write);
  const given = asGiven(contract, scope, givenStep);
  const slot = slotOf(given);
  if (slot === slotOf(contract) || contractProblem(given) !== undefined) return contract;
  if ((await session.read(slot)).revision > 0) return given;
  const { row } = await session.ledger.readWorkflow(workflowKeyOf(given));
  return row === undefined || row.state === 'running' ? contract : given;
}

/** Where an operator's contract may stand: as it is given, as a record of an earlier version says, and in NFC. */
export function slotsOfContract(contract: Contract): string[] {
  return [...new Set([slotOf(contract), slotOf({ ...named(contract), stepId: nameOf(contract.stepId) })])];
}

/** A workflow in the form in which ids are compared, and in those in which the ledger keeps something of it besides. */
export async function formsOf<W extends ScopeNames>(session: LedgerSession, id: W): Promise<[W, ...W[]]> {
  // What is no name is told by whoever uses it.
  if (typeof id.businessId !== 'string' || typeof id.workflowId !== 'string') return [id];
  const now = named(id);
  const decomposed: W = {
    ...id,
    ...(id.tenant === undefined ? {} : { tenant: id.tenant.normalize('NFD') }),
    businessId: id.businessId.normalize('NFD'),
    workflowId: id.workflowId.normalize('NFD'),
  };
  const others = new Map([id, decomposed].map((form) => [workflowKeyOf(form), form]));
  others.delete(workflowKeyOf(now));
  const kept: W[] = [];
  for (const [workflow, form] of others) {
    const { row } = await session.ledger.readWorkflow(workflow);
    const { rows } = row ? { rows: [row] } : await session.ledger.list({ limit: 1, workflow });
    if (rows.length > 0) kept.push(form);
  }
  return [now, ...kept];
}
