import { defineOperation, type Operation } from '@oncely/core';

/** What the tracker can be asked to change. `landingBoundMs`: until a request on its way shows, or never will. */
export function operations(landingBoundMs: number): { readonly create: Operation; readonly close: Operation } {
  return {
    // The tracker knows no idempotency key, but lists issues by a reference of ours: a doubt is looked up.
    create: defineOperation({
      name: 'tracker.issues.create',
      safety: { kind: 'probed' },
      landingBoundMs,
      material: ['project'],
      wording: ['title', 'body'],
    }),
    // Closing twice leaves the same state: a doubt is read back, and closed again where it is open.
    close: defineOperation({
      name: 'tracker.issues.close',
      safety: { kind: 'natural' },
      landingBoundMs,
      material: ['issue'],
    }),
  };
}
