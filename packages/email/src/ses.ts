import { AsyncLocalStorage } from 'node:async_hooks';

import type { TransporterLike } from './transporter.ts';

/** What nodemailer's transport is given. */
interface SesLike {
  readonly sesClient?: SesClientLike;
}

type Handler = (given: unknown) => Promise<unknown>;

/** What is used of Amazon's `SESv2Client`, public in version 3 of its SDK. */
interface SesClientLike {
  readonly config?: unknown;
  send?(...given: unknown[]): unknown;
  readonly middlewareStack?: {
    add(middleware: (next: Handler) => Handler, where: { readonly step: string; readonly priority: string }): void;
  };
}

/** What is known of one send to SES beside its error; it holds for good, as none goes out once it is over. */
export interface SesSend {
  /** Nobody waits for it any more, so nothing of it may go out. */
  isOver(): boolean;
  /** The command was handed to the client, which gave back no error at once. */
  handed: boolean;
  /** A request was handed on to go out. Known only where Amazon's SDK itself was about to make it. */
  requested?: boolean;
  /** What the one request failed with. */
  failed?: { readonly failure: unknown };
}

const ofAnEffect = new AsyncLocalStorage<SesSend>();
const guarded = new WeakSet<object>();
/** What the caller gave, by what stands in its place. */
const given = new WeakMap<object, SesLike>();

/**
 * Amazon's SDK sends a command three times by default, whatever its answer was lost to. Within the function given back
 * it sends once, and fails as it first failed; elsewhere the client is as it was. What is known of the send is noted in
 * what the function is given.
 */
export function sendingOnce({ transporter }: TransporterLike): <T>(seen: SesSend, send: () => T) => T {
  const transport = transporter as { ses?: SesLike };
  const ses = transport.ses && (given.get(transport.ses) ?? transport.ses);
  if (ses && ses === transport.ses) {
    transport.ses = watching(ses);
    given.set(transport.ses, ses);
  }
  return (seen, send) => ofAnEffect.run(seen, send);
}

/** The same, whose client's `send` is seen; what is set on it goes to the caller's own. */
function watching(ses: SesLike): SesLike {
  return Object.create(ses, {
    sesClient: {
      get: () => (typeof ses.sesClient?.send === 'function' ? handing(ses.sesClient) : ses.sesClient),
      set: (client: SesClientLike) => {
        (ses as { sesClient?: SesClientLike }).sesClient = client;
      },
    },
  }) as SesLike;
}

function handing(client: SesClientLike): SesClientLike {
  const send = (...args: unknown[]): unknown => {
    const seen = ofAnEffect.getStore();
    if (seen === undefined) return client.send?.(...args);
    if (seen.isOver()) throw givenUp();
    hold(client);
    // An error at once is of whoever could not begin.
    const answer = client.send?.(...args);
    seen.handed = true;
    return answer;
  };
  return Object.create(client, { config: { get: () => client.config }, send: { value: send } }) as SesClientLike;
}

function hold({ middlewareStack: stack }: SesClientLike): void {
  if (stack === undefined || guarded.has(stack)) return;
  guarded.add(stack);
  // Inside of the retries: called for each of them.
  stack.add(guard, { step: 'finalizeRequest', priority: 'low' });
  // Inside of all else: whoever fails before it (credentials, signing, a middleware) has sent nothing.
  stack.add(noteRequest, { step: 'deserialize', priority: 'low' });
}

function givenUp(): Error {
  return new Error('this attempt was given up');
}

/** It is called as a command's way is made: one that leads elsewhere (a stub, a client behind the client) never is. */
function guard(next: Handler): Handler {
  const made = ofAnEffect.getStore();
  if (made) made.requested ??= false;
  return async (given) => {
    const seen = ofAnEffect.getStore();
    if (seen?.failed) throw seen.failed.failure;
    try {
      return await next(given);
    } catch (failure) {
      if (seen) seen.failed = { failure };
      throw failure;
    }
  };
}

function noteRequest(next: Handler): Handler {
  return async (given) => {
    const seen = ofAnEffect.getStore();
    if (seen?.isOver() === true) throw givenUp();
    if (seen) seen.requested = true;
    return next(given);
  };
}

/** An error as Amazon's SDK makes it of an answer. */
interface ServiceError extends Error {
  readonly code?: unknown;
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly attempts?: number };
}

/**
 * The refusals of a send that Amazon documents, without their `Exception`: each says that this mail was not taken. A
 * limit drops the mail and is not made up for later.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
 */
const limits: ReadonlySet<string> = new Set(['Throttling', 'TooManyRequests', 'RequestLimitExceeded', 'Throttled']);
const refusals: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccountSendingPaused',
  'AccountSuspended',
  'BadRequest',
  'ConfigurationSetDoesNotExist',
  'ConfigurationSetSendingPaused',
  'ExpiredToken',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidParameterValue',
  'InvalidSignature',
  'LimitExceeded',
  'MailFromDomainNotVerified',
  'MessageRejected',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'NotFound',
  'OptInRequired',
  'RequestExpired',
  'SendingPaused',
  'SignatureDoesNotMatch',
  'UnrecognizedClient',
  'Validation',
  'ValidationError',
]);

/** How long a limit of SES is waited for: of the rate a moment, of the day much longer. */
export interface SesRefusal {
  readonly reason: string;
  readonly pauseMs?: number;
}

/**
 * Whether SES itself refused the call, and for now only. It is told by a request id, which is of SES's own answer and
 * which what stands in between does not give, or by a refusal's documented name. `undefined`: it proves nothing.
 */
export function refusalOfSes(
  error: ServiceError,
  { requested }: { readonly requested?: boolean | undefined } = {},
): SesRefusal | undefined {
  const { $fault, $metadata: { httpStatusCode: status, requestId, attempts = 1 } = {}, message } = error;
  const reason = nameOf(error);
  if ($fault === 'server' || status === 408 || /timeout/i.test(reason)) return undefined;
  // Nobody sent it more than once for us; a client that is not ours to hold may have, and an earlier answer be lost.
  if (requested === undefined && attempts > 1) return undefined;
  const word = reason.replace(/Exception$/, '');
  const isLimit = limits.has(word) || status === 429;
  const isDocumented = limits.has(word) || refusals.has(word);
  const isOwn = $fault === 'client' && requestId !== undefined && status !== undefined;
  if (!isDocumented && !isOwn) return undefined;
  if (status !== undefined && (status < 400 || status > 499)) return undefined;
  return isLimit ? { reason, pauseMs: /daily/i.test(message) ? 60_000 : 1_000 } : { reason };
}

/** Version 3 of Amazon's SDK says it in `name`, version 2 and nodemailer in `code`. */
function nameOf({ name, code }: ServiceError): string {
  return name === 'Error' && typeof code === 'string' ? code : name;
}
