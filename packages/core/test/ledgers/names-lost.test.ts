import { onTestFinished, describe, expect, it } from 'vitest';

import { madeAt } from '../../src/ledger-identity.ts';
import { clientOf, ledgerOn, privateRedis } from './redis-server.ts';
import { kinds, startAgent, type TrueVendor } from './true-vendor.ts';

/** What each kind comes to, when it is met again after everything that the ledger knew of it is gone. */
const outcomes = {
  keyed: 'stopped',
  constrained: 'stopped',
  natural: 'natural_2',
  probed: 'stopped',
  unverifiable: 'stopped',
} as const;

describe('a ledger that lost everything, and its key with it', () => {
  const agents = (...[vendor, ledger, lease]: Parameters<typeof startAgent>): ReturnType<typeof startAgent> => {
    const agent = startAgent(vendor, ledger, lease);
    onTestFinished(() => agent.oncely.close());
    return agent;
  };

  it('C16: sends nothing again because a look under another name found nothing: a person looks', async () => {
    const server = await privateRedis();
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const first = agents(vendor, ledgerOn(clientOf(server)).ledger);
    for (const kind of kinds) expect(await first.act(kind, 'invoice_1')).toBe(`${kind}_${kinds.indexOf(kind)}`);
    await server.command('FLUSHALL');

    // Processes that remember nothing of it, and one word of a person.
    const { ledger } = ledgerOn(clientOf(server));
    const { at } = await ledger.open();
    await ledger.markSuspect(at - 60_000);
    const second = agents(vendor, ledger, 300);
    const after: Record<string, string> = {};
    for (const kind of kinds) after[kind] = (await second.act(kind, 'invoice_1')).replace(/^natural_\d$/, 'natural_2');
    expect(after).toEqual(outcomes);
    // Setting the same state again is no second effect.
    expect(vendor.effects.filter(({ kind }) => kind !== 'natural')).toHaveLength(4);
    const stopped = await second.oncely.effects.get('invoice_1:probed:write');
    expect(stopped?.stopped).toContain('under a key that the ledger has lost');
  });

  it('C16: goes on where the names are of a key of the caller’s', async () => {
    const fingerprintKey = new Uint8Array(32).fill(7);
    const server = await privateRedis();
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const keyed = (ledger: ReturnType<typeof ledgerOn>['ledger']): ReturnType<typeof startAgent> =>
      startAgent(vendor, ledger, 300, { fingerprintKey });
    expect(await keyed(ledgerOn(clientOf(server)).ledger).act('probed', 'invoice_1')).toBe('probed_0');
    await server.command('FLUSHALL');
    const { ledger } = ledgerOn(clientOf(server));
    await ledger.markSuspect((await ledger.open()).at - 60_000);
    const again = keyed(ledger);
    expect(await again.act('probed', 'invoice_1')).toBe('probed_0');
    expect(await again.act('probed', 'invoice_2')).toBe('probed_1');
    expect(vendor.effects).toHaveLength(2);
  });

  it('C16: is put back by a process that remembers the key, and then looks settle what was lost', async () => {
    const server = await privateRedis();
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const { ledger } = ledgerOn(clientOf(server));
    const agent = agents(vendor, ledger, 300);
    for (const kind of ['keyed', 'constrained', 'probed'] as const) await agent.act(kind, 'invoice_1');
    const before = await ledger.open();
    await server.command('FLUSHALL');
    for (const kind of ['keyed', 'constrained', 'probed'] as const) {
      expect(await agent.act(kind, 'invoice_1')).toMatch(new RegExp(`^${kind}_`));
    }
    expect(await agent.act('probed', 'invoice_2')).toBe('probed_3');
    expect(vendor.effects).toHaveLength(4);
    expect(await ledger.open()).toMatchObject({ id: before.id, suspectSince: madeAt(before.id) });
  });
});
