import { abortedBy } from './aborting.ts';
import type { TransporterLike } from './transporter.ts';

/**
 * Whose turn it is at a pool. nodemailer's pool keeps what it cannot send yet in a queue of its own, where the
 * permission of a mail would run out; so no more are claimed than the pool sends at once, and no faster.
 */
export interface PoolTurns {
  /** A call of `sendMail`, from its beginning. */
  call(): PoolCall;
}

/** One call on its way to the pool. */
export interface PoolCall {
  /** Whether it has no place yet; otherwise it was given one. */
  readonly waits: boolean;
  /** `undefined`: it may go on at once. Rejects with the caller's abort. */
  turn(signal: unknown): Promise<void> | undefined;
  /** It is given to the pool. */
  handOver(): void;
  /** To be called in the end, whatever became of it. */
  end(): void;
}

interface PoolOptions {
  readonly maxConnections?: unknown;
  readonly rateLimit?: unknown;
  readonly rateDelta?: unknown;
}

interface PooledTransporter extends TransporterLike {
  isIdle?: () => boolean;
  emit?: (event: string) => unknown;
}

/** How long a turn is kept for a mail that is not given to the pool, such as one that another process sends. */
const unusedMs = 1_000;

/** `undefined` where the transporter has no queue. */
export function poolTurns(client: PooledTransporter): PoolTurns | undefined {
  const { name, options } = client.transporter ?? {};
  if (name !== 'SMTP (pool)') return undefined;
  const { maxConnections, rateLimit, rateDelta } = (options ?? {}) as PoolOptions;
  const places = positive(maxConnections) ?? 5;
  const limit = positive(rateLimit) ?? Infinity;
  const deltaMs = positive(rateDelta) ?? 1_000;
  const waiting = new Set<() => void>();
  let starts: number[] = [];
  let taken = 0;
  let unhanded = 0;
  let timer: NodeJS.Timeout | undefined;

  const rateWaitMs = (): number => {
    const now = performance.now();
    starts = starts.filter((each) => now - each < deltaMs);
    return starts.length < limit ? 0 : deltaMs - (now - (starts.at(-limit) ?? now));
  };
  const advance = (): void => {
    for (const go of waiting) {
      if (taken >= places) return;
      const waitMs = rateWaitMs();
      if (waitMs > 0) {
        timer ??= setTimeout(() => {
          timer = undefined;
          advance();
        }, waitMs);
        return;
      }
      waiting.delete(go);
      go();
    }
  };
  const counted = (change: 1 | -1): void => {
    const wasFull = unhanded >= places;
    unhanded += change;
    // Whoever feeds the pool by its `idle` event waits for one.
    if (wasFull && unhanded < places) setImmediate(() => client.emit?.('idle'));
  };

  const { isIdle } = client;
  if (isIdle) client.isIdle = () => unhanded < places && isIdle();

  return {
    call() {
      let state: 'waiting' | 'taken' | 'over' = 'waiting';
      let handed = false;
      let start: number | undefined;
      let unused: NodeJS.Timeout | undefined;
      counted(1);
      const take = (): void => {
        state = 'taken';
        taken += 1;
        start = performance.now();
        starts.push(start);
        unused = setTimeout(release, unusedMs);
        unused.unref();
      };
      const release = (): void => {
        clearTimeout(unused);
        if (state !== 'taken') return;
        state = 'over';
        taken -= 1;
        // What was not sent counts for no limit.
        if (!handed) starts = starts.filter((each) => each !== start);
        advance();
      };
      if (waiting.size === 0 && taken < places && rateWaitMs() === 0) take();
      return {
        waits: state === 'waiting',
        turn(given) {
          if (state !== 'waiting') return undefined;
          const signal = given instanceof AbortSignal ? given : undefined;
          return new Promise((resolve, reject) => {
            const abort = (): void => {
              waiting.delete(go);
              reject(abortedBy(signal));
            };
            const go = (): void => {
              signal?.removeEventListener('abort', abort);
              take();
              resolve();
            };
            waiting.add(go);
            signal?.addEventListener('abort', abort, { once: true });
            if (signal?.aborted === true) abort();
            advance();
          });
        },
        handOver() {
          clearTimeout(unused);
          if (!handed) counted(-1);
          handed = true;
        },
        end() {
          if (!handed) counted(-1);
          release();
          handed = true;
          state = 'over';
        },
      };
    },
  };
}

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}
