/** What our look-ups read of HubSpot's answers; each has some of it. */
export interface ReadBody {
  readonly results?: readonly unknown[];
  readonly paging?: { readonly next?: { readonly after?: string } };
  readonly errors?: readonly { readonly category?: string }[];
  readonly message?: string;
  readonly list?: unknown;
  readonly archived?: boolean;
  readonly deletedAt?: unknown;
  readonly hasUniqueValue?: boolean;
  readonly portalId?: number | string;
}

/** The answer to a read; `body` is `undefined` where there is none. */
export interface ReadAnswer {
  readonly status: number;
  readonly body: ReadBody | undefined;
}

export type Read = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<ReadAnswer>;

/** A read that HubSpot did not answer: it says nothing of what is there. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly retryAfterMs: number | undefined;
  /** Refused, by whoever answered, in a way that asking again will not change. */
  readonly refused: boolean;

  constructor(
    message: string,
    more: { readonly retryAfterMs?: number; readonly refused?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.retryAfterMs = more.retryAfterMs;
    this.refused = more.refused === true;
  }
}

/** A read that this token is not allowed. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/** The call's own credentials were never kept, and this is not the process that has them. */
export class CredentialsGone extends Error {
  override readonly name = 'CredentialsGone';

  constructor() {
    super(
      "the call brought credentials of its own, which are not kept, so only its own process can go on; give each portal's token to the builder with accounts: 'many'",
    );
  }
}
