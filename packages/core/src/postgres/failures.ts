import { OncelyError } from '../errors.ts';

/** The classes of SQLSTATE that blame the data of a statement: data exception, integrity violation, limit exceeded. */
const faultsOfData = new Set(['22', '23', '54']);

const tablesGone = 'the tables are gone: restore them, and mark what may be forgotten with oncely.suspect(since)';

/** What the database refuses however often it is asked, by SQLSTATE. `OC…` are our own functions' errors. */
const unusable: Readonly<Record<string, string>> = {
  OC001: "leave default_transaction_isolation at 'read committed' for the ledger's connections",
  OC002: "set synchronous_commit = on for the ledger's connections, or pass allowUnsafe: true",
  '42501': 'let an owner open the ledger once and run postgresWorkerGrants(role) for this role',
  '3F000': tablesGone,
  '42P01': tablesGone,
  '42883': 'the functions are gone: restore the schema from a backup',
};

/** Whether a statement failed for the data of one of its commands; then none of them was stored. */
export function isFaultOfOne(error: unknown): boolean {
  return faultsOfData.has(stateOf(error).slice(0, 2));
}

/** Says what a failed statement means. What is not known to be refused may have been stored. */
export function postgresFailure(error: unknown, name: string): unknown {
  if (error instanceof OncelyError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const state = stateOf(error);
  const fix = unusable[state];
  if (fix !== undefined || isFaultOfOne(error)) {
    return new OncelyError('ledger_unusable', {
      message: `The ledger (${name}) refused this command: ${why}. It was not stored.`,
      ...(fix === undefined ? {} : { fix }),
      cause: error,
    });
  }
  return new OncelyError('ledger_unavailable', {
    message: `The ledger (${name}) did not answer: ${why}. The command may have been stored.`,
    cause: error,
  });
}

function stateOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.length === 5 ? code : '';
}
