import type { OncelyOptions } from '@oncely/core';

import type { Vendors } from '../plays/with-vendors.ts';
import type { Shop } from '../shop.ts';

type Approvals = NonNullable<OncelyOptions<never>['approvals']>;

/** A write that a person decides before it is sent. */
export interface Story {
  readonly approvals: Approvals;
  readonly limits?: NonNullable<OncelyOptions<never>['limits']>;
  /** Who says yes, in this order. */
  readonly approvers: readonly string[];
  /** Who tries to, and may not. */
  readonly outsiders: readonly string[];
  readonly write: (shop: Shop) => Promise<unknown>;
  /** What the limit leaves no room for once `write` was done; absent: `write` itself, again. */
  readonly beyond?: (shop: Shop) => Promise<unknown>;
  /** How often it was done, counted at the vendor. */
  readonly done: (vendors: Vendors) => number;
  /** The last approver's process is killed after its word is stored, before anything is sent. */
  readonly killed?: boolean;
}

const groups: Readonly<Record<string, readonly string[]>> = {
  ann: ['finance'],
  bob: ['finance'],
  cleo: ['support'],
  dan: ['finance'],
};

/** Dan asks for everything here, so he decides nothing of it. */
export const requester = 'dan';

export const mayDecide: NonNullable<Approvals['mayDecide']> = ({ by }) => {
  const own = groups[by];
  return own === undefined ? false : { as: by, groups: own };
};
