import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import { aesCodec, envelopeCodec, isOncelyError, type Codec, type SealedPlace } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { desk, lost, openShop, type TestOncely } from './oncely/vendor.ts';

const k1 = randomBytes(32);
const k2 = randomBytes(32);
const place: SealedPlace = { slot: 'invoice_1:desk:refund', kind: 'request' };
const plain = 'charge=ch_1 ünï👍\u0000';

/** What opening fails with; never with the text or a key in it. */
async function refusal(codec: Codec, sealed: string, at: SealedPlace = place): Promise<string> {
  const error: unknown = await Promise.resolve()
    .then(() => codec.open(sealed, at))
    .then(
      () => new Error('it opened'),
      (reason: unknown) => reason,
    );
  expect(isOncelyError(error) && error.code).toBe('invalid_config');
  const text = inspect(error, { depth: 9 });
  for (const secret of [plain, 'ch_1', k1.toString('hex'), k1.toString('base64'), k2.toString('hex')]) {
    expect(text).not.toContain(secret);
  }
  return (error as Error).message;
}

describe('aesCodec', () => {
  const codec = aesCodec({ keys: { k1 }, current: 'k1' });

  it('opens what it sealed, and seals the same text never the same', async () => {
    const sealed = [await codec.seal(plain, place), await codec.seal(plain, place)];
    expect(sealed[0]).not.toBe(sealed[1]);
    for (const text of sealed) {
      expect(text).toMatch(/^a1\.k1\.[\w-]+$/);
      expect(await codec.open(text, place)).toBe(plain);
    }
    expect(await codec.open(await codec.seal('', place), place)).toBe('');
  });

  it('binds a text to its record and its use', async () => {
    const sealed = await codec.seal(plain, place);
    expect(await refusal(codec, sealed, { ...place, slot: 'invoice_2:desk:refund' })).toContain('moved');
    expect(await refusal(codec, sealed, { ...place, kind: 'result' })).toContain('moved');
  });

  it('refuses what was changed, cut short, of another key or of nobody, and says which as far as it can know', async () => {
    const sealed = await codec.seal(plain, place);
    for (let at = 'a1.k1.'.length; at < sealed.length; at += 7) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      await refusal(codec, sealed.slice(0, at) + other + sealed.slice(at + 1));
      expect(await refusal(codec, sealed.slice(0, at))).toContain('cut short');
    }
    expect(await refusal(codec, sealed.replace('.k1.', '.k9.'))).toContain('"k9", which is not given');
    expect(await refusal(codec, 'anything')).toContain('not sealed by aesCodec');
    const wrong = aesCodec({ keys: { k1: k2 }, current: 'k1' });
    expect(await refusal(wrong, sealed)).toContain('another one');
    // The name of the key is bound too, so the other key of a ring is never tried on it.
    const both = aesCodec({ keys: { k1, k2: k1 }, current: 'k2' });
    await refusal(both, sealed.replace('.k1.', '.k2.'));
  });

  it('refuses keys that are none', () => {
    expect(() => aesCodec({ keys: { k1: k1.subarray(1) }, current: 'k1' })).toThrow('must be 32 bytes, and is 31');
    expect(() => aesCodec({ keys: { k1 }, current: 'k2' })).toThrow('no key "k2"');
    expect(() => aesCodec({ keys: { 'a.b': k1 }, current: 'a.b' })).toThrow('name of a key');
  });
});

describe('envelopeCodec', () => {
  function service(): {
    calls: { wrap: number; unwrap: number };
    down: boolean;
    codec(held?: number): Codec;
    at: number;
  } {
    const mask = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x5a);
    const kms = {
      calls: { wrap: 0, unwrap: 0 },
      down: false,
      at: 0,
      codec: (dataKeysHeld = 2): Codec =>
        envelopeCodec({
          keyId: 'orders',
          wrap: async (key) => {
            if (kms.down) throw new Error('no service');
            kms.calls.wrap += 1;
            return mask(key);
          },
          unwrap: async (wrapped) => {
            if (kms.down) throw new Error('no service');
            kms.calls.unwrap += 1;
            return mask(wrapped);
          },
          dataKeyForMs: 1_000,
          textsPerDataKey: 3,
          dataKeysHeld,
          now: () => kms.at,
        }),
    };
    return kms;
  }

  it('asks the service once for some texts and some time, and opens in another process', async () => {
    const kms = service();
    const codec = kms.codec();
    const sealed = await Promise.all([1, 2, 3].map(async (n) => codec.seal(`${plain}${n}`, place)));
    expect(kms.calls.wrap).toBe(1);
    sealed.push(await codec.seal(`${plain}4`, place));
    expect(kms.calls.wrap).toBe(2);
    kms.at = 1_000;
    await codec.seal(plain, place);
    expect(kms.calls.wrap).toBe(3);
    const other = kms.codec();
    for (const [index, text] of sealed.entries()) expect(await other.open(text, place)).toBe(`${plain}${index + 1}`);
    expect(kms.calls.unwrap).toBe(2);
    await expect(other.open(sealed[0] ?? '', { ...place, slot: 'x' })).rejects.toThrow('moved');
    kms.at = 2_000;
    await other.open(sealed[0] ?? '', place);
    expect(kms.calls.unwrap).toBe(3);
  });

  it('holds no more data keys than it was told, and no failure of the service', async () => {
    const kms = service();
    const codec = kms.codec(1);
    const [first, , , second] = [
      await codec.seal('1', place),
      await codec.seal('2', place),
      await codec.seal('3', place),
      await codec.seal('4', place),
    ];
    for (const text of [first, second, first]) await codec.open(text ?? '', place);
    expect(kms.calls.unwrap).toBe(3);
    kms.down = true;
    await expect(codec.open(second ?? '', place)).rejects.toThrow('no service');
    kms.at = 5_000;
    await expect(codec.seal('5', place)).rejects.toThrow('no service');
    kms.down = false;
    expect(await codec.open(await codec.seal('5', place), place)).toBe('5');
    expect(await codec.open(second ?? '', place)).toBe('4');
  });
});

describe('oncely.reseal', () => {
  const act = (oncely: TestOncely, businessId: string): Promise<unknown> =>
    oncely.scope({ ...desk, businessId }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('refund', { amount: businessId })),
    );

  it('brings results, open requests and values to the current key in bounded batches; then the old key may go', async () => {
    let now = 1_700_000_000_000;
    const shop = openShop(memoryLedger({ now: () => now }));
    const retention = { tombstoneAfterMs: 1_000 };
    await act(shop.start({ retention }), 'plain');
    const old = shop.start({ retention, codec: aesCodec({ keys: { k1 }, current: 'k1' }), maxAttempts: 1 });
    await act(old, 'sealed');
    await old.scope(desk, () => old.value('date', () => 'Monday'));
    shop.vendor.script.push(lost);
    await act(old, 'doubt').catch(() => undefined);
    now += 900;

    const rotating = shop.start({ retention, codec: aesCodec({ keys: { k1, k2 }, current: 'k2' }) });
    const first = await rotating.reseal({ limit: 1 });
    expect(first).toMatchObject({ examined: 1, resealed: 1 });
    expect(await rotating.reseal({ cursor: first.next ?? '' })).toMatchObject({ examined: 3, resealed: 3, failed: [] });
    const again = await rotating.reseal();
    expect(again).toMatchObject({ examined: 4, resealed: 0, skipped: 0 });
    expect(again.next).toBeUndefined();
    const rows = JSON.stringify((await shop.ledger.list({ limit: 10 })).rows);
    expect(rows).not.toContain('a1.k1.');
    expect(rows.match(/a1\.k2\./g)).toHaveLength(4);

    const fresh = shop.start({ retention, codec: aesCodec({ keys: { k2 }, current: 'k2' }) });
    expect(await act(fresh, 'sealed')).toEqual({ id: 'o_2' });
    expect(await act(fresh, 'plain')).toEqual({ id: 'o_1' });
    expect(await fresh.scope(desk, () => fresh.value('date', () => 'Tuesday'))).toBe('Monday');
    // The sealed request of what was in doubt is resent.
    expect((await fresh.recover()).states).toEqual({ succeeded: 1 });
    // Written anew, it is not kept for longer.
    now += 100;
    expect(await fresh.prune()).toMatchObject({ compacted: 2 });
  });

  it('leaves what cannot be opened, and says so; without a codec it refuses', async () => {
    const shop = openShop();
    await act(shop.start({ codec: aesCodec({ keys: { k1 }, current: 'k1' }) }), 'case');
    const lacking = await shop.start({ codec: aesCodec({ keys: { k2 }, current: 'k2' }) }).reseal();
    expect(lacking).toMatchObject({
      resealed: 0,
      failed: [{ slot: 'case:desk:refund', reason: expect.stringContaining('"k1"') }],
    });
    await expect(shop.start().reseal()).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
