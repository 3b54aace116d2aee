import { OncelyError } from '../errors.ts';
import { refuseUnknown, type NamesOf } from '../known-options.ts';
import type { PostgresOptions } from '../ledgers/postgres.ts';
import { placeProblem } from './schema.ts';

const known: NamesOf<PostgresOptions> = { schema: true, prefix: true, allowUnsafe: true, commandTimeoutMs: true };

/** @throws OncelyError `invalid_config`; what was given in the client's place may hold a password, and is not shown */
export function refuseBadOptions(client: unknown, options: PostgresOptions): void {
  const bad = (problem: string, fix?: string): never => {
    throw new OncelyError('invalid_config', {
      message: `postgresLedger: ${problem}. Nothing was opened.`,
      ...(fix === undefined ? {} : { fix }),
    });
  };
  if (typeof (client as { query?: unknown } | null | undefined)?.query !== 'function') {
    bad(
      `its client must have pg's query(text, values), got ${client === null ? 'null' : typeof client}`,
      'postgresLedger(new Pool({ connectionString: process.env.DATABASE_URL })) with Pool of pg',
    );
  }
  refuseUnknown('postgresLedger', options, known, { code: 'invalid_config', left: 'Nothing was opened.' });
  const problem = placeProblem(options);
  if (problem !== undefined) bad(problem);
  const { commandTimeoutMs = 5_000 } = options;
  if (!(Number.isFinite(commandTimeoutMs) && commandTimeoutMs > 0)) bad('commandTimeoutMs must be a number above 0');
}
