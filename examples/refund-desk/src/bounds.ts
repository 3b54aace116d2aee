/**
 * How long a claim holds without its holder. The default is a minute; here a killed worker's claims are over soon, so
 * that the demo is.
 */
export const leaseMs = 2_000;

/** The longest that a request already on its way may still land: the fakes' 150 ms (`chaos.ts`), and a busy machine. */
export const bounds = { landingBoundMs: 750 } as const;
