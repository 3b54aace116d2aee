import type { Adapter } from './adapter.ts';
import type { AuditOptions } from './audit/audit.ts';
import { budgetProblem, type Budgets } from './budgets.ts';
import type { Clock } from './clock.ts';
import type { MayDecide } from './deciding.ts';
import { fixedPathProblem } from './editing.ts';
import { strayName } from './compiled-policy.ts';
import { OncelyError } from './errors.ts';
import { refuseUnknown } from './known-options.ts';
import type { Redact } from './keeping.ts';
import type { Ledger } from './ledger.ts';
import { limitsProblem, type LimitRule } from './limits/rules.ts';
import type { Codec } from './payload.ts';
import { refuseUnknownParts } from './nested-options.ts';
import { policyProblem, type ApprovalPolicy } from './policies.ts';
import { twinProblem, type TwinGuard } from './twins.ts';
import { refuseBadRetention, type RetentionOptions } from './retention.ts';

export type Adapters = Readonly<Record<string, Adapter>>;

/** What `createOncely` is given. */
export interface OncelyOptions<A extends Adapters> {
  readonly ledger: Ledger;
  /** The vendors' clients by the name under which the ledger remembers them; a name is never changed later. */
  readonly clients?: A;
  /** What a write outside of any scope does. Default `refuse`. */
  readonly unscoped?: 'refuse' | 'observe';
  /** How long a claim holds without its holder, in milliseconds. Default 60,000. */
  readonly leaseMs?: number;
  /** How long one call may wait for an end: another's lease, a retry, the landing bound. Default 30,000. */
  readonly waitMs?: number;
  /** How often one call may send. Default 5. */
  readonly maxAttempts?: number;
  /** The default of the effects. */
  readonly drift?: 'first' | 'refuse';
  /** Encrypts requests and results in the ledger. */
  readonly codec?: Codec;
  /** What is kept of results, and for how long. Default: all of it, for ever; see `oncely.prune()`. */
  readonly retention?: RetentionOptions;
  /** By operation or pattern, paths whose values are replaced before a result or preview is stored. */
  readonly redact?: Redact;
  /** At least 32 bytes for fingerprints, the same in every process. Default: made once and kept in the ledger. */
  readonly fingerprintKey?: Uint8Array;
  /** The operations that a person must approve before they are sent. */
  readonly approvals?: ApprovalPolicy & {
    /** Who may decide on an approval, and as whom they count. Default: whoever holds this object. */
    readonly mayDecide?: MayDecide;
  };
  /** How much of a workflow may be done again before it pauses for a person. Default: without a limit. */
  readonly budgets?: Budgets;
  /** What to do when another workflow has made the same write for the same business case. Default: nothing. */
  readonly twins?: TwinGuard;
  /** How much, or how often, may be done at the vendors. Default: without a limit. */
  readonly limits?: readonly LimitRule[];
  readonly audit?: AuditOptions;
  /** On SIGTERM, settle what was claimed and not sent. Default true. */
  readonly drainOnSigterm?: boolean;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: gives the attempt tokens. */
  readonly token?: () => string;
}

/** Every option, so that a misspelled one is no policy that nobody asks. */
const known: Record<keyof OncelyOptions<Adapters>, true> = {
  ledger: true,
  clients: true,
  unscoped: true,
  leaseMs: true,
  waitMs: true,
  maxAttempts: true,
  drift: true,
  codec: true,
  retention: true,
  redact: true,
  fingerprintKey: true,
  approvals: true,
  budgets: true,
  twins: true,
  limits: true,
  audit: true,
  drainOnSigterm: true,
  clock: true,
  token: true,
};

/** From how many attempts on a retry is more of a burden on the vendor than a help. */
const manyAttempts = 8;

/** @throws OncelyError `invalid_config`, naming the option and the fix. */
export function refuseBadOptions(options: OncelyOptions<Adapters>): void {
  const bad = (message: string, fix?: string): never => {
    throw new OncelyError('invalid_config', {
      message: `createOncely: ${message}${message.endsWith('?') ? '' : '.'}`,
      ...(fix === undefined ? {} : { fix }),
    });
  };
  if (typeof options?.ledger?.write !== 'function') {
    refuseUnknown('createOncely', options, known, { code: 'invalid_config' });
    const given: unknown = options?.ledger;
    if (given === undefined || given === null) bad('ledger is missing', "ledger: sqliteLedger('effects.db')");
    bad(
      `ledger must be a ledger, got ${typeof given}`,
      "ledger: sqliteLedger('effects.db'), or postgresLedger(pool), or redisLedger(client)",
    );
  }
  if (options.unscoped !== undefined && options.unscoped !== 'refuse' && options.unscoped !== 'observe') {
    bad("unscoped must be 'refuse' or 'observe'", 'leave it out, and a write outside of a scope is refused');
  }
  refuseUnknown('createOncely', options, known, { code: 'invalid_config' });
  refuseUnknownParts(options);
  for (const [name, adapter] of Object.entries(options.clients ?? {})) {
    if (typeof adapter?.connect !== 'function') {
      bad(
        `clients.${name} is a raw client, not an adapter`,
        `${name}: oncelyStripe((config) => new Stripe(key, config))`,
      );
    }
  }
  for (const name of ['leaseMs', 'waitMs', 'maxAttempts'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) bad(`${name} must be a number above 0`);
  }
  const problem =
    policyProblem(options.approvals) ??
    strayName(options.approvals, options.clients) ??
    fixedPathProblem(options.approvals, options.clients) ??
    budgetProblem(options.budgets) ??
    twinProblem(options.twins) ??
    limitsProblem(options.limits, options.clients);
  if (problem !== undefined) bad(problem);
  if ((options.maxAttempts ?? 0) >= manyAttempts) {
    process.emitWarning(
      `maxAttempts ${options.maxAttempts}: a vendor that fails ${manyAttempts} times seldom answers the next`,
      {
        type: 'OncelyWarning',
        code: 'ONCELY_MANY_ATTEMPTS',
      },
    );
  }
  refuseBadRetention(options.retention);
  if (options.fingerprintKey && options.fingerprintKey.length < 32) bad('fingerprintKey must be at least 32 bytes');
}
