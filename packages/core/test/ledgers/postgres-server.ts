import { Pool, type PoolConfig } from 'pg';
import { onTestFinished } from 'vitest';

import { startPostgres, type PostgresServer, type StartPostgresOptions } from '@oncely/testing/servers/postgres';

import { isOncelyError, type OncelyError } from '../../src/errors.ts';
import type { Ledger, WriteAnswer, WriteCommand } from '../../src/ledger.ts';

/** A server of the test's own, which it may kill; it ends with the test. */
export async function ownServer(options?: StartPostgresOptions): Promise<PostgresServer> {
  const server = await startPostgres(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A pool that is closed when the test ends, and whose idle connections may break without a word. */
export function poolOf(url: string, config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, ...config });
  pool.on('error', () => undefined);
  onTestFinished(async () => {
    await pool.end().catch(() => undefined);
  });
  return pool;
}

/** A claim, or what is given. */
export function claimOf(slot: string, of: Partial<WriteCommand> = {}): WriteCommand {
  return {
    slot,
    expect: 0,
    doc: `{"token":"${slot}"}`,
    index: { state: 'executing', dueAfterMs: 1_000 },
    events: [],
    ...of,
  };
}

/** The error that a call ends with. */
export async function failureOf(work: Promise<unknown>): Promise<OncelyError> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!isOncelyError(error)) throw new Error('not an error of ours', { cause: error });
  return error;
}

/** Repeats a command as the runner does: the same command, until there is an answer. */
export async function persistently(ledger: Ledger, command: WriteCommand): Promise<WriteAnswer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ledger.write(command);
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
