import { open, readFile } from 'node:fs/promises';

import type { Seal } from './seal.ts';
import type { SealSink } from './sealing.ts';

/**
 * Appends seals to a file, one JSON a line, each synced to the disk before the next. Put it where nobody who can write
 * the ledger can write: another machine, another account, a medium that only takes appends.
 * @example
 * await oncely.audit.seal({ to: sealFile('/mnt/audit/seals.jsonl') });
 */
export function sealFile(path: string): SealSink {
  return async (seal) => {
    const file = await open(path, 'a+');
    try {
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      // A line that a crash cut off must not take this one with it.
      const begin = size === 0 || buffer.toString() === '\n' ? '' : '\n';
      await file.appendFile(`${begin}${JSON.stringify(seal)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  };
}

/**
 * The seals of such a file, for `oncely.audit.verify({ seals })`. A line that was cut off is left out: its seal is in
 * the ledger, and the next one that was exported covers it.
 */
export async function* readSealFile(path: string): AsyncGenerator<Seal> {
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const seal = line === '' ? undefined : sealIn(line);
    if (seal) yield seal;
  }
}

function sealIn(line: string): Seal | undefined {
  try {
    return JSON.parse(line) as Seal;
  } catch {
    return undefined;
  }
}
