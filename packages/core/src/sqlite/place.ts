import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { OncelyError } from '../errors.ts';

// f_type of statfs(2). SQLite's locks and its WAL need a local file system (https://sqlite.org/wal.html#overview).
const networkFileSystems: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x5346414f: 'AFS',
  0x73757245: 'Coda',
  0x00c36400: 'Ceph',
  0x01021997: '9P',
};

// The variable that each platform sets, where local files are gone with the instance.
const serverless: Readonly<Record<string, string>> = {
  AWS_LAMBDA_FUNCTION_NAME: 'AWS Lambda',
  FUNCTIONS_WORKER_RUNTIME: 'Azure Functions',
  K_SERVICE: 'Cloud Run',
  NETLIFY: 'Netlify',
  VERCEL: 'Vercel',
};

/** Refuses a place where SQLite would corrupt or lose the ledger. */
export function refuseUnfitPlace(file: string, allowEphemeral: boolean): void {
  const platform = Object.keys(serverless).find((name) => process.env[name]);
  if (platform !== undefined && !allowEphemeral) {
    throw new OncelyError('ledger_unusable', {
      message: `${file} would be a local file on ${serverless[platform]}, gone with the instance and with it all that was remembered. Nothing was sent.`,
      fix: 'use a shared ledger here, or say sqliteLedger(file, { allowEphemeral: true }) if losing it is acceptable',
    });
  }
  if (file === ':memory:' || file === '') {
    throw new OncelyError('ledger_unusable', {
      message: 'An SQLite ledger in memory forgets everything with the process. Nothing was sent.',
      fix: 'give a file, or use memoryLedger() for tests',
    });
  }
  if (file.startsWith('file:')) {
    throw new OncelyError('ledger_unusable', {
      message: `${file} is a URI, whose parameters can switch off the locks or the file itself. Nothing was sent.`,
      fix: 'give the path of the file',
    });
  }
  const name = networkFileSystems[fileSystemType(dirname(resolve(file)))];
  if (name !== undefined) {
    throw new OncelyError('ledger_unusable', {
      message: `${file} lies on a network file system (${name}), where SQLite's locks do not hold. Nothing was sent.`,
      fix: 'put the file on a local disk, or use a shared ledger',
    });
  }
}

function fileSystemType(folder: string): number {
  try {
    return statfsSync(folder).type;
  } catch {
    // A folder that does not exist gives SQLite's own error, which says more.
    return 0;
  }
}
