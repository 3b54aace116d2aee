import type { Clock } from './clock.ts';
import { ledgersAreWatched, publishLedger } from './events.ts';
import type { Ledger } from './ledger.ts';

type AnyCall = (...args: unknown[]) => Promise<unknown>;

const calls = ['open', 'write', 'read', 'list', 'history', 'readWorkflow', 'writeWorkflow', 'markSuspect'] as const;

/** A ledger that publishes how long each of its calls took, by the process's clock; nothing where nobody listens. */
export function watchedLedger(ledger: Ledger, clock: Clock): Ledger {
  const watched = Object.create(ledger) as Record<string, unknown>;
  for (const call of calls) {
    const inner = (...args: unknown[]): Promise<unknown> => (ledger[call] as AnyCall)(...args);
    watched[call] = (...args: unknown[]) =>
      ledgersAreWatched() ? timed(ledger.name, call, clock, inner(...args)) : inner(...args);
  }
  return watched as unknown as Ledger;
}

async function timed<T>(ledger: string, call: string, clock: Clock, work: Promise<T>): Promise<T> {
  const since = clock.monotonic();
  const say = (outcome: string): void =>
    publishLedger({ type: 'called', ledger, call, outcome, durationMs: clock.monotonic() - since });
  try {
    const answer = await work;
    say(kindOf(answer));
    return answer;
  } catch (error) {
    say('failed');
    throw error;
  }
}

function kindOf(answer: unknown): string {
  const kind: unknown = (answer as { readonly kind?: unknown } | undefined)?.kind;
  return typeof kind === 'string' ? kind : 'ok';
}
