import { OncelyError } from './errors.ts';
import { ledgersAreWatched, publishLedger } from './events.ts';

export interface BatchingOptions<Command, Answer> {
  /** For messages: `postgres oncely`. */
  readonly name: string;
  /** Carries out all of them in one step and answers in their order. It throws where none was carried out, or where that is not known. */
  readonly send: (commands: readonly Command[]) => Promise<readonly Answer[]>;
  /** How much of the store's memory and line a command takes, in characters. */
  readonly weigh: (command: Command) => number;
  /** Whether a failure is the fault of one of the commands and none was carried out: then the others go without it. */
  readonly isFaultOfOne: (error: unknown) => boolean;
  /** Awaited before commands are taken, for a store that works synchronously and would see each of them alone. */
  readonly gather?: () => Promise<void>;
  /** How many batches may be under way at once. Default 1. */
  readonly lanes?: number;
  /** How many commands one batch may carry. Default 128. */
  readonly maxCommands?: number;
  /** How long a batch may take before its callers are told that the store did not answer; absent: any time. */
  readonly timeoutMs?: number;
}

/** More than this in one batch would hold up whoever comes next. */
const maxBatchWeight = 4 * 1024 * 1024;
/** More than this waiting means that the store is slower than its callers: they are told instead of filling the memory. */
const maxWaitingWeight = 64 * 1024 * 1024;

interface Waiting<Command, Answer> {
  readonly command: Command;
  readonly weight: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one call of many: a lone command goes in the tick in which it was given, and a batch is what was given in one
 * tick or gathered while the last batch was under way. No timer holds anything back. A command that cannot be carried out fails alone; those beside it do not notice.
 */
export function batching<Command, Answer>(
  options: BatchingOptions<Command, Answer>,
): (command: Command) => Promise<Answer> {
  const { name, send, weigh, isFaultOfOne, gather, lanes = 1, maxCommands = 128, timeoutMs } = options;
  let waiting: Waiting<Command, Answer>[] = [];
  let waitingWeight = 0;
  let underWay = 0;

  const take = (): Waiting<Command, Answer>[] => {
    let weight = 0;
    let count = 0;
    for (const each of waiting) {
      if (count > 0 && (count === maxCommands || weight + each.weight > maxBatchWeight)) break;
      weight += each.weight;
      count += 1;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingWeight -= weight;
    return batch;
  };

  const carryOut = async (batch: readonly Waiting<Command, Answer>[]): Promise<void> => {
    if (ledgersAreWatched()) {
      publishLedger({ type: 'batched', ledger: name, commands: batch.length, waiting: waiting.length });
    }
    try {
      const answers = await inTime(send(batch.map(({ command }) => command)), timeoutMs, name);
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      if (batch.length > 1 && isFaultOfOne(error)) {
        const half = Math.ceil(batch.length / 2);
        await carryOut(batch.slice(0, half));
        await carryOut(batch.slice(half));
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  };

  const work = async (): Promise<void> => {
    underWay += 1;
    // What is called in the same tick goes together, gathered or not.
    await gather?.();
    while (waiting.length > 0) {
      await carryOut(take());
      if (waiting.length > 0) await gather?.();
    }
    underWay -= 1;
  };

  return (command) =>
    new Promise((resolve, reject) => {
      const weight = weigh(command);
      if (waitingWeight + weight > maxWaitingWeight && waiting.length > 0) {
        const megabytes = Math.round(waitingWeight / 1024 / 1024);
        reject(
          unavailable(
            `The ledger (${name}) is slower than this process: ${waiting.length} commands (${megabytes} MB) wait for it. This one was not stored.`,
          ),
        );
        return;
      }
      waiting.push({ command, weight, resolve, reject });
      waitingWeight += weight;
      if (underWay < lanes) void work();
    });
}

/** What `work` gives, or an error after `timeoutMs`: a line that went dead says nothing for a long time. */
export async function inTime<T>(work: Promise<T>, timeoutMs: number | undefined, name: string): Promise<T> {
  if (timeoutMs === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(unavailable(`The ledger (${name}) did not answer in ${timeoutMs} ms. The command may have been stored.`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(message: string): OncelyError {
  return new OncelyError('ledger_unavailable', { message });
}
