import type { Permit } from '../adapter.ts';

/** Under which an issued permit hears of it: registered, as adapter and runtime may come from two copies of this package. */
export const entrusted: unique symbol = Symbol.for('@oncely/core/entrusted');

/**
 * Says that whatever may send from here on calls `permit.check()` itself, right before the first byte: `exchange`, or a
 * hook of the vendor's SDK. Then an attempt without the check has sent nothing, however it ended.
 */
export function entrust(permit: Permit): void {
  (permit as { readonly [entrusted]?: () => void })[entrusted]?.();
}
