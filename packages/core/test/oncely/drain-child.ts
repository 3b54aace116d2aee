import { desk, openShop } from './vendor.ts';

// Told when to be terminated by 'ready', and what became of it by the messages after it.
const kind = process.argv[2];
const write = (oncely: ReturnType<ReturnType<typeof openShop>['start']>): Promise<unknown> =>
  oncely.scope(desk, () => oncely.effect('refund', () => oncely.clients.shop.write('refund', {})));

const idle = openShop().start({ drainOnSigterm: true });
await write(idle);
if (kind === 'busy') {
  const shop = openShop();
  shop.vendor.script.push(async (commit) => {
    process.send?.('ready');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return commit();
  });
  await write(shop.start({ drainOnSigterm: true }));
  process.send?.('settled');
} else {
  process.once('SIGTERM', () => {
    setTimeout(() => process.send?.('shut down', () => process.exit(0)), 200);
  });
  process.send?.('ready');
}
setTimeout(() => undefined, 10_000);
