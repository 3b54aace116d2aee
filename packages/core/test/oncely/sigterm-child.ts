import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import { desk, openShop } from './vendor.ts';

// One effect is sent and waits for its answer, one is claimed and not sent yet, when SIGTERM comes.
const lateIsOver = Promise.withResolvers<void>();
const shop = openShop(sqliteLedger(process.argv[2] as string));
shop.vendor.script.push(async (commit) => {
  process.send?.('sent');
  await lateIsOver.promise;
  return commit();
});
const oncely = shop.start({ drainOnSigterm: true });
const write = (businessId: string): Promise<unknown> =>
  oncely
    .scope({ ...desk, businessId }, () => oncely.effect('refund', () => oncely.clients.shop.write('refund', {})))
    .then((result) => process.send?.({ businessId, result }))
    .catch((error: { code?: string }) => process.send?.({ businessId, code: error.code }));
void write('sent');
process.once('message', () => {
  // The claim is on its way when the signal arrives.
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => void write('late').then(() => lateIsOver.resolve()), 20);
});
setTimeout(() => undefined, 60_000);
