import { OncelyError } from '../errors.ts';
import type { Calling } from './calling.ts';
import { callScript } from './calling.ts';
import type { Script } from './scripts.ts';
import { headOf, type Head, type Identity } from './standing.ts';

/** What this process has seen of one bucket. A bucket that is behind it has lost something. */
interface Known {
  epoch: number;
  writes: number;
  /** A moment on the server's clock, and the same one on the monotonic clock of this process. */
  clock?: { readonly server: number; readonly local: number };
}

/** What this process remembers of the ledger, held against what each answer says. */
export interface Memory {
  identity: Identity | undefined;
  /** Replication ids of servers that were met and that nobody has looked at yet. */
  readonly unlooked: Set<string>;
  of(index: number): Known;
  /** The highest epoch seen in any bucket. */
  epoch(): number;
  forget(): void;
}

export interface Called {
  readonly head: Head;
  readonly answers: readonly (readonly string[])[];
}

/** Later than any server's clock: for the first call, when that is not known. */
const never = '9000000000000000';

export function createMemory(): Memory {
  const known = new Map<number, Known>();
  return {
    identity: undefined,
    unlooked: new Set(),
    of: (index) => {
      let found = known.get(index);
      if (!found) known.set(index, (found = { epoch: 0, writes: 0 }));
      return found;
    },
    epoch: () => Math.max(0, ...Array.from(known.values(), (each) => each.epoch)),
    forget() {
      this.identity = undefined;
      known.clear();
    },
  };
}

/** The answer of a script that begins with a standing, or why it did nothing. */
export async function callStanding(
  calling: Calling,
  memory: Memory,
  index: number,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<Called | 'absent' | 'other'> {
  const { name, timeoutMs } = calling;
  const begun = performance.now();
  for (;;) {
    const known = memory.of(index);
    const { clock } = known;
    // A client that resends by itself may bring a command to the server long after its caller was told that it failed.
    const notAfter = clock ? String(Math.ceil(clock.server + performance.now() - clock.local + timeoutMs)) : never;
    const standing = [memory.identity?.id ?? '', String(known.epoch), String(known.writes), notAfter];
    const reply = (await callScript(calling, script, keys, [...standing, ...args], 'writes')) as (string | string[])[];
    const [first, ...answers] = reply;
    if (Array.isArray(first)) {
      const head = headOf(first);
      known.epoch = Math.max(known.epoch, head.epoch);
      known.writes = Math.max(known.writes, head.writes);
      known.clock = { server: head.now, local: performance.now() };
      if (head.durability === '') memory.unlooked.add(head.replid);
      return { head, answers: answers as string[][] };
    }
    if (first === 'absent' || first === 'other') return first;
    // Late by the server's clock, which was set forward or is another server's. It is known now.
    known.clock = { server: Number(answers[0]), local: performance.now() };
    if (performance.now() - begun > timeoutMs) {
      throw new OncelyError('ledger_unavailable', {
        message: `The ledger (${name}) was reached too late. This command was not stored.`,
      });
    }
  }
}
