import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { claimOf, failureOf } from './postgres-server.ts';
import { kinds, startAgent, type TrueVendor } from './true-vendor.ts';

// A disk of its own has to be mounted, which takes root; the workflow that decides runs as root.
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

let disk: string;
let file: string;
beforeEach(() => {
  if (!mayMount) return;
  disk = mkdtempSync(join(tmpdir(), 'oncely-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'pipe' });
  file = join(disk, 'effects.db');
});
afterEach(() => {
  if (!mayMount) return;
  execFileSync('umount', ['--lazy', disk], { stdio: 'pipe' });
  rmdirSync(disk);
});

const ballast = (): string => join(disk, 'ballast');

/** Leaves not one free page. */
function fillUp(): void {
  for (const size of [64 * 1024, 4 * 1024]) {
    try {
      for (;;) appendFileSync(ballast(), Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

const freeUp = (): void => rmSync(ballast());

function integrity(): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare('pragma integrity_check').get();
  } finally {
    database.close();
  }
}

/** Claims until the disk takes no more; what was acknowledged. */
async function claimUntilFull(ledger: ReturnType<typeof sqliteLedger>): Promise<Set<string>> {
  const acknowledged = new Set<string>();
  for (let number = 0; ; number += 1) {
    const slot = `case_${number}:desk:refund`;
    const events = [{ sequence: 1, doc: 'x'.repeat(4_000) }];
    const answer = await ledger.write(claimOf(slot, { events })).catch(() => undefined);
    if (answer === undefined) return acknowledged;
    acknowledged.add(slot);
  }
}

describe.skipIf(!mayMount)('an SQLite ledger on a full disk', () => {
  it('says so, keeps what it acknowledged, and takes the same command once there is space', async () => {
    const ledger = sqliteLedger(file);
    await ledger.open();
    fillUp();
    const acknowledged = await claimUntilFull(ledger);
    const command = claimOf('later:desk:refund', { doc: 'y'.repeat(8_000) });
    const error = await failureOf(ledger.write(command));
    expect(error.code).toBe('ledger_unavailable');
    expect(error.message).toContain('its disk is full. This command was not stored.');
    expect(error.message).toMatch(/\n {2}fix: free space/);
    expect((await ledger.read('later:desk:refund')).row).toBeUndefined();

    freeUp();
    expect(await ledger.write(command)).toMatchObject({ kind: 'written' });
    for (const slot of acknowledged) {
      expect((await ledger.read(slot)).row?.revision).toBe(1);
      expect(await ledger.history(slot)).toHaveLength(1);
    }
    await ledger.close();
    expect(integrity()).toEqual({ integrity_check: 'ok' });
  });

  it('sends nothing that it cannot claim, of any class', async () => {
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const ledger = sqliteLedger(file);
    const { oncely, act } = startAgent(vendor, ledger);
    await ledger.open();
    fillUp();
    await claimUntilFull(ledger);
    const refused = await Promise.all(kinds.map((kind) => act(kind, 'case')));
    expect(new Set(refused)).toEqual(new Set(['ledger_unavailable']));
    expect(vendor.requests).toBe(0);

    freeUp();
    await Promise.all(kinds.map((kind) => act(kind, 'case')));
    expect(vendor.effects.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    await oncely.close();
    await ledger.close();
  });

  it('that is full when effects have happened has each once, of any class', async () => {
    const vendor: TrueVendor = { effects: [], requests: 0 };
    const ledger = sqliteLedger(file);
    let full = false;
    const { oncely, act } = startAgent(vendor, {
      ...ledger,
      write: async (command) => {
        if (command.expect === 0 || !full) return ledger.write(command);
        // Larger than what is left of the pages that the file already has.
        return ledger.write({ ...command, doc: `${command.doc}${' '.repeat(64_000)}` });
      },
    });
    vendor.effects.push = (...effects) => {
      // All are claimed when the first is sent.
      if (!full) fillUp();
      full = true;
      return Array.prototype.push.apply(vendor.effects, effects);
    };
    await Promise.all(kinds.map((kind) => act(kind, 'case')));
    expect(vendor.effects).toHaveLength(kinds.length);
    const { effects: unsettled } = await oncely.effects.list();
    expect(unsettled.map(({ state }) => state).every((state) => state !== 'succeeded')).toBe(true);

    full = false;
    freeUp();
    const said = await Promise.all(kinds.map(async (kind) => [kind, await act(kind, 'case')] as const));
    // This process knows what the vendor answered, and records it once there is room.
    for (const [kind, id] of said) expect(id).toMatch(new RegExp(`^${kind}_`));
    expect(vendor.effects).toHaveLength(kinds.length);
    await oncely.close();
    await ledger.close();
  });
});
