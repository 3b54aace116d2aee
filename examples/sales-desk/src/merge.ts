/** Two contacts of one person are merged by an agent; a person of another desk decides first. */
import { Client } from '@hubspot/api-client';
import { createOncely, type Ledger, type Oncely } from '@oncely/core';
import { oncelyHubspot } from '@oncely/hubspot';

import type { Portal } from './agent.ts';

export interface MergeDesk {
  readonly effects: Pick<Oncely['effects'], 'get' | 'approve' | 'decline'>;
  /** One run of the agent. */
  readonly merge: (winner: string, loser: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const owners: Readonly<Record<string, readonly string[]>> = { ann: ['owners'], bob: ['sales'] };

/** A merge cannot be taken back, so one of the owners of the data decides each. */
export function openMergeDesk({ landingBoundMs = 30_000, ...portal }: Portal, ledger: Ledger): MergeDesk {
  const oncely = createOncely({
    ledger,
    clients: { hubspot: oncelyHubspot((config) => new Client({ ...portal, ...config }), { landingBoundMs }) },
    drainOnSigterm: false,
    approvals: {
      version: 1,
      operations: {
        'hubspot.crm.*.merge': { approvers: [{ group: 'owners', count: 1 }], notBy: 'requester' },
      },
      mayDecide: ({ by }) => (owners[by] ? { as: by, groups: owners[by] } : false),
    },
  });
  const { hubspot } = oncely.clients;
  return {
    effects: oncely.effects,
    merge: (winner, loser) =>
      oncely.scope({ businessId: `contact_${winner}`, workflowId: 'merge', requestedBy: 'agent' }, () =>
        oncely.effect('merge', () =>
          hubspot.crm.contacts.basicApi.merge({ primaryObjectId: winner, objectIdToMerge: loser }),
        ),
      ),
    close: () => oncely.close(),
  };
}
