import { createOncely, type Adapter, type Effect, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { startSmtpFake, type SmtpFake, type SmtpFakeOptions } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { onTestFinished } from 'vitest';

import { oncelyEmail } from '../src/index.ts';

export const mail: SendMailOptions = {
  from: 'Refund Desk <desk@shop.example>',
  to: 'Ann <ann@customer.example>',
  subject: 'Your refund',
  text: 'It is on its way.\n.\nThe desk',
};

/** One process with a ledger and a transporter; another one on the same ledger is a restart. */
export interface Desk {
  readonly oncely: Oncely<{ readonly email: Adapter<Transporter, 'one'> }>;
  readonly email: Transporter;
  /** Sends `mail`, changed so, as the one effect "notify". */
  notify(changes?: SendMailOptions): Promise<{ readonly messageId?: string }>;
  effect(): Promise<Effect | undefined>;
}

export const slot = 'invoice_1:refund-desk:notify';

export interface DeskOptions {
  readonly ledger?: Ledger;
  readonly transport?: object;
  readonly landingBoundMs?: number;
  readonly oncely?: Partial<OncelyOptions<never>>;
}

export async function smtp(options: SmtpFakeOptions = {}): Promise<SmtpFake> {
  const fake = await startSmtpFake(options);
  onTestFinished(() => fake.close());
  return fake;
}

export function openDesk(fake: Pick<SmtpFake, 'host' | 'port'>, options: DeskOptions = {}): Desk {
  const oncely = createOncely({
    drainOnSigterm: false,
    ...options.oncely,
    ledger: options.ledger ?? memoryLedger(),
    clients: {
      email: oncelyEmail(
        () => nodemailer.createTransport({ host: fake.host, port: fake.port, ...options.transport }) as Transporter,
        { landingBoundMs: options.landingBoundMs ?? 0 },
      ),
    },
  });
  const { email } = oncely.clients;
  onTestFinished(() => email.close());
  const notify: Desk['notify'] = (changes) =>
    oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
      oncely.effect('notify', () => email.sendMail({ ...mail, ...changes })),
    );
  return { oncely, email, notify, effect: () => oncely.effects.get(slot) };
}

/** The error that a promise is rejected with; fails where it is not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Error & Record<string, unknown>,
  );
}
