import { createHash } from 'node:crypto';

import { passRead } from './reads.ts';

/** Knows the addresses that Slack gave for uploads, and what was uploaded under which file id. */
export interface Uploads {
  /** Whether this is such an address. Bytes sent there are nothing yet: a method completes the upload. */
  has(url: string): boolean;
  send(url: string, init: RequestInit | undefined): Promise<Response>;
  /** Asks Slack for an address. */
  open(url: string, init: RequestInit | undefined): Promise<Response>;
  /** A digest of a file's bytes; `undefined` where they did not come through here. */
  contentOf(fileId: string): string | undefined;
}

const remembered = 1_000;

export function createUploads(passing: Parameters<typeof passRead>[0]): Uploads {
  const fileIds = new Map<string, string>();
  const contents = new Map<string, string>();
  return {
    has: (url) => fileIds.has(url),
    send: async (url, init) => {
      const fileId = fileIds.get(url);
      const digest = await digestOf(init?.body);
      if (fileId !== undefined && digest !== undefined) remember(contents, fileId, digest);
      return passRead(passing, url, init);
    },
    open: async (url, init) => {
      const response = await passRead(passing, url, init);
      const answer = (await response
        .clone()
        .json()
        .catch(() => undefined)) as { upload_url?: string; file_id?: string } | undefined;
      if (answer?.upload_url !== undefined && answer.file_id !== undefined)
        remember(fileIds, answer.upload_url, answer.file_id);
      return response;
    },
    contentOf: (fileId) => contents.get(fileId),
  };
}

function remember(map: Map<string, string>, name: string, value: string): void {
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > remembered && oldest !== undefined) map.delete(oldest);
}

async function digestOf(body: RequestInit['body']): Promise<string | undefined> {
  const hash = createHash('sha256');
  if (typeof body === 'string') return hash.update(body).digest('hex');
  if (!(body instanceof FormData)) return undefined;
  for (const value of body.values())
    hash.update(typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer()));
  return hash.digest('hex');
}
