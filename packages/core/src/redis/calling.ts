import { createHash } from 'node:crypto';

import { inTime } from '../batching.ts';
import { OncelyError } from '../errors.ts';
import type { Connection } from './client.ts';
import { redisFailure } from './failures.ts';
import type { Script } from './scripts.ts';

/** How many replicas must have a write, and how long that may take, in milliseconds. */
export interface WaitReplicas {
  readonly count: number;
  readonly timeoutMs: number;
}

/** How scripts are called: by digest, in time, and acknowledged by as many replicas as were asked for. */
export interface Calling {
  readonly name: string;
  readonly connection: Connection;
  readonly timeoutMs: number;
  readonly replicas: WaitReplicas | undefined;
}

const digests = new Map<Script, string>();

/**
 * Calls a script.
 * @throws OncelyError `ledger_unavailable`, `ledger_unusable`
 */
export async function callScript(
  calling: Calling,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
  kind: 'reads' | 'writes',
): Promise<unknown> {
  const { name, connection, timeoutMs } = calling;
  const replicas = kind === 'writes' ? calling.replicas : undefined;
  const rest = [String(keys.length), ...keys, ...args];
  const send = async (command: string, source: string): Promise<unknown> => {
    const answering = connection.send([command, source, ...rest]);
    if (!replicas) return answering;
    // In the same tick, so on the same connection: it counts the replicas that have all that was written so far, also
    // the row of a conflict, which another connection may just have stored.
    const acknowledging = connection.send(['wait', String(replicas.count), String(replicas.timeoutMs)]);
    const [answer, acknowledged] = await Promise.all([answering, acknowledging]);
    if (Number(acknowledged) < replicas.count) throw tooFew(name, replicas, Number(acknowledged));
    return answer;
  };
  const work = async (): Promise<unknown> => {
    try {
      return await send('evalsha', digestOf(script));
    } catch (error) {
      // A server that was restarted, flushed or promoted does not know the script yet. Nothing was done.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return send('eval', script.lua);
    }
  };
  try {
    return await inTime(work(), timeoutMs, name);
  } catch (error) {
    throw redisFailure(error, name);
  }
}

function digestOf(script: Script): string {
  let digest = digests.get(script);
  if (digest === undefined) digests.set(script, (digest = createHash('sha1').update(script.lua).digest('hex')));
  return digest;
}

function tooFew(name: string, { count, timeoutMs }: WaitReplicas, acknowledged: number): OncelyError {
  return new OncelyError('ledger_unavailable', {
    message: `The ledger (${name}) has this command on ${acknowledged} of ${count} replicas after ${timeoutMs} ms. It is not taken as stored.`,
  });
}
