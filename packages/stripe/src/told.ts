import type { Adapter } from '@oncely/core';

import { canonicalName, operationNames } from './operation-names.ts';
import { pathIds, sayWrite } from './saying.ts';

/** What policies and people are told of Stripe's writes. */
export const told: Required<Pick<Adapter, 'operations' | 'say'>> = {
  operations: { names: operationNames, canonical: canonicalName, pathIds },
  say: sayWrite,
};
