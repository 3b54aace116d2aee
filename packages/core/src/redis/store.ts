import { OncelyError } from '../errors.ts';
import type { LedgerInfo } from '../ledger.ts';
import { bucketAt, type Bucket } from './buckets.ts';
import { callScript, type Calling } from './calling.ts';
import { settleEpochs, type Mark } from './epochs.ts';
import { callStanding, createMemory, type Called } from './memory.ts';
import { readPart } from './parts.ts';
import { recordScript } from './scripts-epoch.ts';
import type { Script } from './scripts.ts';
import { lookAt, type Looked, type Looking } from './server.ts';
import { infoOf, type Head, type Identity } from './standing.ts';

export interface StoreOptions {
  readonly prefix: string;
  /** As the user asked for; absent: as the ledger was made, else 1 or, in a cluster, 64. */
  readonly buckets: number | undefined;
  readonly calling: Calling;
  readonly looking: Looking;
  /** How often the server is looked at again while it stays the same, in milliseconds. */
  readonly lookEveryMs: number;
}

/** The buckets of one ledger as one: opened, of one epoch, and watched for what they may have forgotten. */
export interface Store {
  open(): Promise<LedgerInfo>;
  /** The buckets of the ledger, which is opened where it was not. */
  buckets(): Promise<readonly Bucket[]>;
  /** Calls a script that begins with a standing. */
  call(index: number, script: Script, keys: readonly string[], args: readonly string[]): Promise<Called>;
  /** Throws where the server that the ledger is on now was found unfit. */
  refuseUnfitServer(): Promise<void>;
  /** Makes what was lost an epoch of its own, and brings all buckets to the highest one. */
  settle(): Promise<LedgerInfo>;
  mark(mark: Mark): Promise<LedgerInfo>;
  infoOf(head: Head): LedgerInfo;
}

const bucketsOfCluster = 64;
const lookAgainMs = 10_000;
// The server's settings can no longer be trusted: a restart may then have lost something.
const nothingIsKnown = ['*', 'unknown'] as const;

export function createStore({ prefix, buckets: asked, calling, looking: how, lookEveryMs }: StoreOptions): Store {
  const { connection } = calling;
  const memory = createMemory();
  let buckets: Bucket[] | undefined;
  let replaced: OncelyError | undefined;
  let unfit: OncelyError | undefined;
  let looking: Promise<void> | undefined;
  let watching: Promise<void> | undefined;
  let lastLook = performance.now();
  const lookedAt = new Map<string, number>();
  let settling: Promise<LedgerInfo> | undefined;

  /** Somebody emptied the server, and another process, which knew nothing of the ledger, made a new one there. */
  const whenReplaced = async (): Promise<OncelyError> => {
    if (replaced) return replaced;
    replaced = new OncelyError('ledger_unusable', {
      message: `The ledger (${calling.name}) was emptied and made anew by another process while this one used it. It is marked as one that may have forgotten. Nothing was sent.`,
      fix: 'restart this process',
    });
    memory.forget();
    await reconcile();
    return replaced;
  };

  const reconcile = async (mark?: Mark): Promise<LedgerInfo> => {
    const info = await settleEpochs(calling, memory, prefix, buckets?.length ?? 1, mark);
    if (info === 'other') throw await whenReplaced();
    return info;
  };

  const settle = (): Promise<LedgerInfo> => {
    settling ??= reconcile().finally(() => {
      settling = undefined;
    });
    return settling;
  };

  const look = (): Promise<Looked[]> => {
    for (const replid of memory.unlooked) lookedAt.set(replid, performance.now());
    return Promise.all(connection.servers().map((send) => lookAt(send, how)));
  };

  const record = async (looked: readonly Looked[]): Promise<void> => {
    memory.unlooked.clear();
    unfit = undefined;
    lastLook = performance.now();
    await recordAll(looked.flatMap(({ replid, durability }) => [replid, durability]));
  };

  const recordAll = async (args: readonly string[]): Promise<void> => {
    const all = buckets ?? [];
    await Promise.all(all.map(({ ledger }) => callScript(calling, recordScript, [ledger], args, 'writes')));
  };

  const lookAgain = async (): Promise<void> => {
    try {
      await record(await look());
    } catch (error) {
      // A server that cannot be looked at now is not thereby unfit.
      if (!(error instanceof OncelyError && error.code === 'ledger_unusable')) return;
      unfit = error;
      await recordAll(nothingIsKnown).catch(() => {});
    }
  };

  const open = async (): Promise<LedgerInfo> => {
    if (replaced) throw replaced;
    // Before anything is made on a server that is not fit for it.
    const looked = await look();
    if (!buckets) {
      const first = asked === undefined ? await readPart(calling, memory, prefix, 0) : undefined;
      const made = typeof first === 'object' ? first.buckets : undefined;
      const count = asked ?? made ?? (connection.kind === 'cluster' ? bucketsOfCluster : 1);
      buckets = Array.from({ length: count }, (_, index) => bucketAt(prefix, index));
    }
    const info = await settle();
    await record(looked);
    return info;
  };

  const opened = async (): Promise<readonly Bucket[]> => {
    if (replaced) throw replaced;
    if (!memory.identity) await open();
    return buckets ?? [];
  };

  return {
    open,
    buckets: opened,
    call: async (index, script, keys, args) => {
      for (;;) {
        if (replaced) throw replaced;
        const called = await callStanding(calling, memory, index, script, keys, args);
        if (called === 'other') throw await whenReplaced();
        if (called !== 'absent') return called;
        await settle();
      }
    },
    refuseUnfitServer: async () => {
      const due = (replid: string): boolean => performance.now() - (lookedAt.get(replid) ?? -Infinity) > lookAgainMs;
      if (memory.unlooked.size > 0 && [...memory.unlooked].some(due)) {
        looking ??= lookAgain().finally(() => {
          looking = undefined;
        });
      }
      await looking;
      // On the side: whoever claims meanwhile does not wait for it.
      if (performance.now() - lastLook > lookEveryMs) {
        lastLook = performance.now();
        watching ??= lookAgain().finally(() => {
          watching = undefined;
        });
      }
      if (unfit) throw unfit;
    },
    settle,
    mark: async (mark) => {
      await opened();
      return reconcile(mark);
    },
    infoOf: (head) => infoOf(memory.identity as Identity, head),
  };
}
