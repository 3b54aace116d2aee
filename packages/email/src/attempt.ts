import type { Permit } from '@oncely/core';
import { Readable } from 'node:stream';

import type { MailRequest } from './request.ts';

/** One attempt to send, as seen from inside nodemailer. */
export interface Attempt {
  readonly request: MailRequest;
  /** Whether it may have had an effect: the permission was passed. */
  readonly begun: boolean;
  /** @throws when nothing may be sent (any more) */
  begin(): void;
  /** To be called right before the message ends. @throws when it must not be completed */
  complete(): void;
  /** Nobody waits for it any more. */
  abandon(): void;
}

export function openAttempt(request: MailRequest, permit: Permit): Attempt {
  let begun = false;
  let abandoned = false;
  const refuseAbandoned = (): void => {
    if (abandoned) throw new Error('this attempt was given up');
  };
  return {
    request,
    get begun() {
      return begun;
    },
    begin() {
      refuseAbandoned();
      // Throws on a second time too: nodemailer's pool may try a message again by itself.
      permit.check();
      begun = true;
    },
    complete() {
      refuseAbandoned();
      // A machine that slept in the middle of the message: by now another may have been allowed to send it.
      if (permit.remainingMs() <= 1) throw new Error('the lease ended before the message did');
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
export function gate(source: Readable, attempt: Attempt): Readable {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let open = false;
  const gated = new Readable({
    highWaterMark: 1,
    read() {
      chunks
        .next()
        .then(({ value, done }) => {
          if (this.destroyed) return;
          if (!open) attempt.begin();
          open = true;
          if (done === true) attempt.complete();
          this.push(done === true ? null : value);
        })
        .catch((error: unknown) => this.destroy(error as Error));
    },
    destroy(error, done) {
      source.destroy();
      done(error);
    },
  });
  // The iterator listens only while it is asked for more.
  source.on('error', (error) => gated.destroy(error));
  return gated;
}
