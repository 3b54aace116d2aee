import { isOncelyError, type Permit } from '@oncely/core';
import { Readable } from 'node:stream';

import type { MailRequest } from './request.ts';

/** One attempt to send, as seen from inside nodemailer. */
export interface Attempt {
  readonly request: MailRequest;
  /** Whether it may have had an effect: the permission was passed, and a byte of the message was asked for. */
  readonly begun: boolean;
  /** Whether the message was handed over to its end. Before that no final dot was written, so nobody accepted it. */
  readonly ended: boolean;
  /** Why the message could not be composed; then it is not the server's doing. */
  readonly failure: unknown;
  /** The permission is passed now, as nobody knows whether the message will be read at all. @throws as `begin` */
  handOver(): void;
  /** The message is on its way through nodemailer, so that what is read of it is seen. */
  watch(): void;
  /** @throws when nothing may be sent (any more) */
  begin(): void;
  /** To be called right before the message ends. @throws when it must not be completed */
  complete(): void;
  fail(error: unknown): void;
  /** Nobody waits for it any more. */
  abandon(): void;
}

export function openAttempt(request: MailRequest, permit: Permit): Attempt {
  let passed = false;
  let opened = false;
  let watched = false;
  let ended = false;
  let abandoned = false;
  let failure: unknown;
  const pass = (): void => {
    if (abandoned) throw new Error('this attempt was given up');
    // Throws on a second time too: nodemailer's pool may try a message again by itself.
    permit.check();
    passed = true;
  };
  return {
    request,
    get begun() {
      return watched ? opened : passed;
    },
    get ended() {
      return watched ? ended : passed;
    },
    get failure() {
      return failure;
    },
    handOver: pass,
    watch() {
      watched = true;
    },
    begin() {
      if (!passed || opened) pass();
      opened = true;
    },
    complete() {
      if (abandoned) throw new Error('this attempt was given up');
      // A machine that slept in the middle of the message: by now another may have been allowed to send it.
      if (permit.remainingMs() <= 1) throw new Error('the lease ended before the message did');
      ended = true;
    },
    fail(error) {
      failure ??= error;
    },
    abandon() {
      abandoned = true;
    },
  };
}

/**
 * The message behind a gate: read only when the transport pulls, which SMTP does after the server's 354, and let
 * through only after `begin`, in the same tick as the first byte. Refused, it fails the send without having fed it.
 */
export function gate(source: Readable, attempt: Attempt, begin: () => void): Readable {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let open = false;
  const gated = new Readable({
    highWaterMark: 1,
    read() {
      chunks
        .next()
        .then(
          ({ value, done }) => {
            if (this.destroyed) return;
            if (!open) begin();
            open = true;
            if (done === true) attempt.complete();
            this.push(done === true ? null : value);
          },
          (error: unknown) => {
            // A consumer that went away destroys the source as well; then it is not the composing that failed.
            if (!this.destroyed) attempt.fail(error);
            throw error;
          },
        )
        .catch((error: unknown) => this.destroy(forNodemailer(error)));
    },
    destroy(error, done) {
      source.destroy();
      done(error);
    },
  });
  // The iterator listens only while it is asked for more.
  source.on('error', (error) => {
    if (!gated.destroyed) attempt.fail(error);
    gated.destroy(forNodemailer(error));
  });
  return gated;
}

/** It writes its own code over that of an error it is given. */
function forNodemailer(error: unknown): Error {
  return isOncelyError(error) ? new Error(error.message, { cause: error }) : (error as Error);
}
