/**
 * The ledger in Redis or Valkey, shared by any number of machines.
 * @module
 */
import { batching } from '../batching.ts';
import { workflowOfSlot } from '../contract.ts';
import { OncelyError } from '../errors.ts';
import { refuseUnknown, type NamesOf } from '../known-options.ts';
import type { Ledger, WriteAnswer, WriteCommand } from '../ledger.ts';
import { auditedPage, markRows } from '../redis/audited.ts';
import { bucketOfWorkflow, type Bucket } from '../redis/buckets.ts';
import { callScript, type Calling, type WaitReplicas } from '../redis/calling.ts';
import { connectionOf, type RedisClient } from '../redis/client.ts';
import { refusedByScript } from '../redis/failures.ts';
import { heldPage } from '../redis/held.ts';
import { listRows } from '../redis/listing.ts';
import { listShelf } from '../redis/shelf-listing.ts';
import { historyScript, readScript, workflowScript } from '../redis/scripts-read.ts';
import { removeScript, writeScript, writeWorkflowScript } from '../redis/scripts.ts';
import type { Head } from '../redis/standing.ts';
import { createStore } from '../redis/store.ts';
import {
  answerOf,
  argumentsOf,
  commandProblem,
  rowOf,
  workflowAnswerOf,
  workflowRowOf,
  type Answered,
} from '../redis/writing.ts';

export type { IoredisClient, NodeRedisClient, RedisClient } from '../redis/client.ts';
export type { WaitReplicas } from '../redis/calling.ts';

export interface RedisOptions {
  /** What the ledger's keys begin with, behind the client's own keyPrefix. Default `oncely`. */
  readonly prefix?: string;
  /** Accept a server that may forget what it has acknowledged. Default `durable`. */
  readonly durability?: 'durable' | 'best-effort';
  /** Take a command as stored only once so many replicas have it; not in a cluster. */
  readonly waitReplicas?: WaitReplicas;
  /** Into how many parts a new ledger is divided; it stays so. Default 64 in a cluster, else 1. */
  readonly buckets?: number;
  /** How long one command may take before its caller is told that the ledger did not answer, in ms. Default 5,000. */
  readonly commandTimeoutMs?: number;
  /** How often the server's settings are looked at again, beside the commands, in ms. Default 10,000. */
  readonly lookEveryMs?: number;
  /** Told once what the server cannot promise. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Makes the ledger in Redis 6.2 or newer, by a client that you built and close yourself: ioredis (also with Sentinel or
 * as Cluster) or node-redis. With `appendonly yes` and `appendfsync always` what it has acknowledged survives a crash
 * of any process and of the server. A failover may lose it: the ledger notices and marks itself, and what it may have
 * forgotten is in doubt and not new. Times are the server's. A claim is one call, its settle another, and those that are
 * under way together share one. Nothing is sent before the first use.
 *
 * @throws OncelyError `invalid_config`; at the first use `ledger_unusable`: a server that keeps no log of its writes or
 * evicts records, a newer format; `ledger_unavailable` on a replica, until it is promoted.
 * @example
 * const oncely = createOncely({ ledger: redisLedger(new Redis(process.env.REDIS_URL)) });
 */
export function redisLedger(client: RedisClient, options: RedisOptions = {}): Ledger {
  const { prefix = 'oncely', commandTimeoutMs = 5_000, waitReplicas } = options;
  const connection = connectionOf(client);
  refuseBadOptions(options, connection.kind);
  const name = `redis ${prefix}`;
  const calling: Calling = { name, connection, timeoutMs: commandTimeoutMs, replicas: waitReplicas };
  const warned = new Set<string>();
  const store = createStore({
    prefix,
    buckets: options.buckets,
    calling,
    lookEveryMs: options.lookEveryMs ?? 10_000,
    looking: {
      name,
      bestEffort: options.durability === 'best-effort',
      cluster: connection.kind === 'cluster',
      timeoutMs: commandTimeoutMs,
      warn: (message) => {
        if (warned.has(message)) return;
        warned.add(message);
        (options.onWarning ?? emitWarning)(message);
      },
    },
  });

  const placeOf = async (workflow: string): Promise<{ index: number; bucket: Bucket }> => {
    const buckets = await store.buckets();
    const index = bucketOfWorkflow(workflow, buckets.length);
    return { index, bucket: buckets[index] as Bucket };
  };

  const writers = new Map<number, Writer>();
  const writerOf = (index: number, bucket: Bucket): Writer => {
    let writer = writers.get(index);
    if (!writer) writers.set(index, (writer = makeWriter(index, bucket)));
    return writer;
  };
  const makeWriter = (index: number, bucket: Bucket): Writer =>
    batching({
      name,
      send: async (commands) => {
        const { ledger, slots, due, workflows, unsealed } = bucket;
        const keys = [ledger, slots, due, workflows, unsealed, ...commands.map(({ slot }) => bucket.row(slot))];
        const { head, answers } = await store.call(index, writeScript, keys, commands.flatMap(argumentsOf));
        return commands.map(({ slot }, at) => ({ head, answer: answerOf(answers[at] ?? [], slot) }));
      },
      weigh: weightOf,
      isFaultOfOne: () => false,
      lanes: 2,
    });

  return {
    name,
    open: () => store.open(),
    write: async (command): Promise<WriteAnswer> => {
      const problem = commandProblem(command);
      if (problem !== undefined) throw refusedByScript(problem, name);
      const { index, bucket } = await placeOf(workflowOfSlot(command.slot));
      if (command.guard) await store.refuseUnfitServer();
      const { head, answer } = await writerOf(index, bucket)(command);
      if (answer === 'epoch') {
        // An epoch that anybody is told of is in all buckets: no claim that knew less is stored from then on.
        const told =
          head.lost === '' && head.epoch >= (command.guard?.epoch ?? 0) && (await store.buckets()).length === 1;
        return { kind: 'epoch', at: head.now, info: told ? store.infoOf(head) : await store.settle() };
      }
      if (answer.kind === 'error') throw refusedByScript(answer.why, name);
      return answer;
    },
    read: async (slot) => {
      const { bucket } = await placeOf(workflowOfSlot(slot));
      const reply = await callScript(calling, readScript, [bucket.row(slot)], [], 'reads');
      const [now, found] = reply as [string, string[]];
      const row = rowOf(slot, found);
      return { at: Math.max(Number(now), row?.at ?? 0), ...(row ? { row } : {}) };
    },
    remove: async ({ slot, expect, at: writtenAt }) => {
      const { index, bucket } = await placeOf(workflowOfSlot(slot));
      const keys = [bucket.ledger, bucket.slots, bucket.due, bucket.row(slot), bucket.unsealed];
      const { answers } = await store.call(index, removeScript, keys, [slot, String(expect), String(writtenAt)]);
      const [kind, at, ...rest] = answers[0] ?? [];
      if (kind === 'removed') return { kind, at: Number(at) };
      const row = rowOf(slot, rest);
      return { kind: 'conflict', at: Number(at), ...(row ? { row } : {}) };
    },
    list: async (query) => {
      const buckets = await store.buckets();
      return query.shelf
        ? listShelf(calling, buckets, { ...query, shelf: query.shelf })
        : listRows(calling, buckets, query);
    },
    audited: async (query) => auditedPage(calling, await store.buckets(), query),
    markSealed: async (rows) => markRows(calling, await store.buckets(), rows),
    history: async (slot) => {
      const { bucket } = await placeOf(workflowOfSlot(slot));
      const reply = (await callScript(calling, historyScript, [bucket.row(slot)], [], 'reads')) as string[];
      const events = [];
      for (let at = 0; at < reply.length; at += 2) {
        const [sequence = '', text = ''] = reply.slice(at, at + 2);
        const space = text.indexOf(' ');
        events.push({ sequence: Number(sequence), at: Number(text.slice(0, space)), doc: text.slice(space + 1) });
      }
      return events.sort((one, other) => one.sequence - other.sequence);
    },
    readWorkflow: async (workflow) => {
      const { bucket } = await placeOf(workflow);
      const reply = (await callScript(calling, workflowScript, [bucket.workflows], [workflow], 'reads')) as string[];
      const [now, text] = reply;
      return { at: Number(now), ...(text === undefined ? {} : { row: workflowRowOf(workflow, text) }) };
    },
    heldWorkflows: ({ after }) => store.buckets().then((buckets) => heldPage(calling, buckets, after)),
    writeWorkflow: async ({ workflow, expect, state, doc }) => {
      const { index, bucket } = await placeOf(workflow);
      const args = [workflow, String(expect), state, doc];
      const { answers } = await store.call(index, writeWorkflowScript, [bucket.ledger, bucket.workflows], args);
      return workflowAnswerOf(answers[0] ?? [], workflow);
    },
    markSuspect: (since) => store.mark({ since }),
    raiseEpoch: () => store.mark('as it is'),
    close: async () => {},
  };
}

type Writer = (command: WriteCommand) => Promise<{ readonly head: Head; readonly answer: Answered }>;

const known: NamesOf<RedisOptions> = {
  prefix: true,
  durability: true,
  waitReplicas: true,
  buckets: true,
  commandTimeoutMs: true,
  lookEveryMs: true,
  onWarning: true,
};

function refuseBadOptions(options: RedisOptions, kind: 'single' | 'pool' | 'cluster'): void {
  const bad = (message: string): never => {
    throw new OncelyError('invalid_config', { message: `redisLedger: ${message}.` });
  };
  refuseUnknown('redisLedger', options, known, { code: 'invalid_config', left: 'Nothing was opened.' });
  const { prefix = 'oncely', waitReplicas, buckets, commandTimeoutMs = 5_000 } = options;
  // Braces would move the keys of one workflow to different nodes of a cluster.
  if (!/^[\x21-\x7a|~]{1,200}$/.test(prefix)) bad('prefix must be printable ASCII without spaces and braces');
  if (buckets !== undefined && !(Number.isInteger(buckets) && buckets >= 1 && buckets <= 1_024)) {
    bad('buckets must be a whole number from 1 to 1,024');
  }
  if (options.lookEveryMs !== undefined && !(options.lookEveryMs >= 0)) bad('lookEveryMs must be a number from 0');
  if (!(Number.isFinite(commandTimeoutMs) && commandTimeoutMs > 0)) bad('commandTimeoutMs must be a number above 0');
  if (!waitReplicas) return;
  if (kind !== 'single') {
    bad(`waitReplicas does not work with a ${kind} client: it cannot be told which connection to wait on`);
  }
  if (!(Number.isInteger(waitReplicas.count) && waitReplicas.count >= 1)) bad('waitReplicas.count must be 1 or more');
  if (!(waitReplicas.timeoutMs > 0 && waitReplicas.timeoutMs < commandTimeoutMs)) {
    bad('waitReplicas.timeoutMs must be above 0 and less than commandTimeoutMs');
  }
}

function weightOf({ slot, doc, events }: WriteCommand): number {
  return events.reduce((sum, event) => sum + event.doc.length, 2 * slot.length + doc.length);
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'OncelyWarning');
}
