/** The places between which a process can die; @oncely/testing kills at each. */
export type CrashPoint = 'before_claim' | 'after_claim' | 'before_send' | 'after_check' | 'answer_received' | 'settled';

/**
 * Tells a test harness in this process where the runner is. Not part of the public surface: without a harness, which
 * sets a function on this global symbol, it does nothing.
 */
export function crashPoint(point: CrashPoint, slot: string): void {
  (globalThis as Record<symbol, unknown> & { [hook]?: (point: CrashPoint, slot: string) => void })[hook]?.(point, slot);
}

const hook: unique symbol = Symbol.for('@oncely/core/crash-point') as never;
