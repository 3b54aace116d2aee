/** A process of the engine: what `npm run durable-step` kills. It takes up what others left, and begins workflows. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { Pool } from 'pg';

import { refundWorkflow } from '../durable-step.ts';
import { openShop, type VendorsAt } from '../shop.ts';

const { url, at, workflowIds } = JSON.parse(process.argv[2] ?? '') as {
  readonly url: string;
  readonly at: VendorsAt;
  readonly workflowIds: readonly string[];
};

// The ledger is in the engine's own Postgres.
const ledger = postgresLedger(new Pool({ connectionString: url }));
const workflow = refundWorkflow(openShop({ ledger, at, leaseMs: 1_000, landingBoundMs: 0 }));
DBOS.setConfig({ name: 'refund-desk', systemDatabaseUrl: url, applicationVersion: '1', logLevel: 'error' });
await DBOS.launch();
for (const workflowID of workflowIds) {
  // What an earlier process left behind was taken up by `launch`.
  const known = await DBOS.getWorkflowStatus(workflowID);
  const handle = known
    ? DBOS.retrieveWorkflow<string>(workflowID)
    : await DBOS.startWorkflow(workflow, { workflowID })({ order: 'order_7', charge: 'ch_1', amount: 10_00 });
  process.send?.(await handle.getResult());
}
await DBOS.shutdown();
process.exit();
