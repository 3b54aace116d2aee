import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import { pairsOn, type WriteCommand } from '../effect-commands.ts';
import { rateOf } from '../rate.ts';
import { replayComparisons } from './replay.ts';
import type { Group, Subject } from './subject.ts';

const targetOfMemory = 100_000;

/** SQLite with synchronous=FULL, and this process's memory. */
export function embeddedGroup(commands: readonly WriteCommand[]): Group {
  const folder = mkdtempSync(join(tmpdir(), 'oncely-bench-'));
  const ledger = sqliteLedger(join(folder, 'effects.db'));
  const pair = pairsOn(ledger, commands);
  const bare = openBare(join(folder, 'bare.db'), commands);

  const sqlite: Subject = { name: 'SQLite ledger, 64 in flight', turn: (turnMs) => rateOf(pair, 64, turnMs) };
  const commits: Subject = {
    name: 'bare SQLite, a commit for each write',
    turn: (turnMs) => rateOf(bare.pair, 1, turnMs),
  };
  const memory: Subject = {
    name: 'memory ledger, 64 in flight',
    // Another one each time: it would fill the memory.
    turn: (turnMs) => rateOf(pairsOn(memoryLedger(), commands), 64, turnMs),
  };

  const measured = 'claim + settle + audit, 64 in flight';
  return {
    comparisons: [
      { measured: `SQLite, ${measured}`, ours: sqlite, against: commits, target: 5 },
      { measured: `memory, ${measured}`, ours: memory, against: targetOfMemory, target: 1 },
      ...replayComparisons('SQLite', () => ledger),
      ...replayComparisons('memory', memoryLedger),
    ],
    setting: `SQLite ${process.versions['sqlite']} (journal_mode=wal, synchronous=full)`,
    close: async () => {
      await ledger.close();
      bare.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function openBare(file: string, [claim, settle]: readonly WriteCommand[]) {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  database.exec('create table pairs (key text primary key, revision integer, state text, doc text)');
  const insert = database.prepare('insert into pairs values (?, ?, ?, ?)');
  const update = database.prepare('update pairs set revision = ?, state = ?, doc = ? where key = ? and revision = ?');
  let pairs = 0;
  return {
    pair: () => {
      const key = `pair_${(pairs += 1)}:bench:customer`;
      insert.run(key, 1, 'executing', claim?.doc ?? '');
      update.run(2, 'succeeded', settle?.doc ?? '', key, 1);
    },
    close: () => database.close(),
  };
}
