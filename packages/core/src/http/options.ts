import type { Keys, Operation, Verdict, WireResponse } from '../adapter.ts';
import type { HttpHeaders } from './credentials.ts';
import type { HttpRead } from './reads.ts';
import type { HttpRequest } from './stored.ts';
import type { AnswerKind } from './verdict.ts';

/** A write of the API. */
export interface HttpOperation<Input, Output> extends Omit<Operation, 'name' | 'landingBoundMs'> {
  /** Default: that of the adapter. */
  readonly landingBoundMs?: number;
  /** Default: that of the adapter. */
  readonly timeoutMs?: number;
  /**
   * `keys.key` goes where the vendor takes an idempotency key, `keys.marker` into a field by which it is found again.
   * `input` is a copy, taken when the write was called: a Date is a Date, bytes are bytes.
   */
  readonly request: (input: Input, keys: Keys) => HttpRequest;
  /** What a yes looks like. Default `json`, of which an answer of another kind is in doubt; an empty one is fine. */
  readonly answers?: AnswerKind;
  /** What the client gives of the vendor's answer. Default: the answer itself. */
  readonly parse?: (answer: unknown, response: WireResponse) => Output;
  /**
   * What the vendor shows of it: the objects that were made, or the one that is as it was asked for, and none that was
   * declined. None is taken as proof that it did not happen, so read all pages. For `probed`, `constrained`, `natural`.
   */
  readonly find?: (read: HttpRead, sought: Keys & { readonly request: HttpRequest }) => Promise<readonly unknown[]>;
  /** What `find` goes by. Default: `keys.marker`, which the request of a `probed` one must carry. */
  readonly findsBy?: 'marker' | 'content';
  /** Where what it made is read again by its id. */
  readonly path?: (id: string) => string;
  /** The operation of this table that takes it back, and its input. */
  readonly undo?: (id: string) => { readonly operation: string; readonly input: unknown };
}

export interface HttpAdapterOptions<Operations, Accounts extends 'one' | 'many' = 'one' | 'many'> {
  readonly vendor: string;
  /** `many`: `oncely.clients.<name>` is a function of the account, which `url` and `headers` are given. Default `one`. */
  readonly accounts?: Accounts;
  readonly url: string | ((account: string) => string);
  /** Credentials: asked for at every request and kept nowhere, so that a token may change at any time. */
  readonly headers?: HttpHeaders;
  readonly operations: Operations;
  /**
   * Whether an answer is surely the vendor's own, by a header or a shape that no gateway makes, to reads as well. What
   * is not proves nothing: a write is in doubt, and a look-up is made again later.
   */
  readonly own: (response: WireResponse) => boolean;
  /**
   * What an answer proves, where the statuses do not say it, as for a no in a 2xx; `undefined` leaves it to them. What
   * it calls `rejected` or `not_applied` is thrown as `HttpAnswerError`, whatever its status.
   */
  readonly classify?: (response: WireResponse) => Verdict | undefined;
  /** The id of what was made. Default: the field `id`. */
  readonly id?: (answer: unknown, response: WireResponse) => string | undefined;
  /** The longest that a request on its way may still take effect and show, in milliseconds. Default 30,000. */
  readonly landingBoundMs?: number;
  /**
   * How long an answer is waited for, in milliseconds; 0 for no bound of its own. A write's never lasts longer than its
   * lease (`leaseMs`), which is its default; a read's default is 30,000.
   */
  readonly timeoutMs?: number;
  /** The names of the answers' headers that are kept and given. Default: content-type, etag, location, retry-after. */
  readonly keepHeaders?: readonly string[];
}

// oxlint-disable-next-line typescript/no-explicit-any -- each operation of a table has an input and output of its own
export type AnyHttpOperation = HttpOperation<any, any>;

/** The client: a function for each write, and `read` for the rest. */
export type HttpClient<Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends HttpOperation<infer Input, infer Output>
    ? (input: Input) => Promise<Output>
    : never;
} & { readonly read: HttpRead };
