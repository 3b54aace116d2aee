import type { Clock } from './clock.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { OncelyError } from './errors.ts';
import { namingKey, type NamingKey } from './keys.ts';
import { madeAt } from './ledger-identity.ts';
import type { Ledger, LedgerInfo, WriteAnswer, WriteCommand } from './ledger.ts';
import type { Change } from './lifecycle/change.ts';
import { plainError, plainWhy } from './plain-error.ts';
import { agreeOnPolicy, type AgreedPolicy } from './policies.ts';
import { decodeRecord, encodeRecord, resolveTimes, type Draft, type EffectRecord } from './record.ts';
import { watchedLedger } from './watched-ledger.ts';
import type { Retention } from './retention.ts';
import { writeBehindHistory } from './rechain.ts';

/** A record as it was read, with the ledger's time of reading. */
export interface Seen {
  readonly record?: EffectRecord;
  readonly revision: number;
  readonly at: number;
}

/** What the ledger says of itself, with the newest approval policy that ran on it. */
export interface SessionInfo extends LedgerInfo {
  readonly policy?: AgreedPolicy;
  /** What fingerprints and the names at the vendor are keyed by. */
  readonly naming: NamingKey;
  /** The ledger's key was made after the time since when it may have forgotten, and names are made under it. */
  readonly namesLost: boolean;
}

export type Decide = (record: EffectRecord, at: number) => Change | undefined;

/** The ledger as the runner uses it: opened once, its passing failures retried, its rows decoded. */
export interface LedgerSession {
  readonly ledger: Ledger;
  info(): Promise<SessionInfo>;
  /** Takes over what the ledger says of itself now, and reads again what a higher epoch announces. */
  renew(info: LedgerInfo): void;
  read(slot: string): Promise<Seen>;
  /**
   * Stores what `decide` makes of the record, deciding anew on whatever another writer stored first; `undefined`
   * leaves it as it is. Gives the record as it then stands.
   */
  change(slot: string, seen: Seen, decide: Decide, patienceMs: number): Promise<Seen>;
  /** Retries a lost answer with the same command; the lifecycle recognises what was stored the first time. */
  write(command: WriteCommand, patienceMs: number): Promise<WriteAnswer>;
}

export function ledgerSession(
  unwatched: Ledger,
  clock: Clock,
  own?: CompiledPolicy,
  retention?: Retention,
  fingerprintKey?: Uint8Array,
): LedgerSession {
  const ledger = watchedLedger(unwatched, clock);
  let opening: Promise<SessionInfo> | undefined;
  let naming: { readonly of: Uint8Array; readonly key: NamingKey } | undefined;
  const namingOf = ({ key: own }: LedgerInfo): NamingKey => {
    const of = fingerprintKey ?? own;
    if (naming === undefined || !Buffer.from(of).equals(naming.of)) naming = { of, key: namingKey(of) };
    return naming.key;
  };

  const patiently = async <T>(work: () => Promise<T>, patienceMs: number): Promise<T> => {
    const giveUpAt = clock.monotonic() + patienceMs;
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        return await work();
      } catch (error) {
        const fatal = error instanceof OncelyError && error.code !== 'ledger_unavailable';
        if (fatal || clock.monotonic() + pauseMs > giveUpAt) throw asUnavailable(error, ledger.name);
        await clock.sleep(pauseMs);
      }
    }
  };

  const open = (first: () => Promise<LedgerInfo>): Promise<SessionInfo> => {
    const agreed = async (): Promise<SessionInfo> => {
      const { info: at, policy } = await agreeOnPolicy(ledger, await first(), own);
      return {
        ...at,
        naming: namingOf(at),
        namesLost: fingerprintKey === undefined && isYounger(at),
        ...(policy ? { policy } : {}),
      };
    };
    const mine = patiently(agreed, 2_000).catch((error: unknown) => {
      if (opening === mine) opening = undefined;
      throw error;
    });
    opening = mine;
    return mine;
  };

  const info = (): Promise<SessionInfo> => opening ?? open(() => ledger.open());

  const write = (command: WriteCommand, patienceMs: number): Promise<WriteAnswer> =>
    patiently(
      () => writeBehindHistory(ledger, retention ? { ...command, index: retention.shelved(command.index) } : command),
      patienceMs,
    );

  return {
    ledger,
    info,
    renew: (fresh) => {
      // Who asks hears of a failure; here nobody does.
      open(() => Promise.resolve(fresh)).catch(() => {});
    },
    read: async (slot) => {
      await info();
      const { at, row } = await patiently(() => ledger.read(slot), 2_000);
      return row
        ? { record: decodeRecord(row.doc, row.at, row.slot), revision: row.revision, at }
        : { revision: 0, at };
    },
    write,
    change: async (slot, before, decide, patienceMs) => {
      let seen = before;
      for (;;) {
        const change = seen.record && decide(seen.record, seen.at);
        if (!change) return seen;
        const { draft, index, events } = change;
        const answer = await write(
          { slot, expect: seen.revision, doc: encodeRecord(draft), index, events },
          patienceMs,
        );
        if (answer.kind === 'conflict') seen = seenIn(answer);
        if (answer.kind === 'written') return seenAs(draft, answer);
      }
    },
  };
}

/** A draft as it stands once it was written. */
export function seenAs(draft: Draft, answer: WriteAnswer & { kind: 'written' }): Seen {
  return { record: resolveTimes(draft, answer.at), revision: answer.revision, at: answer.at };
}

/** A conflicting row as the lifecycle reads it. */
export function seenIn(answer: WriteAnswer & { kind: 'conflict' }): Seen {
  const { at, row } = answer;
  return row ? { record: decodeRecord(row.doc, row.at, row.slot), revision: row.revision, at } : { revision: 0, at };
}

function isYounger({ id, suspectSince }: LedgerInfo): boolean {
  const made = madeAt(id);
  return made !== undefined && suspectSince !== undefined && made > suspectSince;
}

function asUnavailable(error: unknown, name: string): unknown {
  if (error instanceof OncelyError) return error;
  return new OncelyError('ledger_unavailable', {
    message: `The ledger (${name}) cannot be reached: ${plainWhy(error)}.`,
    cause: plainError(error),
  });
}
