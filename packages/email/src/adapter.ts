import {
  defineAdapter,
  defineOperation,
  isOncelyError,
  OncelyError,
  type Adapter,
  type AdapterRuntime,
  type Operation,
  type SafetyClass,
} from '@oncely/core';
import { mustBuild, refuseUnknown, type NamesOf } from '@oncely/core/adapter';

import { composerOf, type Compile } from './composer.ts';
import { requestEditor } from './editor.ts';
import { withDefaults } from './defaults.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { poolTurns } from './pool-turns.ts';
import { createProbe, restore, type MailProbe } from './probe.ts';
import { ownKeyOf } from './own-key.ts';
import { providerKeyOf, type ProviderKey, type ProviderName } from './provider.ts';
import { prepareRequest, readCall, rekeyRequest, type CompleteMail, type ReadOptions } from './request.ts';
import { fromResponse, toResponse } from './response.ts';
import { sayWrite } from './saying.ts';
import { storedParameters } from './stored-parameters.ts';
import { createSpool, type Spool } from './spool.ts';
import type { MailData, TransporterLike } from './transporter.ts';

export interface EmailOptions<Accounts extends 'one' | 'many' = 'one' | 'many'> {
  /** `many`: the builder is given an account, and `oncely.clients.email` is a function of it. */
  readonly accounts?: Accounts;
  /** The longest that a message on its way may still be accepted and show in a mailbox, in milliseconds. Default 60,000. */
  readonly landingBoundMs?: number;
  /**
   * Whose keys are sent along, so that a doubt is settled by sending the same mail again. Default: Resend and Lettermint
   * are known by their hosts, everybody else has none. `none` sends no key.
   */
  readonly provider?: ProviderName | ProviderKey | 'none';
  /** Asks whether a mail in doubt was accepted: `imapProbe(...)`, or a look into a log of your own. */
  readonly probe?: MailProbe;
  /**
   * A folder on this machine for attachments that can be read once only (streams, addresses) or are larger than 64 KiB,
   * until their mail is settled. Without it streams and addresses are refused, and a large Buffer can be resent only by
   * who still has it.
   */
  readonly spool?: string;
}

type Callback = (error: unknown, info?: unknown) => void;

/**
 * Puts a nodemailer transporter under the ledger: `sendMail` sends once per effect. Where the line breaks before the
 * message it is sent again, where it breaks after its first byte a person is asked: SMTP has no key and no question.
 *
 * @example
 * const email = oncelyEmail(() => nodemailer.createTransport({ host: 'smtp.example.com', auth: { user, pass } }));
 */
export function oncelyEmail<Client extends TransporterLike>(
  build: () => Client,
  options?: EmailOptions<'one'>,
): Adapter<Client, 'one'>;
export function oncelyEmail<Client extends TransporterLike>(
  build: (account: string) => Client,
  options: EmailOptions<'many'> & { readonly accounts: 'many' },
): Adapter<Client, 'many'>;
export function oncelyEmail<Client extends TransporterLike>(
  build: (account: string) => Client,
  options: EmailOptions = {},
): Adapter<Client> {
  mustBuild(build, 'oncelyEmail', '() => nodemailer.createTransport(settings)');
  refuseUnknown('oncelyEmail', options, known, { code: 'invalid_config' });
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'email',
    operations: { names: ['email.send'] },
    say: sayWrite,
    editor: requestEditor,
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => {
      const client = build(account);
      refuseOther(client);
      const compile = composerOf(client);
      const provider = providerKeyOf(client, options.provider);
      const delivery = createDelivery(client, provider);
      const operation = sending(safetyOf(provider, options.probe), options.landingBoundMs);
      const spool = options.spool === undefined ? undefined : createSpool(options.spool);
      const parts: SendingParts = { runtime, client, compile, delivery, operation, provider, spool };
      (client as { sendMail: unknown }).sendMail = sendMailUnder(parts);
      return {
        client,
        resend: (target, permit) => delivery.deliver(target.request, permit),
        rekey: rekeyRequest,
        parametersOf: storedParameters,
        probe: createProbe(options.probe, compile),
        restore,
      };
    },
  });
}

/** SMTP itself has no key and no question; a provider's key or a look that proves absence says more. */
function safetyOf(provider: ProviderKey | undefined, probe: MailProbe | undefined): SafetyClass {
  if (provider) return { kind: 'keyed', windowMs: provider.windowMs };
  if (!probe) return { kind: 'unverifiable' };
  return probe.absenceIsProof === true ? { kind: 'probed' } : { kind: 'unverifiable', findable: true };
}

function sending(safety: SafetyClass, landingBoundMs = 60_000): Operation {
  return defineOperation({
    name: 'email.send',
    safety,
    landingBoundMs,
    material: ['to', 'cc', 'bcc', 'from', 'replyTo', 'envelope', 'attachments'],
    wording: [
      'subject',
      'text',
      'html',
      'amp',
      'watchHtml',
      'icalEvent',
      'alternatives',
      'date',
      'messageId',
      '$names',
    ],
  });
}

/** What leaves the effect open, perhaps to be resent by another process with this very content; the rest is swept. */
const mayNeedContent: ReadonlySet<string> = new Set([
  'aborted',
  'approval_required',
  'closing',
  'in_doubt',
  'in_progress',
  'ledger_unavailable',
  'ledger_unusable',
  'not_recorded',
  'not_sent',
  'stopped',
  'workflow_held',
]);

// Registered, so that two copies of this package recognise each other's work.
const ours = Symbol.for('@oncely/email/sendMail');

interface SendingParts {
  readonly runtime: AdapterRuntime;
  readonly client: TransporterLike;
  readonly compile: Compile;
  readonly delivery: Delivery;
  readonly operation: Operation;
  readonly provider: ProviderKey | undefined;
  readonly spool: Spool | undefined;
}

function sendMailUnder(parts: SendingParts): TransporterLike['sendMail'] {
  const { runtime, client, compile, delivery, operation, provider, spool } = parts;
  const turns = poolTurns(client);
  const access = client.options as { disableFileAccess?: unknown; disableUrlAccess?: unknown } | undefined;
  const reading: ReadOptions = {
    ...(spool === undefined ? {} : { spool }),
    files: access?.disableFileAccess !== true,
    addresses: access?.disableUrlAccess !== true,
    provider,
  };
  const send = async (data: MailData): Promise<unknown> => {
    // Now, as the caller may change its objects later; a refusal waits until it is known that the call is ours.
    const given = withDefaults(data, client);
    const read = attemptTo(() => readCall(given, compile, reading));
    const own = attemptTo(() => ownKeyOf(given, provider));
    let complete: CompleteMail | undefined;
    let passedThrough = false;
    const pool = turns?.call();
    const response = await runtime
      .perform({
        operation,
        ...nameOf(own),
        get parameters() {
          own();
          const call = read();
          if (call.complete) return (complete = call.complete).parameters;
          // nodemailer has read it already; to read it again, just to count, could be another effect.
          if (passedThrough && call.readsOnce) throw new Error('this content can be read only once');
          return call.read().then((all) => (complete = all).parameters);
        },
        ...(pool?.waits === true ? { turn: () => pool.turn(data['signal']) } : {}),
        prepare: (keys) => prepareRequest(complete as CompleteMail, keys, provider),
        send: (request, permit) => {
          pool?.handOver();
          return delivery.deliver(request, permit, read().unstored, complete?.places);
        },
        passThrough: async () => {
          passedThrough = true;
          pool?.handOver();
          return toResponse(await delivery.sendMail(data));
        },
      })
      .catch(async (error: unknown) => {
        if (!isOncelyError(error) || !mayNeedContent.has(error.code)) await discard();
        throw error;
      })
      .finally(() => pool?.end());
    async function discard(): Promise<void> {
      for (const path of complete?.spooled ?? []) await spool?.discard(path).catch(() => {});
    }
    await discard();
    return fromResponse(response);
  };
  const sendMail = (data?: MailData, callback?: Callback): Promise<unknown> | undefined => {
    const sent = send(data ?? {});
    if (typeof callback !== 'function') return sent;
    // Out of the promise, so that what a callback throws is its own.
    sent.then(
      (info) => setImmediate(callback, null, info),
      (error: unknown) => setImmediate(callback, error),
    );
    return undefined;
  };
  // A spy that stood there keeps what it shows of its calls.
  return new Proxy(client.sendMail, {
    apply: (_target, _self, args) => sendMail(...(args as Parameters<typeof sendMail>)),
    has: (target, name) => name === ours || Reflect.has(target, name),
  });
}

/** What cannot be read is thrown once the call is known to be ours. */
function nameOf(own: () => string | undefined): { readonly name?: string } {
  try {
    const name = own();
    return name === undefined ? {} : { name };
  } catch {
    return {};
  }
}

function attemptTo<T>(read: () => T): () => T {
  try {
    const call = read();
    return () => call;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function refuseOther(client: TransporterLike): void {
  const bad = (message: string): never => {
    throw new OncelyError('invalid_config', {
      message: `oncelyEmail: ${message}.`,
      fix: 'oncelyEmail(() => nodemailer.createTransport({ ... }))',
    });
  };
  if (typeof client?.sendMail !== 'function') bad('the builder gave no transporter');
  if (ours in client.sendMail) bad('this transporter is under a ledger already; the builder must make a new one');
}

const known: NamesOf<EmailOptions> = { accounts: true, landingBoundMs: true, provider: true, probe: true, spool: true };
