import { OncelyError } from './errors.ts';
import { operationProblem } from './operation-problem.ts';
import type { SafetyClass } from './record.ts';
import type { RequestEditor } from './request-editor.ts';
import type { Fact, OperationNames, Said, WriteToSay } from './said.ts';
import type { Call } from './whose-call.ts';

export type { Fact, OperationNames, Said, WriteToSay } from './said.ts';

/** A kind of write at a vendor. */
export interface Operation {
  /** `stripe.refunds.create`. */
  readonly name: string;
  readonly safety: SafetyClass;
  /**
   * How `probe` finds a `probed` one again: by our marker, which its request must carry (default), or by its content, such
   * as where the vendor has no place for the marker, or stores a name that is made of it.
   */
  readonly findsBy?: 'marker' | 'content';
  /** The longest that a request already on its way may still take effect and become visible, in milliseconds. */
  readonly landingBoundMs: number;
  /** Top-level parameters that are substance: shown in previews, compared by the twin guard. */
  readonly material?: readonly string[];
  /** Top-level parameters that are wording only. Everything else counts as substance when inputs are compared. */
  readonly wording?: readonly string[];
}

/** What travels between a vendor's SDK and the vendor, as it is remembered. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a vendor's answer, or its absence, proves about one attempt. */
export type Verdict =
  | {
      readonly evidence: 'accepted';
      readonly response: WireResponse;
      readonly vendorId?: string;
      /**
       * `all` (default): the response is remembered. `refetch`: it carries a secret; without a codec only the vendor's
       * id is kept and a replay reads the object again. `never`: it carries a secret that is shown once.
       */
      readonly remember?: 'all' | 'refetch' | 'never';
      /**
       * Where the vendor says whether it answered from under the key: false, of what was sent again, may be a second
       * effect, and a look for two follows once nothing can land any more.
       */
      readonly replayed?: boolean;
    }
  | {
      readonly evidence: 'rejected';
      readonly response: WireResponse;
      readonly reason: string;
      /** The answer was stored under our key and holds for every attempt that used it. */
      readonly speaksForKey?: boolean;
      /** The response without the secrets in it: remembered in its place where there is no codec. */
      readonly redacted?: WireResponse;
      /** As in `not_applied`: a mail server may refuse a recipient before the mail. */
      readonly neverSent?: true;
    }
  | {
      readonly evidence: 'not_applied';
      readonly reason: string;
      readonly retryAfterMs?: number;
      /** Given to the caller as the vendor's own error when it is not retried here. */
      readonly response?: WireResponse;
      /** Credentials, scopes, membership: a retry by itself cannot help. */
      readonly environment?: boolean;
      /** The vendor keeps this no under the key, though it may be another one tomorrow: then another key is used. */
      readonly keyBurned?: boolean;
      /** With `keyBurned`: it was answered from there, and holds for every attempt that used the key. */
      readonly speaksForKey?: boolean;
      /** What the caller has to do before it can be sent, where no response of the vendor says so. */
      readonly fix?: string;
      /**
       * Nothing that could cause the effect was sent, and the adapter knows it: the credentials are gone, the connection
       * was refused. An attempt that ends before `permit.check()` was called is in doubt without this; what
       * `exchange` was given needs it not.
       */
      readonly neverSent?: true;
      readonly cause?: unknown;
    }
  | {
      readonly evidence: 'unknown';
      readonly reason: string;
      readonly retryAfterMs?: number;
      /** The vendor stored a failure under the key. */
      readonly keyBurned?: boolean;
      readonly cause?: unknown;
    };

/** Permission to send once, until the send window closes. */
export interface Permit {
  /**
   * To be called synchronously right before the first byte that could cause the effect. An attempt that ends without it
   * may have sent at any time: it is in doubt, unless its verdict says `neverSent`.
   * @throws when the window is over or the permission was withdrawn; then nothing may be sent.
   */
  check(): void;
  /** How long the answer may take, in milliseconds: until the lease or the caller's time ends. */
  remainingMs(): number;
}

/** The names under which the vendor sees an effect; each at most 64 characters of [a-z0-9_]. */
export interface Keys {
  /** For the vendor's idempotency layer: other after a definite no. */
  readonly key: string;
  /** For finding the effect again: another one where a request is made anew after a definite no. */
  readonly marker: string;
}

/** One write that an adapter caught on its way from the vendor's SDK. */
export interface VendorWrite {
  readonly operation: Operation;
  /**
   * Decoded, for the fingerprint; without credentials and without anything that differs from call to call. A promise
   * of them where a content has to be read first; asked for once, after the write has its place among the others.
   */
  readonly parameters: unknown;
  /** What is judged and shown where that is more than these, as what a path says. */
  readonly judged?: (parameters: unknown) => unknown;
  /** A name for the effect that the caller gave through the vendor's own means. */
  readonly name?: string;
  /** The exact request, as text, with our key and marker in it and without credentials. The ledger keeps it. */
  prepare(keys: Keys): string;
  /**
   * Adds to a prepared request what only the vendor can say and must be kept before the first send, such as what stands
   * there. Where it is given the ledger is read before it, so that a replay asks nothing; where it rejects nothing is
   * sent, and the caller may try again; what `vendorsOwn` marked is given to it as it is.
   */
  complete?(request: string): Promise<string>;
  /** Waits until the SDK would send it, as for a place in its pool; the ledger is read before, and its time stands. */
  turn?(): Promise<void> | undefined;
  /** Sends a prepared request once. A failure is a verdict, not a throw. */
  send(request: string, permit: Permit, target: Target): Promise<Verdict>;
  /** Sends the call as the SDK made it, outside the ledger; for `unscoped: 'observe'`. */
  passThrough(): Promise<WireResponse>;
}

/** What is known of an effect that a fresh process is to resend, look up or read again. */
export interface Target {
  readonly operation: string;
  readonly key: string;
  readonly marker: string;
  /**
   * Every marker under which this effect may stand at the vendor, `marker` first: also those of attempts that a look
   * believed absent, and the unkeyed one of effects that an earlier release made. What a look finds under any of them
   * is a match, if it is what the request was to make. Absent: `marker` alone; `isMarked` of `@oncely/core/adapter`
   * asks for all of them.
   */
  readonly markers?: readonly string[];
  /** Rises after each definite no. What an earlier one made, such as a payment that was declined, is not this effect. */
  readonly generation?: number;
  /** The stored request, where it is still kept. */
  readonly request?: string;
  readonly vendorId?: string;
  /** How many attempts there are; in a send this one is counted. Above 1 something may have happened before. */
  readonly attempts?: number;
  /** From before the first attempt until after the last, on the ledger's clock. */
  readonly from: number;
  readonly until: number;
  /**
   * When the first attempt was permitted that may have made it: what an attempt made is not older. Those that the vendor
   * answered with a no, and so all of earlier generations that it did, count for nothing. Default `from`.
   */
  readonly since?: number;
  /** Whether an earlier attempt ended without an answer of its own, so that it may have happened. */
  readonly doubted?: boolean;
  /** Whether the vendor has answered an attempt with a no while others may have happened. */
  readonly refused?: boolean;
}

/**
 * Something at the vendor that carries a marker of the effect, or is what it was to make in every material value. The
 * adapter compares those with the request, since a marker can be copied along with what it is on.
 */
export interface ProbeMatch {
  readonly vendorId: string;
  readonly response?: WireResponse;
  /**
   * Why it is there and yet no success: the vendor declined it, it failed, it expired, it was never confirmed. Core
   * takes it for the vendor's no to the attempt that made it, and never for the effect.
   */
  readonly failed?: string;
  /**
   * When the vendor says that it was made, in milliseconds since 1970. One from before the first attempt that may have
   * made it is not its work; then nothing is believed, and a person looks.
   */
  readonly madeAt?: number;
}

/** The vendor's answer to "did it happen?". */
export type ProbeAnswer =
  | { readonly kind: 'found'; readonly matches: readonly ProbeMatch[] }
  /** Complete: all pages, enough history, the right to read. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'cannot_know'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly retryAfterMs?: number };

/** A result that was read again, and how much of it may be kept; `all` where it does not say. */
export type Restored = WireResponse & { readonly remember?: 'all' | 'refetch' | 'never' };

/** A vendor's client under the ledger, with what recovery needs of it. */
export interface Connection<Client> {
  readonly client: Client;
  /** Sends a stored request once, with this process's credentials. */
  resend(target: Target & { readonly request: string }, permit: Permit): Promise<Verdict>;
  /** A stored request under another key, where the key is part of it. Default: it is not. */
  rekey?(request: string, keys: Keys): string;
  probe(target: Target): Promise<ProbeAnswer>;
  /** Whether a keyed operation that is in doubt is looked for before it is sent again under its key. Default: no. */
  looksFirst?(operation: string): boolean;
  /** The parameters of a stored request, as `VendorWrite.parameters` had them; `undefined` where it does not say them. */
  parametersOf?(request: string): unknown;
  /** What the vendor says now of the objects that a write names; it only reads. */
  facts?(write: WriteToSay): Promise<readonly Fact[]>;
  /**
   * Looks at the vendor for a settled effect, whose request is not kept any more, by `target.vendorId` and the marker:
   * once, twice, or not at all. Default: `probe`, which may know too little.
   */
  lookAgain?(target: Target): Promise<ProbeAnswer>;
  /** Reads the result again by `target.vendorId`. */
  restore(target: Target): Promise<Restored>;
  /**
   * How what an effect did is taken back, as the vendor's object says now; absent: no operation of this vendor can be.
   * It writes nothing before `run` is called.
   */
  compensate?(target: CompensationTarget): Promise<Compensation>;
}

/** An effect that is to be taken back. */
export interface CompensationTarget extends Target {
  /** What the vendor answered, as recorded, where it is kept: the JSON of a `WireResponse`. */
  readonly response?: string;
  /** The operation by which it was begun to be taken back before: the object may look as it does because of it. */
  readonly begun?: string;
  /** What the caller gave for the adapter, such as the connected account it was made in. */
  readonly options?: unknown;
}

/** How an effect is taken back. */
export type Compensation =
  /** By this one write through the client under the ledger, which makes an effect of its own of it. */
  | { readonly kind: 'write'; readonly operation: string; run(): Promise<unknown> }
  /** It is undone, or there is nothing to undo. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** The vendor has no way, or not in this state: for a person. */
  | { readonly kind: 'impossible'; readonly why: string };

/** What an adapter is given by core. */
export interface AdapterRuntime {
  /**
   * Brings one caught write to its end and gives the response to hand back to the vendor's SDK. `call` says whose it
   * is, where it was taken at the SDK's method (`createCalls` of `@oncely/core/adapter`); default: whose code runs here.
   * @throws OncelyError when there is none.
   */
  perform(write: VendorWrite, call?: Call): Promise<WireResponse>;
  /**
   * Where a rule asks where values come from: takes what a read of the user's own was answered with a yes, decoded.
   * `undefined`: nobody asks, and the read goes as it is.
   */
  readonly reads?: (call?: Call) => ((answer: unknown) => void) | undefined;
}

/** A vendor: builds clients whose writes go through the ledger. */
export interface Adapter<Client = unknown, Accounts extends 'one' | 'many' = 'one' | 'many'> {
  readonly vendor: string;
  /** `many`: the builder takes an account, and `oncely.clients.<name>` is a function of it. */
  readonly accounts: Accounts;
  /** Where it is given, a policy that names no operation of any client is refused. */
  readonly operations?: OperationNames;
  /** Says a write in words. Default: the operation's name with all that it is given. */
  say?(write: WriteToSay): Said;
  /** How a request that waits is changed by who approves it. Absent: it is not. */
  readonly editor?: RequestEditor;
  connect(runtime: AdapterRuntime, account: string): Connection<Client>;
}

/**
 * Declares an operation, checking what a typing error would make unsafe.
 * @throws OncelyError `invalid_config`
 */
export function defineOperation(operation: Operation): Operation {
  const problem = operationProblem(operation);
  if (problem !== undefined) {
    const name = JSON.stringify(operation.name.slice(0, 80));
    throw new OncelyError('invalid_config', { message: `operation ${name}: ${problem}.` });
  }
  return Object.freeze({ ...operation });
}

/** Declares an adapter; it is the identity, for its types. */
export function defineAdapter<Client, Accounts extends 'one' | 'many'>(
  adapter: Adapter<Client, Accounts>,
): Adapter<Client, Accounts> {
  return adapter;
}
