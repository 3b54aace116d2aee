/**
 * A private Postfix on loopback that delivers by LMTP and files a copy of what a sender submits, as Gmail does.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findPostfix } from './binaries.ts';
import { greets } from './greeting.ts';
import { runCommand } from './run-command.ts';
import { createServerFolder } from './server-folder.ts';
import { startServerProcess } from './server-process.ts';

export interface StartPostfixOptions {
  /** The domains that it delivers for. */
  readonly domains: readonly string[];
  /** Where it delivers, by LMTP: `startDovecot().lmtpSocket`. */
  readonly lmtpSocket: string;
  /** Who gets a copy of everything that is submitted, such as `desk+Sent@shop.example`. */
  readonly copyTo?: string;
  /** More lines of main.cf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostfixServer {
  readonly host: string;
  readonly port: number;
  /** Resolves when its queue is empty: all that was accepted is delivered. */
  delivered(): Promise<void>;
  /** What Postfix logged of every mail. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * Starts a Postfix of its own, with configuration, queue and log in a temporary folder; it ends with this process at the
 * latest.
 *
 * @throws an error that says what to install where there is no Postfix, or that this process is not root
 */
export async function startPostfix(options: StartPostfixOptions): Promise<PostfixServer> {
  const { master, postfix } = await findPostfix();
  const folder = await createServerFolder('postfix');
  const { path } = folder;
  // Its processes run as a user of their own.
  await chmod(path, 0o755);
  const configuration = join(path, 'etc');
  const spool = join(path, 'spool');
  const logFile = join(path, 'mail.log');
  await Promise.all([mkdir(configuration), mkdir(spool)]);
  writeFileSync(join(configuration, 'main.cf'), mainOf(path, options));
  writeFileSync(join(configuration, 'master.cf'), masterOf(0));
  // Makes the queue's folders, with the owners that they need.
  await runCommand(postfix, ['-c', configuration, 'check']);
  const server = await startServerProcess({
    name: 'Postfix',
    file: master,
    args: (port) => {
      writeFileSync(join(configuration, 'master.cf'), masterOf(port));
      return ['-c', configuration, '-d'];
    },
    folder,
    cwd: path,
    quit: 'SIGTERM',
    ready: (port) => greets(port, '220 '),
  });
  return {
    host,
    port: server.port,
    async delivered() {
      while (await holdsFiles(spool, ['maildrop', 'incoming', 'active', 'deferred'])) await sleep(10);
    },
    log: () => readFile(logFile, 'utf8'),
    stop: () => server.stop(),
  };
}

function mainOf(path: string, { domains, lmtpSocket, copyTo, settings }: StartPostfixOptions): string {
  const lines: Readonly<Record<string, string>> = {
    compatibility_level: '3.6',
    queue_directory: join(path, 'spool'),
    data_directory: join(path, 'data'),
    mail_owner: 'postfix',
    inet_interfaces: host,
    inet_protocols: 'ipv4',
    myhostname: 'mta.example',
    mydestination: '',
    mynetworks: '127.0.0.0/8',
    virtual_mailbox_domains: domains.join(', '),
    virtual_mailbox_maps: 'static:any',
    virtual_transport: `lmtp:unix:${lmtpSocket}`,
    recipient_delimiter: '+',
    alias_maps: '',
    maillog_file: join(path, 'mail.log'),
    maillog_file_prefixes: path,
    ...(copyTo === undefined ? {} : { sender_bcc_maps: `static:${copyTo}` }),
    ...settings,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

/** The services that a delivery needs, none of them in a chroot; and SMTP at the port, where there is one. */
function masterOf(port: number): string {
  return `
${port === 0 ? '' : `${port} inet n - n - - smtpd`}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

async function holdsFiles(spool: string, queues: readonly string[]): Promise<boolean> {
  for (const queue of queues) {
    const entries = await readdir(join(spool, queue), { recursive: true, withFileTypes: true });
    if (entries.some((entry) => entry.isFile())) return true;
  }
  return false;
}
