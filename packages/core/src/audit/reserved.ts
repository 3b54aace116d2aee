/*
 * What the audit keeps beside the effects. Each begins with a character that is escaped in every slot, so none ever
 * shares a key with an effect; the rest is workflow and number, so that a workflow's lie side by side.
 */
export const checkpointPrefix = '$';
const observationPrefix = '^';
const valuePrefix = '=';
const sealPrefix = '+';

export function checkpointsOf(workflow: string): string {
  return `${checkpointPrefix}${workflow}`;
}

export function observationsOf(workflow: string): string {
  return `${observationPrefix}${workflow}`;
}

export function isCheckpoint(slot: string): boolean {
  return slot.startsWith(checkpointPrefix);
}

export function isObservation(slot: string): boolean {
  return slot.startsWith(observationPrefix);
}

/** Whether a record of this kind is written once and never again. */
export function isWrittenOnce(slot: string): boolean {
  return [checkpointPrefix, observationPrefix, valuePrefix, sealPrefix].some((prefix) => slot.startsWith(prefix));
}
