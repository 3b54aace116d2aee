import type { Clock } from '../clock.ts';
import type { LedgerSession } from '../ledger-session.ts';
import { elapsedSince, instant, type Instant } from '../permit.ts';
import { settleEntries } from './ends.ts';
import { admit, emptyDoc, isCrowded, isUnnoted, withMaximum, type Ask, type LimitDoc, type Standing } from './row.ts';
import { docOf, shelfOf } from './keeping-rows.ts';
import { createRateLines, type RateLines } from './rates.ts';
import type { Limit, Use } from './rules.ts';

/** How a request for room ended. */
export type Answer = { readonly kind: 'held' } | (Over & { readonly kind: 'over' });

export interface Over {
  readonly over: Standing;
  /** In how many milliseconds there is room again, where that is known. */
  readonly roomInMs?: number;
}

/** The rows of limits, as one process writes them: those of its callers that ask at once share one write. */
export interface LimitKeeper {
  /** `again`: also where it is held, since a moment ago is long ago. */
  hold(ask: Ask, now: number, again: boolean): Promise<Answer>;
  /** Where this process waits for the room of rates. */
  readonly rates: RateLines;
  /** Takes back what no attempt was made under. */
  release(use: Use, token: string): Promise<void>;
}

interface Waiting {
  readonly ask: Ask | { readonly use: Use; readonly token: string; readonly released: true };
  readonly now: number;
  readonly again: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

interface Row {
  readonly revision: number;
  readonly at: number;
  readonly doc: LimitDoc;
}

interface Line {
  waiting: Waiting[];
  /** As this process wrote it last. */
  known?: Row & { readonly since: Instant };
}

/** For how long it is worth a try to write upon what was written last. */
const knownMs = 10_000;
const patienceMs = 2_000;
/** More rows are no longer remembered. */
const mostLines = 1_000;

export function createLimitKeeper(session: LedgerSession, clock: Clock): LimitKeeper {
  const lines = new Map<string, Line>();

  const rowOf = async (slot: string, use: Use, { known }: Line): Promise<Row> => {
    if (known && elapsedSince(clock, known.since) < knownMs) return known;
    const { at, row } = await session.ledger.read(slot);
    return row ? parsed(row) : { revision: 0, at, doc: emptyDoc(use) };
  };

  const carryOut = async (slot: string, line: Line, batch: readonly Waiting[]): Promise<void> => {
    const [first] = batch as [Waiting];
    const { use } = first.ask;
    await session.info();
    let row = await rowOf(slot, use, line);
    for (;;) {
      const now = Math.max(row.at, ...batch.map((each) => each.now));
      let doc = row.doc;
      let isSettled = false;
      let isChanged = false;
      const settled = async (): Promise<boolean> => {
        if (isSettled) return false;
        isSettled = true;
        const before = doc.entries.length;
        doc = await settleEntries(session, doc, use.limit, now);
        // What has ended need not be looked for by each who finds no room.
        isChanged ||= doc.entries.length < before;
        return true;
      };
      const answers: Answer[] = [];
      for (const { ask, again } of batch) {
        const held = doc.entries.find(({ token }) => token === ask.token);
        if ('released' in ask) {
          if (held) doc = { ...doc, entries: doc.entries.filter((each) => each !== held) };
          isChanged ||= held !== undefined;
          answers.push({ kind: 'held' });
          continue;
        }
        // The answer to its write was lost.
        if (held && !again) {
          answers.push({ kind: 'held' });
          continue;
        }
        let admitted = admit(doc, ask, now);
        if (!('doc' in admitted) && (await settled())) admitted = admit(doc, ask, now);
        if ('doc' in admitted) {
          ({ doc } = admitted);
          isChanged = true;
          answers.push({ kind: 'held' });
        } else {
          const { over, roomAt } = admitted;
          if (isUnnoted(doc, use.limit, now)) {
            doc = withMaximum(doc, use.limit, now);
            isChanged = true;
          }
          answers.push({
            kind: 'over',
            over,
            ...(roomAt === undefined ? {} : { roomInMs: Math.max(1, roomAt - now) }),
          });
        }
      }
      if (isChanged && isCrowded(doc)) await settled();
      const written = isChanged ? await write(slot, line, { ...row, doc }, use.limit) : undefined;
      if (written) {
        row = written;
        continue;
      }
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] ?? { kind: 'held' });
      return;
    }
  };

  /** Gives the row as it is where another was faster. */
  const write = async (
    slot: string,
    line: Line,
    { revision: expect, doc }: Row,
    limit: Limit,
  ): Promise<Row | undefined> => {
    const since = instant(clock);
    delete line.known;
    const stored = JSON.stringify(doc);
    const answer = await session.write(
      { slot, expect, doc: stored, index: { state: 'limit', ...shelfOf(limit.window) }, events: [] },
      patienceMs,
    );
    if (answer.kind === 'written') {
      line.known = { ...parsed({ ...answer, doc: stored }), since };
      return undefined;
    }
    if (answer.kind === 'conflict' && answer.row) return parsed(answer.row);
    return { revision: 0, at: answer.at, doc: { ...doc, used: {}, entries: [], left: 0, maxima: {} } };
  };

  const work = async (slot: string, line: Line): Promise<void> => {
    // What is asked for in the same tick goes together.
    await Promise.resolve();
    while (line.waiting.length > 0) {
      const batch = line.waiting;
      await carryOut(slot, line, batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
      line.waiting = line.waiting.filter((each) => !batch.includes(each));
    }
  };

  const put = (use: Use, waiting: Omit<Waiting, 'resolve' | 'reject'>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const line = lines.get(use.row) ?? { waiting: [] };
      lines.delete(use.row);
      lines.set(use.row, line);
      line.waiting = [...line.waiting, { ...waiting, resolve, reject }];
      if (line.waiting.length === 1) void work(use.row, line);
      for (const [slot, { waiting: others }] of lines) {
        if (lines.size <= mostLines) break;
        if (others.length === 0) lines.delete(slot);
      }
    });

  return {
    rates: createRateLines(clock),
    hold: (ask, now, again) => put(ask.use, { ask, now, again }),
    release: async (use, token) => {
      await put(use, { ask: { use, token, released: true }, now: 0, again: false });
    },
  };
}

/** A row as it is stored: what was put there by its last write has that write's time. */
function parsed({ revision, at, doc }: { readonly revision: number; readonly at: number; readonly doc: string }): Row {
  return { revision, at, doc: docOf({ at, doc }) };
}
