/**
 * An SMTP server on loopback that fails at any moment of the conversation and counts what it really accepted.
 *
 * @module
 */
import { createServer } from 'node:net';

import { refuseSmtpFault } from './fault-kinds.ts';
import { createFaultPlan } from './faults.ts';
import { createLater } from './later.ts';
import { listenOnLoopback } from './loopback.ts';
import type { SmtpFault, SmtpMoment } from './smtp-faults.ts';
import { called, count, named, refuseOthers } from './refusing.ts';
import { headerOf } from './smtp-message.ts';
import { holdSmtpSession } from './smtp-session.ts';
import type { SmtpAnswer, SmtpEnvelope } from './smtp-session.ts';

export type { SmtpFault, SmtpMoment } from './smtp-faults.ts';

export interface SmtpFakeOptions {
  /** Milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /** Asks for AUTH PLAIN or LOGIN with these; by default nobody need log in. */
  readonly auth?: { readonly user: string; readonly pass: string };
  /** The SIZE limit in bytes; default 10 MiB. */
  readonly maxSize?: number;
  /**
   * Dedupes as Resend and Lettermint do: a message whose header carries a key that was seen within the window is
   * answered as the first one was and does not count; another message under the same key is refused with 550.
   */
  readonly dedupe?: { readonly header: string; readonly windowMs: number };
}

/** One accepted message. */
export interface SmtpEffect extends SmtpEnvelope {
  readonly operation: 'message';
  /** The Message-ID with its angle brackets; empty when there is none. */
  readonly messageId: string;
  readonly subject: string;
  /** The message as it was before dot-stuffing. */
  readonly raw: string;
  readonly at: number;
}

/** A message that a client began, accepted or not. */
export interface SmtpRequest {
  readonly from: string;
  readonly at: number;
}

export interface SmtpFaultOptions {
  /** How many messages (or connections, for faults before MAIL) fail so; default 1. */
  readonly times?: number;
  /** How many pass first; default 0. */
  readonly skip?: number;
}

export interface SmtpFake {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Every MAIL FROM, in order. */
  readonly requests: readonly SmtpRequest[];
  /** How many connections were made. */
  connections(): number;
  /** How many messages were answered as one before them, by their key. */
  deduped(): number;
  /** The messages that were really accepted, in order: this is the truth, whatever the client was told. */
  effects(filter?: (effect: SmtpEffect) => boolean): readonly SmtpEffect[];
  /** Queues a rule for the moment that the fault names; `late_landing` is for `after_dot`. */
  fail(fault: SmtpFault, options?: SmtpFaultOptions): void;
  /** Forgets all rules. What is on its way still lands. */
  heal(): void;
  /** `true` closes the listening socket and every connection (ECONNREFUSED), `false` opens the same port again. */
  refuse(refused: boolean): Promise<void>;
  /** Resolves when no message is being treated and none is still to land. */
  settled(): Promise<void>;
  /** Closes server and connections; what had not landed never will. */
  close(): Promise<void>;
}

const defaultMaxSize = 10 * 1024 * 1024;

/** Starts the fake. A message counts once its final dot has arrived, unless a script refused it. */
export async function startSmtpFake(options: SmtpFakeOptions = {}): Promise<SmtpFake> {
  refuseOthers('startSmtpFake', options, { now: called, auth: named, maxSize: count, dedupe: named });
  const now = options.now ?? Date.now;
  const requests: SmtpRequest[] = [];
  const effects: SmtpEffect[] = [];
  const later = createLater();
  const plan = createFaultPlan<SmtpFault, { moment: SmtpMoment; recipient: string | undefined }>(
    ({ moment, recipient }, fault) => {
      if (fault.kind === 'late_landing') return moment === 'after_dot';
      if (fault.at !== moment) return false;
      if (fault.kind !== 'reject' || !fault.recipients || recipient === undefined) return true;
      return fault.recipients.includes(recipient);
    },
  );
  let connections = 0;
  let deduped = 0;
  const keys = new Map<string, { readonly raw: string; readonly id: string; readonly at: number }>();
  /** The answer to a message whose key was seen before; `undefined` for a new one. */
  const knownBy = (key: string, raw: string): SmtpAnswer | undefined => {
    const known = keys.get(key);
    if (!known || now() - known.at >= (options.dedupe?.windowMs ?? 0)) return undefined;
    if (known.raw !== raw) return { kind: 'mismatch' };
    deduped += 1;
    return { kind: 'queued', id: known.id };
  };

  const server = createServer((socket) => {
    connections += 1;
    holdSmtpSession(socket, {
      maxSize: options.maxSize ?? defaultMaxSize,
      auth: options.auth,
      fault: (moment, recipient) => plan.take({ moment, recipient }),
      wait: (ms) => later.wait(ms),
      track: (work) => later.track(work),
      begun: (from) => void requests.push({ from, at: now() }),
      accept(envelope, raw) {
        const key = options.dedupe === undefined ? '' : headerOf(raw, options.dedupe.header);
        const known = key === '' ? undefined : knownBy(key, raw);
        if (known !== undefined) return known;
        effects.push({
          operation: 'message',
          ...envelope,
          messageId: headerOf(raw, 'message-id'),
          subject: headerOf(raw, 'subject'),
          raw,
          at: now(),
        });
        const id = `FAKE${effects.length}`;
        if (key !== '') keys.set(key, { raw, id, at: now() });
        return { kind: 'queued', id };
      },
    });
  });
  const loopback = await listenOnLoopback(server);

  return {
    url: `smtp://${loopback.host}:${loopback.port}`,
    host: loopback.host,
    port: loopback.port,
    requests,
    connections: () => connections,
    deduped: () => deduped,
    effects: (filter = () => true) => effects.filter(filter),
    fail: (fault, faultOptions) => {
      refuseSmtpFault(fault, faultOptions);
      plan.add(fault, faultOptions);
    },
    heal: () => plan.clear(),
    refuse: (refused) => loopback.refuse(refused),
    settled: () => later.settled(),
    close() {
      later.cancel();
      return loopback.close();
    },
  };
}
