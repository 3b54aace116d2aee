import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { readSealFile, sealFile } from '../../src/audit/seal-file.ts';
import { sealSlot, type Seal } from '../../src/audit/seal.ts';
import { sha256 } from '../../src/fingerprint.ts';
import type { AuditedRow, Ledger } from '../../src/ledger.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { declined, desk, lost, openShop } from '../oncely/vendor.ts';
import { collected, work } from './desk.ts';
import { everything } from './mutations.ts';

/** A ledger that shows some rows otherwise than they are, as if somebody had edited them. */
function edited(ledger: Ledger, edit: (rows: AuditedRow[]) => AuditedRow[]): Ledger {
  return {
    ...ledger,
    audited: async (query) => {
      const page = await ledger.audited(query);
      return { ...page, rows: edit([...page.rows]) };
    },
  };
}

describe('seals', () => {
  it('cover all that changed, once, and nothing is wrong with it', async () => {
    const { oncely } = await work(memoryLedger());
    const exported: Seal[] = [];
    const first = await oncely.audit.seal({ to: (seal) => void exported.push(seal) });
    expect(first.seals).toEqual(exported);
    expect(first.records).toBeGreaterThan(4);
    expect((await oncely.audit.seal()).seals).toEqual([]);
    const verified = await oncely.audit.verify({ seals: exported });
    expect(verified.problems).toEqual([]);
    expect(verified).toMatchObject({ ok: true, seals: 1, unsealed: 0, exported: { number: 1 } });
  });

  it('cover what was committed late, and say so of what was hidden from them', async () => {
    let now = 1_700_000_000_000;
    const ledger = memoryLedger({ now: () => now });
    const { oncely } = await work(ledger);
    const late = { slot: 'a:b:c', expect: 0, doc: '{}', index: { state: 'value' }, events: [] };
    await oncely.audit.seal();
    now += 3_600_000;
    await ledger.write({ ...late, slot: '=a:b:c:v1' });
    expect((await oncely.audit.seal()).records).toBe(2);
    await ledger.write({ ...late, slot: '=a:b:hidden:v1' });
    await ledger.markSealed([{ slot: '=a:b:hidden:v1', revision: 1 }]);
    now += 3_600_000;
    await ledger.write({ ...late, slot: '=a:b:d:v1' });
    await oncely.audit.seal();
    expect((await oncely.audit.verify()).problems).toMatchObject([{ kind: 'uncovered', slot: '=a:b:hidden:v1' }]);
  });

  it('take as long as they take: what is written behind them meanwhile is for the next ones', async () => {
    let now = 1_700_000_000_000;
    const ledger = memoryLedger({ now: () => now });
    const { oncely } = await work(ledger);
    const value = { expect: 0, doc: '{}', index: { state: 'value' }, events: [] };
    for (const id of ['a', 'b', 'c']) await ledger.write({ ...value, slot: `=z:${id}:v:v1` });
    const { seals } = await oncely.audit.seal({
      records: 2,
      to: async ({ number }) => {
        now += 60_000;
        if (number === 4) await ledger.write({ ...value, slot: '=a:behind:it:v1' });
        now += 20 * 60_000;
      },
    });
    expect(seals.length).toBeGreaterThan(4);
    expect(seals.at(-1)).toMatchObject({ complete: true });
    expect(await oncely.audit.verify()).toMatchObject({ problems: [], unsealed: 1 });
  });

  it('of one call gather what the store gives in parts', async () => {
    const ledger = memoryLedger();
    const parts: Ledger = {
      ...ledger,
      audited: (query) => ledger.audited({ ...query, limit: Math.min(query.limit, 2) }),
    };
    const { oncely } = await work(parts);
    const { seals, records } = await oncely.audit.seal({ records: 5 });
    expect(seals.map((seal) => seal.records)).toEqual([5, records - 5]);
    expect((await oncely.audit.verify()).problems).toEqual([]);
  });

  it('made by four at once follow each other without a gap, and cover everything', async () => {
    const ledger = memoryLedger();
    const { oncely, shop } = await work(ledger);
    const others = [oncely, shop.start(), shop.start(), shop.start()];
    const each = await Promise.all(others.map(({ audit }) => audit.seal({ records: 2 })));
    const made = each.flatMap(({ seals }) => seals);
    // Two that saw the same in the same millisecond made one and the same seal.
    const numbers = [...new Map(made.map(({ hash, number }) => [hash, number])).values()];
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
    expect(await oncely.audit.verify({ seals: made })).toMatchObject({
      ok: true,
      exported: { number: numbers.length },
    });
  });

  it('go on where the export failed, and are found again from the ledger', async () => {
    const { oncely, shop } = await work(memoryLedger());
    const full = (): Promise<void> => Promise.reject(new Error('the disk is full'));
    await expect(oncely.audit.seal({ to: full })).rejects.toThrow('the disk is full');
    const exported: Seal[] = [];
    await shop.start().audit.seal({ to: (seal) => void exported.push(seal) });
    expect(exported.map(({ number }) => number)).toEqual([2]);
    expect(await oncely.audit.verify({ seals: exported })).toMatchObject({ ok: true });
    const all = await collected(oncely.audit.seals());
    expect(all.map(({ number }) => number)).toEqual([1, 2]);
    expect(await collected(oncely.audit.seals({ after: 1 }))).toEqual(exported);
  });

  it('in a file survive a line that a crash cut off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oncely-seals-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'seals.jsonl');
    const { oncely } = await work(memoryLedger());
    await oncely.audit.seal({ to: sealFile(path), records: 3 });
    truncateSync(path, readFileSync(path).length - 20);
    await oncely.scope(desk, () => oncely.value('another', () => 1));
    await oncely.audit.seal({ to: sealFile(path) });
    const read = await collected(readSealFile(path));
    expect(read.length).toBeGreaterThan(1);
    expect(await oncely.audit.verify({ seals: readSealFile(path) })).toMatchObject({
      ok: true,
      exported: { number: read.at(-1)?.number },
    });
  });

  it(
    'I7: whatever is deleted, repeated, exchanged or put back, in any mixture, is seen',
    { timeout: 120_000 },
    async () => {
      const ledger = memoryLedger();
      const { oncely, shop } = await work(ledger);
      const seals: Seal[] = [];
      await oncely.audit.seal({ to: (seal) => void seals.push(seal) });
      const earlier = await everything(ledger);
      const pay = (id: string): Promise<unknown> =>
        oncely.scope(desk, () => oncely.effect(id, () => oncely.clients.shop.write('pay', { amount: 3 })));
      shop.vendor.script.push(declined, lost);
      await Promise.allSettled([pay('refused'), pay('next')]);
      await oncely.audit.seal({ to: (seal) => void seals.push(seal) });
      const rows = (await everything(ledger)).filter(({ slot }) => slot !== sealSlot(seals.length));
      const index = fc.nat(1_000);
      const edit = fc.record({
        what: fc.constantFrom('delete', 'cut', 'swap', 'old', 'copy', 'order'),
        at: index,
        with: index,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
          const forged = edits.reduce((all, { what, at, with: other }) => forge(all, earlier, what, at, other), rows);
          fc.pre(JSON.stringify(forged) !== JSON.stringify(rows));
          const seen = openShop(
            edited(ledger, (page) => [...forged, ...page.filter(({ slot }) => slot === sealSlot(seals.length))]),
          ).start();
          return !(await seen.audit.verify({ seals })).ok;
        }),
        { numRuns: 200 },
      );
      expect((await oncely.audit.verify({ seals })).problems).toEqual([]);
    },
  );
});

function forge(
  rows: readonly AuditedRow[],
  earlier: readonly AuditedRow[],
  what: string,
  first: number,
  second: number,
): AuditedRow[] {
  const at = first % rows.length;
  const with_ = second % rows.length;
  const row = rows[at];
  const other = rows[with_];
  if (!row || !other) return [...rows];
  switch (what) {
    case 'delete':
      return rows.toSpliced(at, 1);
    case 'cut':
      return rows.with(at, { ...row, events: row.events.slice(0, -1) });
    case 'order':
      return rows.with(at, { ...row, events: row.events.toReversed() });
    case 'swap':
      return rows.with(at, { ...other, slot: row.slot }).with(with_, { ...row, slot: other.slot });
    case 'copy':
      return rows.with(at, { ...other, slot: row.slot });
    default: {
      const before = earlier.find(({ slot }) => slot === row.slot);
      return before ? rows.with(at, before) : [...rows];
    }
  }
}

describe('the audit', () => {
  it('I8: holds no input, no result and no state, on its way out neither', async () => {
    const ledger = memoryLedger();
    const secret = 'planted-4711';
    const oncely = openShop(ledger).start();
    await oncely.scope({ ...desk, correlationId: 'run-1' }, async () => {
      await oncely.checkpoint('here', { secret });
      const pay = (note: string): Promise<unknown> =>
        oncely.effect('pay', () => oncely.clients.shop.write('pay', { note, [secret]: 1 })).catch(() => undefined);
      await pay(secret);
      await pay(secret);
      await pay(`${secret}-other`);
    });
    await oncely.close();
    const { seals } = await oncely.audit.seal();
    const lines = await collected(oncely.audit.export());
    const timeline = await oncely.audit.timeline(desk);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const { kind, hash, event } = JSON.parse(line) as { kind: string; hash: string; event: object };
      if (kind === 'event') expect(sha256(JSON.stringify(event))).toBe(hash);
    }
    for (const { slot, doc } of await everything(ledger)) {
      if (slot.startsWith('+')) expect(doc).not.toContain(secret);
    }
    // The name of a parameter is told where it changed, as in an error; never a value.
    expect(JSON.stringify({ seals, lines, timeline })).not.toContain(secret);
  });

  it('keeps the state of a checkpoint only where it is asked to, sealed by the codec', async () => {
    const ledger = memoryLedger();
    const codec = {
      seal: (plain: string) => Buffer.from(plain).toString('base64'),
      open: (sealed: string) => Buffer.from(sealed, 'base64').toString(),
    };
    const oncely = openShop(ledger).start({ codec });
    await oncely.scope(desk, () => oncely.checkpoint('here', { planted: 4711 }, { keep: true }));
    const kept = (await everything(ledger)).find(({ slot }) => slot.startsWith('$'));
    expect(kept?.doc).toContain(codec.seal('{"planted":4711}'));
    expect(kept?.doc).not.toContain('planted');
  });

  it('keeps a bounded number of observations, counts what it left out, and can be told to keep none', async () => {
    const ledger = memoryLedger();
    const shop = openShop(ledger);
    const oncely = shop.start();
    const pay = (of: typeof oncely, index: number): Promise<unknown> =>
      of.scope({ ...desk, correlationId: `run-${index}` }, () =>
        of.effect('pay', () => of.clients.shop.write('pay', { amount: 1 })),
      );
    await pay(oncely, 0);
    for (let index = 1; index <= 1_005; index += 1) await pay(oncely, index);
    const dropped = oncely.audit.dropped();
    await oncely.close();
    const timeline = await oncely.audit.timeline(desk);
    expect((timeline.effects[0]?.replays ?? 0) + dropped).toBe(1_005);
    expect(timeline.dropped).toBe(dropped);
    const silent = shop.start({ audit: { observations: false } });
    const before = (await everything(ledger)).length;
    await pay(silent, 9_999);
    await silent.close();
    expect((await everything(ledger)).length).toBe(before);
  });

  it('never fails a call for what cannot be observed', async () => {
    const ledger = memoryLedger();
    let broken = false;
    const shop = openShop({
      ...ledger,
      write: (command) =>
        broken && command.slot.startsWith('^') ? Promise.reject(new Error('gone')) : ledger.write(command),
    });
    const oncely = shop.start();
    const pay = (): Promise<unknown> =>
      oncely.scope(desk, () => oncely.effect('pay', () => oncely.clients.shop.write('pay', { amount: 1 })));
    await pay();
    broken = true;
    await pay();
    await oncely.close();
    expect(oncely.audit.dropped()).toBe(1);
  });
});

it('names a record that is gone though no event says that it goes, sealed or not', async () => {
  const ledger = memoryLedger();
  const { oncely } = await work(ledger);
  const slot = 'invoice_1:desk:plain';
  const { row } = await ledger.read(slot);
  await ledger.remove({ slot, expect: row?.revision ?? 0, at: row?.at ?? 0 });
  expect((await oncely.audit.verify()).problems).toMatchObject([{ kind: 'missing', slot }]);
});
