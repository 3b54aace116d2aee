import { expect } from 'vitest';

import type { Ledger } from '../../src/ledger.ts';
import { encodeSeal, decodeSeal, sealHash, sealSlot, type Seal } from '../../src/audit/seal.ts';
import { openShop, type TestOncely } from '../oncely/vendor.ts';
import { work } from './desk.ts';
import { everything, mutationsOf, rewriteChain, workflowMutations } from './mutations.ts';
import type { Raw, RawRow } from './raw.ts';

export interface Tampered {
  readonly oncely: TestOncely;
  readonly seals: readonly Seal[];
}

/** A ledger on which work was done in two parts, each sealed and exported; the second seal covers the first too. */
export async function sealedWork(ledger: Ledger): Promise<Tampered> {
  const { oncely } = await work(ledger);
  const seals: Seal[] = [];
  const to = (seal: Seal): void => void seals.push(seal);
  await oncely.audit.seal({ to, records: 3 });
  const again = await work(ledger, { businessId: 'invoice_2', correlationId: 'run-2' });
  // What was observed is in the ledger only once it is closed, or a moment later.
  await again.oncely.close();
  await oncely.audit.seal({ to });
  await oncely.scope({ businessId: 'invoice_3', workflowId: 'desk' }, () => oncely.checkpoint('late', {}));
  await oncely.audit.seal({ to });
  return { oncely, seals };
}

/** Names of the mutations that nobody saw. */
export async function unseen(
  ledger: Ledger,
  raw: Raw,
  { oncely, seals }: Tampered,
  how: 'every way' | 'every field',
): Promise<string[]> {
  const missed: string[] = [];
  const last = sealSlot(seals.length);
  // One of each kind: of two runs that did the same, one is enough.
  const rows = (await everything(ledger)).filter(
    ({ slot }) => !/invoice_2/.test(slot) && (!slot.startsWith('+') || slot.endsWith('1') || slot === last),
  );
  for (const mutation of [...mutationsOf(raw, rows), ...(await workflowMutations(raw, 'invoice_1:desk', rows))]) {
    // What is one and the same code for every store is tried on the fastest one.
    if (how === 'every field' && / left out| one more|disguised|:(plain|refused):/.test(`${mutation.name}:`)) continue;
    // The last seal's own row is covered by the next one; its text is covered by its hash.
    if (mutation.name.startsWith(last) && !/: (deleted|its slot|\.|doc)/.test(mutation.name)) continue;
    await mutation.apply();
    if ((await oncely.audit.verify({ seals })).ok) missed.push(mutation.name);
    await mutation.undo();
  }
  const verified = await oncely.audit.verify({ seals });
  expect(verified.problems).toEqual([]);
  return missed;
}

/** What takes more than one edit. */
export async function expectForgeriesSeen(
  ledger: Ledger,
  another: () => Ledger,
  raw: Raw,
  { oncely, seals }: Tampered,
): Promise<void> {
  const kinds = async (given: readonly Seal[] = seals): Promise<string[]> => [
    ...new Set((await oncely.audit.verify({ seals: given })).problems.map(({ kind }) => kind)),
  ];
  const rows = await everything(ledger);
  const of = (slot: string) => {
    const found = rows.find((row) => row.slot === slot);
    if (!found) throw new Error(`no ${slot}`);
    return found;
  };
  const raw0 = async (slot: string): Promise<RawRow> => (await raw.row(slot)) as RawRow;

  const doubted = of('invoice_1:desk:doubted');
  const before = await raw0(doubted.slot);
  const restore = async (): Promise<void> => {
    await raw.putRow(doubted.slot, before);
    for (const { sequence, at, doc } of doubted.events) await raw.putEvent(doubted.slot, sequence, { at, doc });
  };
  await rewriteChain(raw, doubted);
  expect(await kinds()).toEqual(['record', 'event']);
  await restore();

  // The record and all of its events, as if the effect had never been.
  await raw.putRow(doubted.slot, undefined);
  for (const { sequence } of doubted.events) await raw.putEvent(doubted.slot, sequence, undefined);
  expect(await kinds()).toEqual(['missing']);
  await restore();

  // Another effect's whole history under this slot.
  const plain = of('invoice_1:desk:plain');
  await raw.putRow(doubted.slot, await raw0(plain.slot));
  for (const { sequence } of doubted.events) await raw.putEvent(doubted.slot, sequence, undefined);
  for (const { sequence, at, doc } of plain.events) await raw.putEvent(doubted.slot, sequence, { at, doc });
  expect(await kinds()).toContain('record');
  await restore();

  // All seals gone, or the last of them, or one of them made anew over what it does not cover.
  const sealRows = await Promise.all(seals.map(async ({ number }) => [number, await raw0(sealSlot(number))] as const));
  for (const gone of [sealRows, sealRows.slice(-1), sealRows.slice(0, 1)]) {
    for (const [number] of gone) await raw.putRow(sealSlot(number), undefined);
    expect(await kinds()).toContain('seal');
    for (const [number, row] of gone) await raw.putRow(sealSlot(number), row);
  }
  const [lastNumber, lastRow] = sealRows.at(-1) ?? [0, before];
  const { seal, leaves } = decodeSeal(lastRow.doc);
  const forged = { ...seal, at: seal.at + 1 };
  const doc = encodeSeal({ seal: { ...forged, hash: sealHash(forged) }, leaves });
  await raw.putRow(sealSlot(lastNumber), { ...lastRow, doc });
  expect(await kinds([])).toEqual([]);
  expect(await kinds()).toEqual(['seal']);
  await raw.putRow(sealSlot(lastNumber), lastRow);

  // What was exported, changed there, or twice.
  const [first] = seals;
  if (!first) throw new Error('no seal');
  expect(await kinds([{ ...first, records: first.records + 1 }])).toEqual(['seal']);
  const fork = { ...first, at: first.at + 1 };
  expect(await kinds([first, { ...fork, hash: sealHash(fork) }])).toEqual(['seal']);
  expect(await kinds()).toEqual([]);

  // By a process that has not seen what the ledger was like before.
  const identity = await raw.ledger();
  for (const changed of [
    { ...identity, id: 'ab'.repeat(16) },
    { ...identity, key: '00'.repeat(32) },
    { ...identity, epoch: identity.epoch - 1 },
  ]) {
    await raw.putLedger(changed);
    const seen = await openShop(another()).start().audit.verify({ seals });
    expect(seen.problems.map(({ kind }) => kind)).toContain('ledger');
    await raw.putLedger(identity);
  }
}
