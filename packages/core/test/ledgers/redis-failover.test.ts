import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { slotOf } from '../../src/contract.ts';
import { findRedis } from '@oncely/testing/servers/binaries';
import { sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { claimOf, clientOf, cutReplication, ledgerOn, privateRedis, privateReplica, promote } from './redis-server.ts';
import { kinds, startAgent, type Kind, type TrueVendor } from './true-vendor.ts';

function slot(kind: Kind, businessId: string): string {
  return slotOf({ businessId, workflowId: kind, stepId: 'write', logicVersion: 1 });
}

/** A ledger on a master whose replica gets nothing more, and that is then lost with all it acknowledged since. */
async function failover() {
  const master = await privateRedis();
  const replica = await privateReplica(master);
  const client = clientOf(master);
  return {
    client,
    ledger: ledgerOn(client).ledger,
    replicationEnds: () => cutReplication(master, replica),
    masterIsLost: async () => {
      await master.kill('SIGKILL');
      await promote(replica, [client]);
    },
    /** As another process that starts after it all. */
    ledgerAfter: () => ledgerOn(clientOf(replica)).ledger,
  };
}

describe('I1: a failover that loses acknowledged claims doubles nothing', { timeout: 60_000 }, () => {
  // By class, what the agent that is run again is told. `stopped`: a person decides.
  const ends: Readonly<Record<Kind, string>> = {
    keyed: 'keyed_0',
    constrained: 'constrained_0',
    natural: 'natural_0',
    probed: 'probed_0',
    unverifiable: 'stopped',
  };

  it.each(kinds)('of a %s effect that had happened and was settled', async (kind) => {
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const { ledger, replicationEnds, masterIsLost, ledgerAfter } = await failover();
    const agent = startAgent(vendor, ledger);
    await ledger.open();
    await replicationEnds();
    expect(await agent.act(kind, 'invoice_1')).toBe(`${kind}_0`);
    await masterIsLost();
    expect((await ledger.read(slot(kind, 'invoice_1'))).row).toBeUndefined();

    // The same process, and one that starts afterwards, at once.
    const [again, restarted] = await Promise.all([
      agent.act(kind, 'invoice_1'),
      startAgent(vendor, ledgerAfter()).act(kind, 'invoice_1'),
    ]);
    expect([again, restarted]).toEqual([ends[kind], ends[kind]]);
    expect(vendor.effects).toHaveLength(1);
    expect(vendor.requests).toBe(kind === 'keyed' ? 2 : 1);
  });

  it.each(kinds)('of a %s effect whose holder died before it sent', async (kind) => {
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const { ledger, replicationEnds, masterIsLost, ledgerAfter } = await failover();
    const { epoch } = await ledger.open();
    await replicationEnds();
    expect((await ledger.write(claimOf(slot(kind, 'invoice_1'), epoch))).kind).toBe('written');
    await masterIsLost();
    expect(await startAgent(vendor, ledgerAfter()).act(kind, 'invoice_1')).toBe(ends[kind]);
    expect(vendor.effects).toHaveLength(kind === 'unverifiable' ? 0 : 1);
  });

  it.each(kinds)('of a %s effect that is under way meanwhile: its holder writes back what it knows', async (kind) => {
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const { ledger, replicationEnds, masterIsLost, ledgerAfter } = await failover();
    await ledger.open();
    await replicationEnds();
    let failed = false;
    // The claim is acknowledged and lost before the effect is made.
    const losing = {
      ...ledger,
      write: async (command: Parameters<typeof ledger.write>[0]) => {
        const answer = await ledger.write(command);
        if (!failed && answer.kind === 'written') {
          failed = true;
          await masterIsLost();
        }
        return answer;
      },
    };
    // It can still send when the new master is there.
    const agent = startAgent(vendor, losing, 60_000);
    expect(await agent.act(kind, 'invoice_1')).toBe(`${kind}_0`);
    expect(vendor.effects).toHaveLength(1);
    // A report needs no permission, so what happened is known, unverifiable or not.
    expect(await startAgent(vendor, ledgerAfter()).act(kind, 'invoice_1')).toBe(`${kind}_0`);
    expect(vendor.effects).toHaveLength(1);
  });

  it('and what is new is made once the doubt is lifted, or looked up as long as it is not', async () => {
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const { ledger, replicationEnds, masterIsLost } = await failover();
    const agent = startAgent(vendor, ledger);
    await ledger.open();
    await replicationEnds();
    await masterIsLost();
    expect(await agent.act('probed', 'invoice_2')).toBe('probed_0');
    expect(await agent.act('unverifiable', 'invoice_2')).toBe('stopped');
    await agent.oncely.suspect(undefined);
    expect(await agent.act('unverifiable', 'invoice_3')).toBe('unverifiable_1');
    // A doubt of before needs its own answer.
    expect(await agent.act('unverifiable', 'invoice_2')).toBe('stopped');
  });
});

describe('a Redis ledger behind Sentinel', { timeout: 90_000 }, () => {
  it('follows to the new master, and marks itself', async () => {
    await sharedRedisUrl(); // installs what is missing
    const folder = mkdtempSync(join(tmpdir(), 'oncely-sentinel-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // The program is a sentinel by its name.
    const binary = join(folder, 'redis-sentinel');
    symlinkSync(await findRedis(), binary);
    const master = await privateRedis();
    await privateReplica(master);
    const sentinel = await privateRedis({
      binary,
      settings: {
        'sentinel monitor': `desk 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds': 'desk 500',
        'sentinel failover-timeout': 'desk 5000',
      },
    });
    while (!String(await sentinel.command('SENTINEL', 'REPLICAS', 'desk')).includes('slave')) await sleep(50);
    const client = new Redis({
      sentinels: [{ host: sentinel.host, port: sentinel.port }],
      name: 'desk',
      sentinelRetryStrategy: () => 50,
      retryStrategy: () => 50,
    });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    const { ledger } = ledgerOn(client, { commandTimeoutMs: 1_000 });
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const agent = startAgent(vendor, ledger);
    expect(await agent.act('keyed', 'invoice_1')).toBe('keyed_0');
    const { epoch } = await ledger.open();
    await master.kill('SIGKILL');
    let ended = 'ledger_unavailable';
    while (ended === 'ledger_unavailable') ended = await agent.act('keyed', 'invoice_2');
    expect(ended).toBe('keyed_1');
    expect(await ledger.open()).toMatchObject({ epoch: epoch + 1, suspectSince: expect.any(Number) });
    expect(vendor.effects).toHaveLength(2);
  });
});
