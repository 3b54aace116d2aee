import { startRedisCluster } from '@oncely/testing/servers/redis-cluster';
import { Cluster } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { redisLedger } from '../../src/ledgers/redis.ts';
import { claimOf, persistently } from './redis-server.ts';
import { madeAt } from '../../src/ledger-identity.ts';

async function privateCluster(appendfsync: string) {
  const cluster = await startRedisCluster({ settings: { appendfsync } });
  onTestFinished(() => cluster.stop());
  const client = new Cluster(
    cluster.nodes.map(({ host, port }) => ({ host, port })),
    { clusterRetryStrategy: () => 50 },
  );
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  const make = () => redisLedger(client, { onWarning: () => undefined });
  return { nodes: cluster.nodes, client, make };
}

const slots = Array.from({ length: 40 }, (_, index) => `invoice_${index}:desk:refund`);

describe('a Redis ledger in a cluster', { timeout: 90_000 }, () => {
  it('that lost what one node had not synced marks itself as a whole, by one epoch', async () => {
    const { nodes, make } = await privateCluster('everysec');
    const [ledger, another] = [make(), make()];
    const { epoch } = await ledger.open();
    await another.open();
    const written = await Promise.all(slots.map((slot) => ledger.write(claimOf(slot, epoch))));
    expect(new Set(written.map(({ kind }) => kind))).toEqual(new Set(['written']));
    const first = Math.min(...written.map(({ at }) => at));
    await nodes[1]!.kill('SIGKILL');
    await nodes[1]!.restart();

    const claims = (which: typeof ledger, of: number) =>
      Promise.all(slots.map((slot) => persistently(which, claimOf(`${slot}-2`, of))));
    // Buckets of the other nodes lost nothing, and let claims pass until they are told.
    expect((await claims(ledger, epoch)).map(({ kind }) => kind)).toContain('epoch');
    const told = await another.open();
    expect(told.epoch).toBeGreaterThan(epoch);
    expect(told.suspectSince).toBeGreaterThan(0);
    expect(told.suspectSince).toBeLessThanOrEqual(Math.max(...written.map(({ at }) => at)));
    expect(told.suspectSince).toBeGreaterThanOrEqual(first - 60_000);
    for (const answer of await Promise.all(slots.map((slot) => another.write(claimOf(`${slot}-3`, epoch))))) {
      expect(answer).toMatchObject({ kind: 'epoch', info: { epoch: told.epoch, suspectSince: told.suspectSince } });
    }
    for (const answer of await claims(another, told.epoch)) expect(['written', 'conflict']).toContain(answer.kind);
    expect((await ledger.open()).epoch).toBe(told.epoch);
  });

  it('that lost one node with all of its data is in doubt about everything, and keeps its id and key', async () => {
    const { nodes, make } = await privateCluster('always');
    const ledger = make();
    const before = await ledger.open();
    await nodes[0]!.command('FLUSHALL');
    // To a process that knew nothing of it the other nodes say so.
    const told = await make().open();
    expect(told).toMatchObject({ id: before.id, key: before.key, suspectSince: madeAt(before.id) });
    await nodes[2]!.command('FLUSHALL');
    const answers = await Promise.all(slots.map((slot) => ledger.write(claimOf(slot, told.epoch))));
    for (const answer of answers) if (answer.kind === 'epoch') expect(answer.info.suspectSince).toBe(madeAt(before.id));
    expect(answers.map(({ kind }) => kind)).toContain('epoch');
    const { epoch } = await ledger.open();
    expect(epoch).toBeGreaterThan(told.epoch);
    await Promise.all(nodes.map((node) => node.command('FLUSHALL')));
    expect(await ledger.write(claimOf('desk:a', epoch))).toMatchObject({
      kind: 'epoch',
      info: { id: before.id, key: before.key, suspectSince: madeAt(before.id) },
    });
  });
});
