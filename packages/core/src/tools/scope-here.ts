import { currentFrames, type Scope } from '../scope.ts';

/** The case that is open here, or `undefined` outside of `oncely.scope`: to keep apart what belongs to different ones. */
export function scopeHere(): Pick<Scope, 'tenant' | 'businessId' | 'workflowId' | 'slotScope'> | undefined {
  return currentFrames()?.scope.scope;
}
