import { hostname } from 'node:os';

/** Under which name this process holds its attempts; for people to read. */
export const holderName: string = `${hostname()}:${process.pid}`;

// On a registered symbol, so that all instances, of every copy of this package, know what this process has in hand.
const key = Symbol.for('@oncely/core/in-hand');
const shared = globalThis as unknown as Record<symbol, Set<string> | undefined>;

/** The tokens of the attempts that this process is at now. */
export const inHand: Set<string> = (shared[key] ??= new Set());
