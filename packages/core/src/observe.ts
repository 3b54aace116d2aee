import { effectsAreWatched, publish } from './events.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { LedgerSession } from './ledger-session.ts';
import { takingTurns } from './taking-turns.ts';

/** What `unscoped: 'observe'` keeps of one kind of call: when it was made, never with what. */
export interface Observation {
  readonly operation: string;
  readonly count: number;
  /** The ledger's times of the first and the last call, in milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

// '?' is escaped in every slot, so observations and effects never share a key.
const prefix = '?';

/** Counts one unscoped write by its fingerprint, so that the duplicates a team already has can be shown. */
export async function observe(session: LedgerSession, print: Fingerprint, operation: string): Promise<void> {
  const slot = `${prefix}${operation}:${print.full}`;
  await session.info();
  for (let tries = 0; tries < 20; tries += 1) {
    const { at, row } = await session.ledger.read(slot);
    const before = row ? (JSON.parse(row.doc) as Observation) : undefined;
    const next: Observation = {
      operation,
      count: (before?.count ?? 0) + 1,
      firstAt: before?.firstAt ?? at,
      lastAt: at,
    };
    const answer = await session.write(
      {
        slot,
        expect: row?.revision ?? 0,
        doc: JSON.stringify(next),
        index: { state: 'observed' },
        events: [],
      },
      500,
    );
    if (answer.kind === 'written') {
      if (effectsAreWatched()) publish({ type: 'observed', operation, at: answer.at });
      return;
    }
  }
}

/** The unscoped writes made more than once with the same input. */
export async function observedDuplicates(session: LedgerSession): Promise<Observation[]> {
  return (await observations(session)).filter((observation) => observation.count > 1);
}

/** All unscoped writes that were seen, one entry for each input. */
export async function observations(session: LedgerSession): Promise<Observation[]> {
  await session.info();
  const found: Observation[] = [];
  const share = takingTurns();
  let after: string | undefined = prefix;
  while (after !== undefined) {
    const page: Awaited<ReturnType<typeof session.ledger.list>> = await session.ledger.list({
      limit: 200,
      after,
      state: 'observed',
    });
    for (const row of page.rows) {
      await share(row.doc.length);
      found.push(JSON.parse(row.doc) as Observation);
    }
    after = page.next;
  }
  return found;
}
