import { createHmac, randomBytes } from 'node:crypto';

import type { ScopeFrame } from '../scope.ts';
import type { Source } from './rule.ts';

/** What is known in one case of where values came from. It is kept in memory, as digests, and dies with the scope. */
export interface Traced {
  readonly from: Map<string, Set<Source>>;
  /** What writes have sent that came from nowhere: the vendor only repeats it. */
  readonly sent: Set<string>;
}

/** Of this process alone, so that nothing can be looked up by a digest. */
const key = randomBytes(32);

/** Beyond so many the oldest is forgotten, and must be read again. */
const mostDigests = 50_000;

/** The deepest that a value is looked into, as JSON nests. */
const deepest = 64;

/** What a scope knows; one that was opened within a scope of the same case knows what that one does. */
export function tracedIn(frame: ScopeFrame): Traced {
  const { outer, scope } = frame;
  const isSame = outer?.scope.businessId === scope.businessId && outer.scope.tenant === scope.tenant;
  return (frame.traced ??= isSame ? tracedIn(outer) : { from: new Map(), sent: new Set() });
}

/** Notes that a source said these values. What a write put there before says nothing when the vendor repeats it. */
export function note({ from, sent }: Traced, source: Source, value: unknown, except?: ReadonlySet<string>): void {
  for (const digest of digestsOf(value)) {
    const isEcho = (source === 'read' || source === 'effect') && (sent.has(digest) || except?.has(digest) === true);
    if (isEcho) continue;
    const known = from.get(digest) ?? new Set();
    // The latest is last.
    from.delete(digest);
    from.set(digest, known.add(source));
    bound(from);
  }
}

/** Notes what a write has sent, so that it cannot be read back as the vendor's word. */
export function noteSent({ from, sent }: Traced, digests: ReadonlySet<string>): void {
  for (const digest of digests) {
    if (!from.has(digest)) sent.add(digest);
  }
  bound(sent);
}

/** The digests of all texts and numbers in a value. */
export function digestsOf(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (each: unknown, depth: number): void => {
    if (typeof each === 'object' && each !== null) {
      if (depth > 0) for (const inner of Object.values(each)) look(inner, depth - 1);
      return;
    }
    const digest = digestOf(each);
    if (digest !== undefined) found.add(digest);
  };
  look(value, deepest);
  return found;
}

/**
 * The digest of a text or number; `undefined` for what says too little to come from anywhere. A number is the text that
 * forms send for it, `1000` and never `1000.0`; texts are compared letter by letter.
 */
export function digestOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return createHmac('sha256', key).update(String(value)).digest('base64').slice(0, 24);
}

/** All that is in a value, lists and objects gone through. */
export function leavesOf(value: unknown): readonly unknown[] {
  const look = (each: unknown, depth: number): readonly unknown[] => {
    if (typeof each !== 'object' || each === null) return each === undefined || each === null ? [] : [each];
    // Too deep to be looked at: it has come from nowhere.
    return depth === 0 ? [true] : Object.values(each).flatMap((inner) => look(inner, depth - 1));
  };
  return look(value, deepest);
}

function bound(held: Map<string, unknown> | Set<string>): void {
  for (const digest of held.keys()) {
    if (held.size <= mostDigests) return;
    held.delete(digest);
  }
}
