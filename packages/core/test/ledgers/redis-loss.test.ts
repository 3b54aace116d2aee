import { copyFileSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Ledger } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import {
  claimOf,
  clientOf,
  cutReplication,
  failure,
  ledgerOn,
  privateRedis,
  privateReplica,
  promote,
} from './redis-server.ts';
import { madeAt } from '../../src/ledger-identity.ts';

type WriteAnswer = Awaited<ReturnType<Ledger['write']>>;

function infoOf(answer: WriteAnswer): { readonly epoch: number; readonly suspectSince?: number } {
  if (answer.kind !== 'epoch') throw new Error(`answered ${answer.kind}`);
  return answer.info;
}

function atOf(answer: WriteAnswer): number {
  expect(answer.kind).toBe('written');
  return answer.at;
}

describe('a Redis ledger marks itself', () => {
  it('after a failover, since the last write that is left, and by that once for all processes', async () => {
    const master = await privateRedis();
    const replica = await privateReplica(master);
    const clients = [clientOf(master), clientOf(master)] as const;
    const { ledger } = ledgerOn(clients[0]);
    const { ledger: another } = ledgerOn(clients[1]);
    const { epoch, id } = await ledger.open();
    await another.open();
    const kept = atOf(await ledger.write(claimOf('desk:kept', epoch)));
    await cutReplication(master, replica);
    atOf(await ledger.write(claimOf('desk:lost', epoch)));
    await master.kill('SIGKILL');
    await promote(replica, clients);

    // Unguarded: what a holder reports is taken, and takes nothing away from the mark.
    atOf(await another.write({ ...claimOf('desk:report', epoch), guard: undefined } as never));
    const told = infoOf(await ledger.write(claimOf('desk:lost', epoch)));
    expect(told).toMatchObject({ id, epoch: epoch + 1, suspectSince: kept });
    expect(infoOf(await another.write(claimOf('desk:lost', epoch)))).toMatchObject({
      epoch: epoch + 1,
      suspectSince: kept,
    });
    expect((await another.read('desk:lost')).row).toBeUndefined();
    atOf(await another.write(claimOf('desk:lost', told.epoch)));
    // What is recorded is found as ever.
    expect((await ledger.write(claimOf('desk:kept', epoch))).kind).toBe('conflict');
    expect(await ledger.open()).toMatchObject({ epoch: epoch + 1, suspectSince: kept });
    expect(await ledger.markSuspect(undefined)).toMatchObject({ epoch: epoch + 2 });
    const lifted = infoOf(await another.write(claimOf('desk:more', told.epoch)));
    expect(lifted).not.toHaveProperty('suspectSince');
    atOf(await another.write(claimOf('desk:more', lifted.epoch)));
  });

  it('after a failover that nobody was there to see', async () => {
    const master = await privateRedis();
    const replica = await privateReplica(master);
    const { ledger } = ledgerOn(clientOf(master));
    const { epoch } = await ledger.open();
    const kept = atOf(await ledger.write(claimOf('desk:kept', epoch)));
    await cutReplication(master, replica);
    await master.kill('SIGKILL');
    await promote(replica);
    const { ledger: fresh } = ledgerOn(clientOf(replica));
    expect(await fresh.open()).toMatchObject({ epoch: epoch + 1, suspectSince: kept });
  });

  it('after a restart of a server that syncs once a second', async () => {
    const server = await privateRedis({ settings: { appendfsync: 'everysec' } });
    const { ledger } = ledgerOn(clientOf(server));
    const { epoch } = await ledger.open();
    const kept = atOf(await ledger.write(claimOf('desk:a', epoch)));
    await server.kill('SIGKILL');
    await server.restart();
    expect(infoOf(await ledger.write(claimOf('desk:b', epoch)))).toMatchObject({
      epoch: epoch + 1,
      suspectSince: kept,
    });
  });

  it('and not after restarts of a server that syncs each write, each time anew', async () => {
    const server = await privateRedis();
    const { ledger } = ledgerOn(clientOf(server));
    const { epoch } = await ledger.open();
    for (const round of [1, 2, 3]) {
      const acknowledged = Array.from({ length: 20 }, (_, index) => `desk:${round}-${index}`);
      for (const slot of acknowledged) atOf(await ledger.write(claimOf(slot, epoch)));
      await server.kill('SIGKILL');
      await server.restart();
      for (const slot of acknowledged) expect((await ledger.read(slot)).row?.revision).toBe(1);
      atOf(await ledger.write(claimOf(`desk:after ${round}`, epoch)));
      // Somebody has looked at the server as it is now.
      expect(await ledger.open()).not.toHaveProperty('suspectSince');
    }
  });

  it('after a restart of a server that syncs each write, if a replica may have come back in its place', async () => {
    const master = await privateRedis();
    const replica = await privateReplica(master);
    const { ledger } = ledgerOn(clientOf(master));
    const { epoch } = await ledger.open();
    const kept = atOf(await ledger.write(claimOf('desk:kept', epoch)));
    await cutReplication(master, replica);
    atOf(await ledger.write(claimOf('desk:lost', epoch)));
    await master.kill('SIGKILL');
    await promote(replica);
    // Restarted it has forgotten that it ever was a replica.
    await replica.command('CONFIG', 'REWRITE');
    await replica.restart();
    expect(String(await replica.command('INFO', 'replication'))).toMatch(/master_replid2:0+\s/);
    expect(await ledgerOn(clientOf(replica)).ledger.open()).toMatchObject({ suspectSince: kept });
  });

  it('after everything was deleted: with its id and key as they were, and all that is absent in doubt', async () => {
    const server = await privateRedis();
    const { ledger } = ledgerOn(clientOf(server));
    const { ledger: another } = ledgerOn(clientOf(server));
    const before = await ledger.open();
    await another.open();
    atOf(await ledger.write(claimOf('desk:lost', before.epoch)));
    await server.command('FLUSHALL');
    const answers = await Promise.all([ledger, another].map((each) => each.write(claimOf('desk:lost', before.epoch))));
    for (const answer of answers) {
      expect(infoOf(answer)).toMatchObject({ id: before.id, key: before.key, suspectSince: madeAt(before.id) });
      expect(infoOf(answer).epoch).toBeGreaterThan(before.epoch);
    }
    const { epoch } = await another.open();
    atOf(await ledger.write(claimOf('desk:lost', epoch)));
    expect((await another.open()).epoch).toBe(epoch);
  });

  it('after everything was deleted and another process made a new ledger there, which is told too', async () => {
    const server = await privateRedis();
    const { ledger } = ledgerOn(clientOf(server));
    const { epoch } = await ledger.open();
    atOf(await ledger.write(claimOf('desk:lost', epoch)));
    await server.command('FLUSHALL');
    const { ledger: stranger } = ledgerOn(clientOf(server));
    const made = await stranger.open();
    expect(made.suspectSince).toBeUndefined();
    for (const round of [1, 2]) {
      const error = await failure(ledger.write(claimOf(`desk:${round}`, epoch)));
      expect([error.code, error.message]).toEqual([
        'ledger_unusable',
        expect.stringContaining('fix: restart this process'),
      ]);
    }
    const told = infoOf(await stranger.write(claimOf('desk:lost', made.epoch)));
    expect(told).toMatchObject({ id: made.id, epoch: made.epoch + 1, suspectSince: 0 });
  });

  it.each(['it was marked since', 'it was written since'])('after a backup was restored, where %s', async (since) => {
    const server = await privateRedis();
    const { ledger } = ledgerOn(clientOf(server));
    let { epoch } = await ledger.open();
    const kept = atOf(await ledger.write(claimOf('desk:kept', epoch)));
    const data = join(server.dataDirectory, 'appendonlydir');
    const backup = join(server.dataDirectory, 'backup');
    cpSync(data, backup, { recursive: true });
    if (since.includes('marked')) {
      await ledger.markSuspect(kept + 1);
      ({ epoch } = await ledger.markSuspect(undefined));
    } else {
      atOf(await ledger.write(claimOf('desk:lost', epoch)));
    }
    await server.kill('SIGKILL');
    rmSync(data, { recursive: true });
    cpSync(backup, data, { recursive: true });
    for (const file of readdirSync(backup)) copyFileSync(join(backup, file), join(data, file));
    await server.restart();
    const told = infoOf(await ledger.write(claimOf('desk:lost', epoch)));
    expect(told.suspectSince).toBe(kept);
    expect(told.epoch).toBeGreaterThan(epoch);
    atOf(await ledger.write(claimOf('desk:lost', told.epoch)));
  });

  it('and takes no claim on a promoted server that keeps no log, while it still takes reports', async () => {
    const master = await privateRedis();
    const replica = await privateReplica(master, { settings: { appendonly: 'no' } });
    const client = clientOf(master);
    const { ledger } = ledgerOn(client);
    const { epoch } = await ledger.open();
    atOf(await ledger.write(claimOf('desk:a', epoch)));
    await cutReplication(master, replica);
    await master.kill('SIGKILL');
    await promote(replica, [client]);
    const told = infoOf(await ledger.write(claimOf('desk:b', epoch)));
    const { guard: _guard, ...report } = claimOf('desk:a', epoch, { expect: 1 });
    atOf(await ledger.write(report));
    const refusals = async () => failure(ledger.write(claimOf('desk:b', told.epoch)));
    expect((await refusals()).message).toMatch(/keeps no log of its writes/);
    atOf(await ledger.write({ ...report, expect: 2 }));
  });
});
