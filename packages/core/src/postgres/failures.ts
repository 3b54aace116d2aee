import { OncelyError } from '../errors.ts';
import { plainError, plainWhy } from '../plain-error.ts';

/** The classes of SQLSTATE that blame the data of a statement: data exception, integrity violation, limit exceeded. */
const faultsOfData = new Set(['22', '23', '54']);

/** What to do about it. */
export const tablesGone =
  'the tables are gone: restore them, and mark what may be forgotten with oncely.suspect(since)';
const rightLogin = 'give the client a user and password that the server takes';

/** What the database refuses however often it is asked, by SQLSTATE. `OC…` are our own functions' errors. */
const unusable: Readonly<Record<string, string>> = {
  OC001: "leave default_transaction_isolation at 'read committed' for the ledger's connections",
  OC002: "set synchronous_commit = on for the ledger's connections, or pass allowUnsafe: true",
  '28000': rightLogin,
  '28P01': rightLogin,
  '2D000': 'give the ledger a pool or connection of its own, on which nobody begins a transaction',
  '25P02': 'give the ledger a pool or connection of its own, on which nobody begins a transaction',
  '3D000': 'create the database, or give the client the right one',
  '42501': 'let an owner open the ledger once and run postgresWorkerGrants(role) for this role',
  '3F000': tablesGone,
  '42P01': tablesGone,
  '42883': 'the functions are gone: restore the schema from a backup',
};

/** What passes by itself, or with the server, by SQLSTATE or its class; nothing was stored. */
const passing: Readonly<Record<string, string>> = {
  OC004: 'the server changed more than once meanwhile; the same command succeeds at another try',
  '25006': 'the client is on a standby: it must follow a failover to the new primary; the same command then succeeds',
  '40001': 'the same command succeeds at another try',
  '40P01': 'the same command succeeds at another try',
  '53': 'the server lacks memory, disk or connections; the same command succeeds once it has them',
  '55P03': 'the row is held by another statement for longer than lock_timeout; the same command then succeeds',
  '57014': 'the statement took longer than statement_timeout; the same command succeeds at another try',
  '57P03': 'the server starts or stops; the same command succeeds once it is up',
};

/** Of `same_origin` and `same_ledger`: before anything was stored. */
export const serverChanged = 'OC004';

/** What is said where the server's own words mean something else to a reader. */
const insteadOf: Readonly<Record<string, string>> = {
  '2D000': 'it stands in a transaction that somebody else ends, whose rollback would take back what was acknowledged',
};

/** Whether a statement failed for the data of one of its commands; then none of them was stored. */
export function isFaultOfOne(error: unknown): boolean {
  return faultsOfData.has(stateOf(error).slice(0, 2));
}

/** Says what a failed statement means. What is not known to be refused may have been stored. */
export function postgresFailure(error: unknown, name: string): OncelyError {
  if (error instanceof OncelyError) return error;
  const state = stateOf(error);
  const why = insteadOf[state] ?? plainWhy(error);
  const cause = plainError(error);
  const fix = unusable[state];
  if (fix !== undefined || isFaultOfOne(error)) {
    return new OncelyError('ledger_unusable', {
      message: `The ledger (${name}) refused this command: ${why}. It was not stored.`,
      ...(fix === undefined ? {} : { fix }),
      cause,
    });
  }
  const ends = passing[state] ?? passing[state.slice(0, 2)];
  if (ends !== undefined) {
    return new OncelyError('ledger_unavailable', {
      message: `The ledger (${name}) takes no commands for now: ${why}. This command was not stored.`,
      fix: ends,
      cause,
    });
  }
  return new OncelyError('ledger_unavailable', {
    message: `The ledger (${name}) did not answer: ${why}. The command may have been stored.`,
    ...(/after calling end on the pool/.test(why) ? { fix: 'end the pool after oncely.close()' } : {}),
    cause,
  });
}

/** The SQLSTATE of a failure, also of one that a wrapper of the client stands around; '' where there is none. */
export function stateOf(error: unknown): string {
  const { code } = plainError(error) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : '';
}
