import { createOncely, type Effect } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { startChild, type Child } from '@oncely/testing/crash/child';
import type { CrashAt } from '@oncely/testing/crash/protocol';
import { startDovecot, type DovecotServer } from '@oncely/testing/servers/dovecot';
import { startPostfix, type PostfixServer } from '@oncely/testing/servers/postfix';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { agent, notFound, recovery, type MailAgentArguments } from './mail-agent.ts';

const agents = { agent, recovery, notFound };

/** A mail server of each kind, a folder for ledgers, and the keys of the sender's domain. */
export interface MailWorld {
  readonly dovecot: DovecotServer;
  readonly postfix: PostfixServer;
  readonly publicKey: string;
  /** What a process gets for this business case; every case has a recipient and a ledger of its own. */
  arguments(businessId: string, changes?: Partial<MailAgentArguments>): MailAgentArguments;
  /** Runs a function of the agent; where it is to die, in a process of its own. */
  run(what: 'agent' | 'recovery' | 'notFound', args: MailAgentArguments, at?: CrashAt): Promise<End>;
  /** What lies in the recipient's mailbox, once all that was accepted is delivered. */
  received(businessId: string): Promise<readonly string[]>;
  effect(businessId: string): Promise<Effect | undefined>;
  /** The types of the effect's audit events. */
  audit(businessId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How a run ended. */
export interface End {
  readonly how: string;
  readonly result?: unknown;
  readonly error?: { readonly code?: string; readonly message: string };
}

/** Runs the agent in a process of its own, to be killed at a point or by hand. */
export function startAgent(argument: MailAgentArguments, at?: CrashAt): Child {
  return startChild({
    module: new URL('./mail-agent.ts', import.meta.url),
    exports: ['agent'],
    argument,
    ...(at === undefined ? {} : { at }),
    timeoutMs: 120_000,
  });
}

async function endOf(run: () => Promise<unknown>): Promise<End> {
  try {
    return { how: 'returned', result: await run() };
  } catch (error) {
    return { how: 'threw', error: error as Error & { readonly code?: string } };
  }
}

export async function startMailWorld(): Promise<MailWorld> {
  const dovecot = await startDovecot();
  const postfix = await startPostfix({
    domains: ['shop.example', 'customer.example'],
    lmtpSocket: dovecot.lmtpSocket,
    copyTo: 'desk+Sent@shop.example',
  });
  const folder = await mkdtemp(join(tmpdir(), 'oncely-mail-'));
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const ledgerOf = (businessId: string): string => join(folder, `${businessId}.db`);
  const reading = async <T>(
    businessId: string,
    read: (oncely: ReturnType<typeof createOncely>) => Promise<T>,
  ): Promise<T> => {
    const oncely = createOncely({ ledger: sqliteLedger(ledgerOf(businessId)), clients: {}, drainOnSigterm: false });
    try {
      return await read(oncely);
    } finally {
      await oncely.close();
    }
  };
  const slotOf = (businessId: string): string => `${businessId}:refund-desk:notify`;
  return {
    dovecot,
    postfix,
    publicKey: keys.publicKey,
    arguments: (businessId, changes) => ({
      ledger: ledgerOf(businessId),
      smtpPort: postfix.port,
      pool: false,
      imapPort: dovecot.port,
      imapPassword: dovecot.password,
      businessId,
      dkim: keys.privateKey,
      ...changes,
    }),
    // What is not to die needs no process of its own: a client and a ledger of its own are a restart.
    run: (what, argument, at) =>
      at === undefined ? endOf(() => agents[what](argument)) : startAgent(argument, at).ended,
    async received(businessId) {
      await postfix.delivered();
      return dovecot.messages(`${businessId}@customer.example`);
    },
    effect: (businessId) => reading(businessId, (oncely) => oncely.effects.get(slotOf(businessId))),
    audit: (businessId) =>
      reading(businessId, async (oncely) =>
        (await oncely.effects.history(slotOf(businessId))).map(({ event }) => String(event['type'])),
      ),
    async close() {
      await postfix.stop();
      await dovecot.stop();
      await rm(folder, { recursive: true });
    },
  };
}
