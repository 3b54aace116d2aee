import {
  createOncely,
  defineAdapter,
  defineOperation,
  effectKeyOf,
  type Adapter,
  type Ledger,
  type ProbeAnswer,
  type SafetyClass,
  type Target,
  type Verdict,
} from '@oncely/core';
import { isMarked } from '@oncely/core/adapter';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';

import { desk } from './vendor.ts';

interface Named {
  readonly safety: SafetyClass;
  /** The requests that were sent, as they were. */
  readonly sent: string[];
  readonly looks: Target[];
  readonly verdicts: Verdict[];
  readonly answers: ProbeAnswer[];
}

const vendorOf = (safety: SafetyClass): Named => ({ safety, sent: [], looks: [], verdicts: [], answers: [] });
const done: Verdict = { evidence: 'accepted', vendorId: 'n_1', response: { status: 200, headers: {}, body: '{}' } };
const lost: Verdict = { evidence: 'unknown', reason: 'ECONNRESET' };
const no: Verdict = { evidence: 'rejected', reason: 'bad', response: { status: 400, headers: {}, body: '{}' } };
const keyed = { kind: 'keyed', windowMs: 1_000_000 } as const;

function adapterOf(vendor: Named): Adapter<{ write(input: object): Promise<unknown> }, 'one'> {
  const operation = defineOperation({ name: 'named.write', safety: vendor.safety, landingBoundMs: 0 });
  const send = async (request: string): Promise<Verdict> => {
    vendor.sent.push(request);
    return vendor.verdicts.shift() ?? done;
  };
  return defineAdapter({
    vendor: 'named',
    accounts: 'one',
    connect: (runtime) => ({
      client: {
        write: (input) =>
          runtime.perform({
            operation,
            parameters: input,
            prepare: ({ key, marker }) => JSON.stringify({ key, marker, input }),
            send: (request, permit) => {
              permit.check();
              return send(request);
            },
            passThrough: () => Promise.reject(new Error('not in these tests')),
          }),
      },
      resend: (target, permit) => {
        permit.check();
        return send(target.request);
      },
      rekey: (request, { key }) => JSON.stringify({ ...(JSON.parse(request) as object), key }),
      probe: async (target) => {
        vendor.looks.push(target);
        return vendor.answers.shift() ?? { kind: 'absent' };
      },
      restore: () => Promise.reject(new Error('nothing to read')),
    }),
  });
}

const start = (vendor: Named, ledger: Ledger, options: object = {}): ((input: object) => Promise<unknown>) => {
  const oncely = createOncely({
    drainOnSigterm: false,
    maxAttempts: 1,
    waitMs: 2_000,
    ...options,
    ledger,
    clients: { named: adapterOf(vendor) },
  });
  const { named } = oncely.clients;
  return Object.assign(
    (input: object) =>
      oncely.scope(desk, () => oncely.effect('write', () => named.write(input))).catch((error: unknown) => error),
    { oncely },
  );
};

const slot = 'invoice_1:desk:write';
const unkeyed = (generation = 1): string => {
  const text = effectKeyOf({ ...desk, stepId: 'write', logicVersion: 1 }, generation);
  return `oncely_${createHash('sha256').update(text).digest('hex').slice(0, 48)}`;
};
const names = (request: string | undefined): { key: string; marker: string } =>
  JSON.parse(request ?? '{}') as { key: string; marker: string };

/** What an earlier release stored: unkeyed names, and nothing in the record that says how it is named. */
async function asStoredBefore(ledger: Ledger): Promise<string> {
  const { row } = await ledger.read(slot);
  const record = JSON.parse(row?.doc ?? '') as { attempts: { naming?: string }[]; request: { body: string } };
  const body = JSON.stringify({ ...(JSON.parse(record.request.body) as object), key: unkeyed(), marker: unkeyed() });
  for (const attempt of record.attempts) delete attempt.naming;
  const doc = JSON.stringify({ ...record, request: { kind: 'plain', body } });
  await ledger.write({
    slot,
    expect: row?.revision ?? 0,
    doc,
    index: { state: 'in_doubt', dueAfterMs: 0 },
    events: [],
  });
  return body;
}

it('C13: key and marker cannot be made up by who knows the effect key', async () => {
  const vendor = vendorOf(keyed);
  await start(vendor, memoryLedger(), { fingerprintKey: new Uint8Array(32).fill(1) })({});
  await start(vendor, memoryLedger(), { fingerprintKey: new Uint8Array(32).fill(2) })({});
  const [one, other] = vendor.sent.map(names);
  expect(one?.key).toMatch(/^oncely_[0-9a-f]{48}$/);
  expect(one?.marker).toMatch(/^oncely_[0-9a-f]{48}$/);
  expect([one?.key, one?.marker]).not.toContain(unkeyed());
  expect(one?.key).not.toBe(one?.marker);
  expect(other?.key).not.toBe(one?.key);
  expect(other?.marker).not.toBe(one?.marker);
});

it('C13: what an earlier release named is sent again with the very same bytes and found by its old marker', async () => {
  const vendor = vendorOf(keyed);
  const ledger = memoryLedger();
  vendor.verdicts.push(lost);
  await start(vendor, ledger)({});
  const stored = await asStoredBefore(ledger);
  await start(vendor, ledger)({});
  expect(vendor.sent[1]).toBe(stored);

  const probed = vendorOf({ kind: 'probed' });
  const old = memoryLedger();
  probed.verdicts.push(lost);
  probed.answers.push({ kind: 'unreachable', reason: 'not now' });
  await start(probed, old, { waitMs: 200 })({});
  await asStoredBefore(old);
  probed.looks.length = 0;
  probed.answers.push({ kind: 'found', matches: [{ vendorId: 'old' }] });
  await start(probed, old)({});
  const look = probed.looks[0];
  expect(look && isMarked(look, unkeyed())).toBe(true);
  expect(look?.markers).toEqual([unkeyed()]);
  expect(probed.sent).toHaveLength(1);
});

it('C13: the unkeyed marker of an effect that is named by the ledger is nothing of ours', async () => {
  const vendor = vendorOf({ kind: 'probed' });
  vendor.verdicts.push(lost);
  await start(vendor, memoryLedger())({});
  const look = vendor.looks[0];
  expect(look?.marker).toBe(names(vendor.sent[0]).marker);
  expect(look && isMarked(look, unkeyed())).toBe(false);
});

it('C12: what a generation made that the vendor answered with a no is not under the markers of the next', async () => {
  const vendor = vendorOf({ kind: 'probed' });
  const ledger = memoryLedger();
  vendor.verdicts.push(no, lost);
  await start(vendor, ledger)({ amount: 1 });
  await start(vendor, ledger)({ amount: 2 });
  const [first, second] = vendor.sent.map(names);
  expect(second?.marker).not.toBe(first?.marker);
  expect(vendor.looks.at(-1)).toMatchObject({ generation: 2, marker: second?.marker, markers: [second?.marker] });
});

it('C13: a request that goes out under another key after nothing was found keeps its marker, keyed or not', async () => {
  for (const old of [false, true]) {
    const vendor = vendorOf({ kind: 'keyed', windowMs: 1 });
    const ledger = memoryLedger();
    vendor.verdicts.push(lost, lost);
    const call = start(vendor, ledger, { leaseMs: 1_000 }) as unknown as {
      (input: object): Promise<unknown>;
      oncely: { recover(): Promise<unknown> };
    };
    vendor.answers.push({ kind: 'unreachable', reason: 'not now' });
    await call({});
    if (old) await asStoredBefore(ledger);
    const first = names(old ? JSON.stringify({ key: unkeyed(), marker: unkeyed() }) : vendor.sent[0]);
    for (let round = 0; round < 4 && vendor.sent.length < 2; round += 1) await call.oncely.recover();
    // The one that was lost again is looked for under the marker that is in it.
    expect(vendor.looks.at(-1)).toMatchObject({ generation: 2, marker: first.marker, markers: [first.marker] });
    const second = names(vendor.sent[1]);
    expect(second.marker).toBe(first.marker);
    expect(second.key).not.toBe(first.key);
    expect(second.key).not.toBe(unkeyed(2));
  }
});

it('C20: an adapter that declares keyed and never sends the key is refused before anything is sent', async () => {
  const vendor = vendorOf(keyed);
  const keyless: ReturnType<typeof adapterOf> = {
    ...adapterOf(vendor),
    connect: (runtime, account) =>
      adapterOf(vendor).connect(
        { perform: (write) => runtime.perform({ ...write, prepare: () => JSON.stringify(write.parameters) }) },
        account,
      ),
  };
  const oncely = createOncely({ ledger: memoryLedger(), drainOnSigterm: false, clients: { named: keyless } });
  const told = await oncely
    .scope(desk, () => oncely.effect('write', () => oncely.clients.named.write({})))
    .catch((error: unknown) => error);
  expect(told).toMatchObject({ code: 'invalid_config', message: expect.stringContaining('does not carry the key') });
  expect(vendor.sent).toHaveLength(0);
  expect(await oncely.effects.get(slot)).toBeUndefined();
});

it('C13: nothing is sent or looked up under another fingerprintKey than it was named by', async () => {
  const vendor = vendorOf(keyed);
  const ledger = memoryLedger();
  vendor.verdicts.push(lost);
  await start(vendor, ledger, { fingerprintKey: new Uint8Array(32).fill(1) })({});
  const other = start(vendor, ledger, { fingerprintKey: new Uint8Array(32).fill(2) }) as unknown as {
    oncely: { recover(): Promise<{ open: readonly { reason: string }[] }> };
  };
  const { open } = await other.oncely.recover();
  expect(open[0]?.reason).toContain('another fingerprintKey');
  expect(vendor.sent).toHaveLength(1);
  expect(vendor.looks).toHaveLength(0);
});
