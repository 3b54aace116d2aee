import { workflowOfSlot } from '../contract.ts';

/*
 * What the audit keeps beside the effects. Each begins with a character that is escaped in every slot, so none ever
 * shares a key with an effect; the rest is workflow and number, so that a workflow's lie side by side.
 */
export const checkpointPrefix = '$';
const observationPrefix = '^';
const valuePrefix = '=';
const sealPrefix = '+';
const workflowDecisionPrefix = ';';

export function checkpointsOf(workflow: string): string {
  return `${checkpointPrefix}${workflow}`;
}

export function observationsOf(workflow: string): string {
  return `${observationPrefix}${workflow}`;
}

export function workflowDecisionsOf(workflow: string): string {
  return `${workflowDecisionPrefix}${workflow}`;
}

/** The workflow that a decision is about. */
export function workflowOfDecision(slot: string): string {
  return workflowOfSlot(slot).slice(workflowDecisionPrefix.length);
}

export function isWorkflowDecision(slot: string): boolean {
  return slot.startsWith(workflowDecisionPrefix);
}

export function isCheckpoint(slot: string): boolean {
  return slot.startsWith(checkpointPrefix);
}

export function isObservation(slot: string): boolean {
  return slot.startsWith(observationPrefix);
}

const writtenOnce = [checkpointPrefix, observationPrefix, valuePrefix, sealPrefix, workflowDecisionPrefix];

/** Whether a record of this kind is written once and never again. */
export function isWrittenOnce(slot: string): boolean {
  return writtenOnce.some((prefix) => slot.startsWith(prefix));
}
