/**
 * A private Exim on loopback that accepts every mail and keeps it in its queue: its log says what it took.
 *
 * @module
 */
import { accessSync, constants } from 'node:fs';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { greets } from './greeting.ts';
import { runCommand } from './run-command.ts';
import { createServerFolder } from './server-folder.ts';
import { startServerProcess } from './server-process.ts';

export interface EximServer {
  readonly host: string;
  readonly port: number;
  /** Where it writes a line for every mail that it took. */
  readonly logFile: string;
  /** The ids of its own of the mails that it took for a recipient, in order. */
  accepted(recipient: string): Promise<readonly string[]>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again at the same port, with the queue that it had. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
/** Exim's own user, which a machine without its package does not have. */
const uid = 8;

/**
 * Fetches the packages and unpacks them, and installs nothing: Debian's Exim and Postfix exclude one another.
 *
 * $1: an empty folder
 */
const unpack = `
set -e
cd "$1"
apt-get -qq download exim4-daemon-light libidn12 libnss-wrapper
for package in *.deb; do dpkg -x "$package" root; done
`;

/**
 * Starts an Exim of its own, unpacked into a temporary folder with configuration, queue and log; it ends with this
 * process at the latest.
 *
 * @throws an error that says why it cannot be had: not on Debian, not as root, or without its registry
 */
export async function startExim(): Promise<EximServer> {
  if (process.getuid?.() !== 0) throw new Error('Exim runs as root, and this process does not.');
  const folder = await createServerFolder('exim');
  const { path } = folder;
  await chmod(path, 0o755);
  const packages = join(path, 'packages');
  const state = join(path, 'state');
  await Promise.all([mkdir(packages), mkdir(state)]);
  await chown(state, uid, uid);
  const logFile = join(state, 'mainlog');
  const libraries = join(packages, 'root/usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`);
  const program = join(packages, 'root/usr/sbin/exim4');
  try {
    await runCommand('/bin/sh', ['-c', unpack, 'oncely-exim', packages], { timeoutMs: 5 * 60_000 });
    accessSync(program, constants.X_OK);
    await writeUsers(path);
  } catch (cause) {
    await folder.remove();
    throw new Error(`Exim cannot be had on this machine: ${(cause as Error).message}`, { cause });
  }
  const configuration = join(path, 'exim.conf');
  await writeFile(`${configuration}.in`, configurationOf(state));
  const server = await startServerProcess({
    name: 'Exim',
    file: '/usr/bin/env',
    args: (port) => [
      `LD_LIBRARY_PATH=${libraries}`,
      'LD_PRELOAD=libnss_wrapper.so',
      `NSS_WRAPPER_PASSWD=${join(path, 'passwd')}`,
      `NSS_WRAPPER_GROUP=${join(path, 'group')}`,
      '/bin/sh',
      '-c',
      // The port is known only now.
      'sed "s/@PORT@/$1/" "$2.in" >"$2" && exec "$3" -C "$2" -bdf',
      'exim',
      String(port),
      configuration,
      program,
    ],
    folder,
    cwd: path,
    quit: 'SIGTERM',
    ready: (port) => greets(port, '220 '),
  });
  return {
    host,
    port: server.port,
    logFile,
    async accepted(recipient) {
      const log = await readFile(logFile, 'utf8').catch(() => '');
      const taken = log.split('\n').filter((line) => line.includes(' <= ') && line.endsWith(` for ${recipient}`));
      return taken.map((line) => line.split(' ')[2] ?? '');
    },
    kill: (signal) => server.kill(signal),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

/** The machine's users and Exim's own, for the library that it looks them up in. */
async function writeUsers(path: string): Promise<void> {
  const [users, groups] = await Promise.all([readFile('/etc/passwd', 'utf8'), readFile('/etc/group', 'utf8')]);
  await writeFile(join(path, 'passwd'), `${users}\nDebian-exim:x:${uid}:${uid}::/tmp:/bin/false\n`);
  await writeFile(join(path, 'group'), `${groups}\nDebian-exim:x:${uid}:\n`);
}

function configurationOf(state: string): string {
  return `
spool_directory = ${state}
log_file_path = ${state}/%slog
log_selector = +received_recipients
pid_file_path = ${state}/exim.pid
local_interfaces = ${host}
daemon_smtp_ports = @PORT@
primary_hostname = mta.example
keep_environment =
queue_only
host_lookup =
tls_advertise_hosts =
smtp_accept_max = 100
smtp_accept_queue = 0
smtp_accept_queue_per_connection = 0
acl_smtp_rcpt = take
acl_smtp_data = take
begin acl
take:
  accept
begin routers
queue:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  file = ${state}/delivered
  user = mail
`;
}
