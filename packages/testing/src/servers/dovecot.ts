/**
 * A private Dovecot on loopback: IMAP for everybody, and LMTP at a socket for a mail server beside it.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { findDovecot } from './binaries.ts';
import { greets } from './greeting.ts';
import { createServerFolder } from './server-folder.ts';
import { startServerProcess } from './server-process.ts';

export interface DovecotServer {
  readonly host: string;
  readonly port: number;
  /** That of every account; each address is one. */
  readonly password: string;
  /** Where a mail server delivers by LMTP; `address+Sent` goes into the folder Sent. */
  readonly lmtpSocket: string;
  /** The messages in an account's folder as they lie there, in the order of their arrival. */
  messages(address: string, folder?: 'INBOX' | 'Sent'): Promise<readonly string[]>;
  log(): string;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const password = 'secret';
/** `nobody`, whom the mail belongs to. */
const owner = { uid: 65_534, gid: 65_534 };

/**
 * Starts a Dovecot of its own in a temporary folder and on a free port; it ends with this process at the latest.
 *
 * @throws an error that says what to install where there is no Dovecot, or that this process is not root
 */
export async function startDovecot(): Promise<DovecotServer> {
  const file = await findDovecot();
  const folder = await createServerFolder('dovecot');
  await chmod(folder.path, 0o755);
  const mail = join(folder.path, 'mail');
  await mkdir(mail);
  await chown(mail, owner.uid, owner.gid);
  const lmtpSocket = join(folder.path, 'lmtp');
  const configuration = join(folder.path, 'dovecot.conf');
  const server = await startServerProcess({
    name: 'Dovecot',
    file,
    args: (port) => {
      writeFileSync(configuration, configurationOf(folder.path, port, lmtpSocket));
      return ['-F', '-c', configuration];
    },
    folder,
    cwd: folder.path,
    quit: 'SIGTERM',
    ready: (port) => greets(port, '* OK'),
  });
  return {
    host,
    port: server.port,
    password,
    lmtpSocket,
    messages: (address, name = 'INBOX') =>
      messagesIn(join(mail, address, 'Maildir', ...(name === 'INBOX' ? [] : [`.${name}`]))),
    log: () => server.log(),
    stop: () => server.stop(),
  };
}

function configurationOf(path: string, port: number, lmtpSocket: string): string {
  return `
base_dir = ${path}/run
state_dir = ${path}/state
log_path = /dev/stderr
protocols = imap lmtp
listen = ${host}
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
postmaster_address = postmaster@localhost
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${path}/mail/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  unix_listener ${lmtpSocket} {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`;
}

async function messagesIn(maildir: string): Promise<readonly string[]> {
  const files = await Promise.all(
    ['new', 'cur'].map(async (part) => {
      // Nothing was delivered there yet.
      const names = await readdir(join(maildir, part)).catch(() => []);
      return names.map((name) => ({ name, path: join(maildir, part, name) }));
    }),
  );
  const inOrder = files.flat().toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return Promise.all(inOrder.map(({ path }) => readFile(path, 'utf8')));
}
