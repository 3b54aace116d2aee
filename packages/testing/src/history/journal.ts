import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { HistoryEvent } from './event.ts';

type Untimed<E> = E extends unknown ? Omit<E, 'process' | 'time'> & { readonly time?: number } : never;

/** One process's part of a history, in a file of its own. */
export interface Journal {
  /** Nanoseconds of CLOCK_MONOTONIC. */
  now(): number;
  /** Once it returns the event survives the death of this process. `time` defaults to now. */
  append(event: Untimed<HistoryEvent>): void;
  close(): void;
}

/** Opens this process's journal in the folder of a history; `process` names it there, and no other may have the name. */
export function openJournal(folder: string, process: string): Journal {
  const file = openSync(join(folder, `${process}.jsonl`), 'wx');
  return {
    now,
    append: (event) => void writeSync(file, `${JSON.stringify({ process, time: now(), ...event })}\n`),
    close: () => closeSync(file),
  };
}

/** All journals of a folder as one history, in the order of time. */
export function readHistory(folder: string): HistoryEvent[] {
  const events = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n');
      // Behind the last line end stands nothing, or what a killed process was about to write: it had not begun to do it.
      return lines.slice(0, -1).map((line) => JSON.parse(line) as HistoryEvent);
    });
  return events.sort((a, b) => a.time - b.time);
}

function now(): number {
  // Exact for the first hundred days of a machine, and then to two nanoseconds.
  return Number(process.hrtime.bigint());
}
