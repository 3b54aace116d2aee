/** A process that stores a person's word and is killed by the system before it sends anything. */
import type { Ledger } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import { openShop, type VendorsAt } from '../shop.ts';
import { stories } from './all-stories.ts';

export interface Approval {
  readonly name: string;
  readonly file: string;
  readonly at: VendorsAt;
  readonly slot: string;
  readonly by: string;
  readonly fingerprint: string;
}

const given = process.argv[2];
if (given !== undefined && import.meta.main) {
  const { name, file, at, slot, by, fingerprint } = JSON.parse(given) as Approval;
  const story = stories[name];
  if (story === undefined) throw new Error(`no story is named ${name}`);
  const ledger = sqliteLedger(file);
  const mortal: Ledger = {
    ...ledger,
    write: async (command) => {
      const answer = await ledger.write(command);
      process.kill(process.pid, 'SIGKILL');
      return answer;
    },
  };
  const { approvals, limits = [] } = story;
  const shop = openShop({ ledger: mortal, at, approvals, limits, landingBoundMs: 0 });
  await shop.oncely.effects.approve(slot, { by, fingerprint, perform: true });
}
