import { OncelyError } from './errors.ts';
import { lineageOf } from './lineage.ts';
import { anotherWaits } from './open-frames.ts';
import { currentFrames, type Frames, type ScopeFrame } from './scope.ts';

/** Whose a call of an SDK's method is: taken where the method is called, and handed on with the call. */
export interface Call {
  /** The scope and the effect; absent: none was open. */
  readonly frames: Frames | undefined;
  /** It was made after its scope or effect had ended. */
  readonly late?: true;
  /** Why it may be another's: it was started by something else than this scope's code while another one waits. */
  readonly doubt?: { readonly queue?: string; readonly led?: true; readonly waits: 'effect' | 'scope' };
}

/** Takes, here and now, whose the call is that is being made. */
export function takeCall(): Call {
  const frames = currentFrames();
  if (!frames) return { frames };
  const doubt = doubtIn(frames);
  const late = frames.scope.closed || frames.effect?.closed === true ? ({ late: true } as const) : {};
  return { frames, ...late, ...(doubt === undefined ? {} : { doubt }) };
}

const performed = new WeakMap<Call, Set<string>>();

/**
 * Whether an SDK has made this very write in the same call of its method before: its own retries are one attempt each,
 * so that they come on top of ours and do not multiply them.
 */
export function isRepeat(call: Call | undefined, write: string): boolean {
  if (!call) return false;
  const writes = performed.get(call);
  if (writes?.has(write) === true) return true;
  if (writes) writes.add(write);
  else performed.set(call, new Set([write]));
  return false;
}

/** Why what runs in these frames may be another's. */
function doubtIn({ scope, effect }: Frames): Call['doubt'] {
  // The stack is read only where there is somebody whose call it could be.
  const waits = anotherWaits(scope, effect);
  if (waits === undefined) return undefined;
  const lineage = lineageOf(effect ?? scope);
  if (lineage.kind === 'own') return undefined;
  const { queue, led } = lineage;
  return { waits, ...(queue === undefined ? {} : { queue }), ...(led ? { led } : {}) };
}

/**
 * Refuses to open something in a scope whose context a queue may have handed to another task: one that is known, or one
 * of the program's own. An installed package that is no queue is none: frameworks call tools from their event loops, in
 * the right context, and so do the streams that a scope has returned.
 */
export function refuseBorrowedScope(scope: ScopeFrame, what: string): void {
  const frames = currentFrames();
  // The effect that it is opened in waits for just this.
  const doubt = doubtIn(frames?.scope === scope ? frames : { scope });
  if (!doubt) return;
  if (doubt.queue !== undefined || (doubt.led !== true && scope.returned !== true)) throw foreign(what, scope, doubt);
}

/** The error for a call that was met in the context of another one. */
export function foreign(what: string, { scope }: ScopeFrame, { queue }: { readonly queue?: string }): OncelyError {
  const by = queue === undefined ? 'a queue, limiter or batcher' : `the queue ${queue}`;
  return new OncelyError('foreign_context', {
    message: `${what} was started by ${by} in the asynchronous context of "${scope.businessId}" while another scope or effect waits, so it cannot be told whose it is. Nothing was sent.`,
    fix: "name it by its own scope's handle: oncely.scope(s, (flow) => queue.add(() => flow.effect('a-stable-name', () => ...))), or bind the task where it is handed in: queue.add(AsyncResource.bind(() => ...))",
  });
}
