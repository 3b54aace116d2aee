import { requireEffect, type EffectId } from './effect-ids.ts';
import type { LedgerSession } from './ledger-session.ts';
import { listLimits, type LimitsQuery, type LimitUses } from './limits/listing.ts';
import type { Limit } from './limits/rules.ts';
import { observations, type Observation } from './observe.ts';
import { openStored, type Codec, type SealedPlace } from './payload.ts';
import type { Stored } from './record.ts';

/** What an operator is told of the ledger itself. */
export interface LedgerState {
  /** `sqlite effects.db`; never with a password. */
  readonly name: string;
  /** Random, made once with the store's tables: two ledgers of one name are told apart by it. */
  readonly id: string;
  readonly epoch: number;
  /** Since when it may have forgotten, in milliseconds since 1970; absent: it is not suspected. */
  readonly suspectSince?: number;
  /** The ledger's time. */
  readonly at: number;
}

/** A request or a result as far as it is kept. */
export type Kept =
  | { readonly kind: 'text'; readonly text: string }
  /** `too_large`, `codec_failed`, `secret`, `unknown`, `expired`. */
  | { readonly kind: 'omitted'; readonly reason: string }
  /** Kept, and not opened in this process. */
  | { readonly kind: 'sealed'; readonly reason: string };

/** For operators: what the ledger is, and what it keeps in clear or under the codec. */
export interface Inspect {
  /** Opens the ledger, which brings its tables up to date. */
  ledger(): Promise<LedgerState>;
  /**
   * The input and the outcome of one effect, opened by the codec. They may hold anything that your callers or the
   * vendor put there: show them to nobody who may not see that.
   * @throws OncelyError `not_found`, and `invalid_input` where the text names two effects
   */
  payloads(id: EffectId): Promise<{ readonly request?: Kept; readonly result?: Kept }>;
  /** Everything that `unscoped: 'observe'` counted, repeated or not. */
  observations(): Promise<readonly Observation[]>;
  /**
   * How far each limit is used, in pages: what is open or in doubt of it, and when time makes room. It only reads.
   * @throws OncelyError `invalid_input`
   */
  limits(query?: LimitsQuery): Promise<LimitUses>;
}

export function createInspect(session: LedgerSession, codec: Codec | undefined, limits: readonly Limit[]): Inspect {
  return {
    ledger: async () => {
      await session.info();
      // Read anew: another process may have set the mark since this one opened it.
      const { key: _secret, ...info } = await session.ledger.open();
      return { name: session.ledger.name, ...info };
    },
    payloads: async (id) => {
      const { slot, record } = await requireEffect(session, id);
      const request = await keptOf(record.request, codec, { slot, kind: 'request' });
      const result = await keptOf(record.result, codec, { slot, kind: 'result' });
      return { ...(request ? { request } : {}), ...(result ? { result } : {}) };
    },
    observations: () => observations(session),
    limits: (query) => listLimits(session, limits, query),
  };
}

async function keptOf(
  stored: Stored | undefined,
  codec: Codec | undefined,
  place: SealedPlace,
): Promise<Kept | undefined> {
  if (!stored) return undefined;
  if (stored.kind === 'omitted') return { kind: 'omitted', reason: stored.reason };
  if (stored.kind === 'sealed' && !codec) return { kind: 'sealed', reason: 'this process was given no codec' };
  try {
    const text = await openStored(stored, codec, place);
    return text === undefined ? undefined : { kind: 'text', text };
  } catch (error) {
    return { kind: 'sealed', reason: error instanceof Error ? error.message : String(error) };
  }
}
