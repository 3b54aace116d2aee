import { OncelyError } from '../errors.ts';
import { madeAt, newIdentity } from '../ledger-identity.ts';
import { bucketAt } from './buckets.ts';
import { callScript, type Calling } from './calling.ts';
import { callStanding, type Memory } from './memory.ts';
import { createScript } from './scripts-epoch.ts';
import { standScript } from './scripts.ts';
import { partOf, type Identity, type Part } from './standing.ts';

const format = 1;
/** Above what any process has seen of what was lost; the scripts count on from there. */
const lossStep = 1_000_000_000;

/** A bucket's part, or why there is none. */
export async function readPart(
  calling: Calling,
  memory: Memory,
  prefix: string,
  index: number,
): Promise<Part | 'absent' | 'other'> {
  const called = await callStanding(calling, memory, index, standScript, [bucketAt(prefix, index).ledger], []);
  return typeof called === 'string' ? called : partOf(called.head, called.answers[0] ?? []);
}

/**
 * All parts of the ledger; what is missing is made first. A part that had been there was lost with all its slots, and
 * is made anew from what the others or this process remember.
 */
export async function allParts(
  calling: Calling,
  memory: Memory,
  prefix: string,
  count: number,
): Promise<readonly Part[] | 'other'> {
  for (;;) {
    const read = await Promise.all(Array.from({ length: count }, (_, at) => readPart(calling, memory, prefix, at)));
    if (read.includes('other')) return 'other';
    const parts = read.filter((part) => typeof part !== 'string');
    const [some] = parts;
    refuseOtherParts(calling.name, parts, count);
    if (parts.length === count) return parts;
    const identity = memory.identity ?? some ?? newIdentity();
    const firstIsThere = read[0] !== 'absent';
    // The first is made before all others, so others without it have lost it.
    const wasThere = memory.identity !== undefined || some?.complete === true || (some !== undefined && !firstIsThere);
    const epoch = Math.max(1, memory.epoch(), ...parts.map(({ head }) => head.epoch));
    const create = async (index: number, { id, key }: Identity): Promise<void> => {
      const writes = wasThere ? memory.of(index).writes + lossStep : 0;
      const fields = [
        id,
        Buffer.from(key).toString('hex'),
        epoch,
        count,
        format,
        writes,
        wasThere ? (madeAt(id) ?? 0) : '',
      ];
      await callScript(calling, createScript, [bucketAt(prefix, index).ledger], fields.map(String), 'writes');
    };
    const missing = read.flatMap((part, index) => (part === 'absent' ? [index] : []));
    await Promise.all((firstIsThere ? missing : [0]).map((index) => create(index, identity)));
  }
}

function refuseOtherParts(name: string, parts: readonly Part[], count: number): void {
  const [some] = parts;
  if (!some) return;
  const refuse = (what: string, fix: string): never => {
    throw new OncelyError('ledger_unusable', { message: `The ledger (${name}) ${what}. Nothing was sent.`, fix });
  };
  if (some.format > format) {
    refuse(
      `was written by a newer version of @oncely/core (format ${some.format}, this one knows ${format})`,
      'update @oncely/core in this process',
    );
  }
  if (some.buckets !== count) {
    refuse(
      `was made with ${some.buckets} buckets, not ${count}`,
      `redisLedger(client, { buckets: ${some.buckets} }), or leave it out`,
    );
  }
  if (parts.some((part) => part.id !== some.id)) {
    refuse('has parts of two ledgers', 'restore all nodes from one backup, or give the ledger another prefix');
  }
}
