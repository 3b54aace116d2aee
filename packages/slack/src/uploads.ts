import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomUUID } from 'node:crypto';

import { vendorsOwn, type Calls } from '@oncely/core/adapter';

import { isDefiniteNo } from './classify.ts';
import { passRead, type Passing } from './reads.ts';
import { fieldsOf, readRequest } from './request.ts';

type Arguments = Readonly<Record<string, unknown>>;
type Opened = { readonly upload_url?: string; readonly file_id?: string };
type Open = (options?: Arguments) => Promise<Opened>;

/** What of the SDK's client an upload goes through. */
interface Uploading {
  files?: { getUploadURLExternal?: Open; uploadV2?: (options: Arguments) => Promise<unknown> };
  filesUploadV2?: (options: Arguments) => Promise<unknown>;
}

/**
 * Uploads by `files.uploadV2`, which makes three calls. Only the last is seen by anybody, so within a scope the first two
 * wait until the ledger has said that the file is to be sent: a replay asks Slack nothing.
 */
export interface Uploads {
  /** Lets a client's uploads wait. */
  defer(client: object, calls: Calls): void;
  /** Whether bytes are sent to this address. Bytes by themselves are nothing yet: a method completes the upload. */
  has(url: string): boolean;
  send(url: string, init: RequestInit | undefined): Promise<Response>;
  /** Takes note of an address that Slack gave. */
  opened(response: Response): Promise<Response>;
  /** A digest of a file's bytes; `undefined` where they did not come through here. */
  contentOf(fileId: string): string | undefined;
  /** Whether a request names a file whose bytes wait here. */
  waitIn(files: string | null): boolean;
  /** Sends the bytes that wait for a stored request, and gives the request with Slack's ids in it. */
  complete(request: string): Promise<string>;
}

interface Held {
  readonly options: Arguments | undefined;
  bytes?: { readonly init: RequestInit | undefined };
  sent?: Promise<string>;
}

const remembered = 1_000;
const waitingAt = 'https://upload.oncely.invalid/';

/** `open` asks Slack for an address by a client that is not queued: the write that waits for it has a place there. */
export function createUploads(passing: () => Passing, open: Open): Uploads {
  const fileIds = new Map<string, string>();
  const contents = new Map<string, string>();
  const held = new Map<string, Held>();
  const deferring = new AsyncLocalStorage<string[]>();

  const sendHeld = async (id: string, file: Held): Promise<string> => {
    const { upload_url: url, file_id: fileId } = await open(file.options).catch((error: unknown) => {
      throw isDefiniteNo(error) ? vendorsOwn(error) : error;
    });
    if (url === undefined || fileId === undefined) throw new Error('Slack gave no address for the upload');
    const response = await passRead(passing(), url, file.bytes?.init);
    if (response.status !== 200) {
      throw new Error(`Slack answered ${response.status} to the bytes of ${String(file.options?.['filename'])}`);
    }
    await response.body?.cancel();
    const digest = contents.get(id);
    if (digest !== undefined) remember(contents, fileId, digest);
    return fileId;
  };

  return {
    defer: (given, calls) => {
      const client = given as Uploading;
      const atOnce = client.files?.getUploadURLExternal;
      const whole = client.files?.uploadV2;
      const inherited = client.filesUploadV2;
      if (!client.files || typeof atOnce !== 'function' || typeof whole !== 'function') return;
      client.files.getUploadURLExternal = async (...options) => {
        const mine = deferring.getStore();
        if (!mine) return atOnce(...options);
        const id = `FONCELY${randomUUID().replaceAll('-', '').toUpperCase()}`;
        mine.push(id);
        held.set(id, { options: options[0] });
        fileIds.set(`${waitingAt}${id}`, id);
        return { ok: true, upload_url: `${waitingAt}${id}`, file_id: id };
      };
      const deferred =
        (upload: (options: Arguments) => Promise<unknown>) =>
        (options: Arguments): Promise<unknown> =>
          calls.run(async (call) => {
            if (!call.frames) return upload(options);
            const mine: string[] = [];
            try {
              return await deferring.run(mine, () => upload(options));
            } finally {
              for (const id of mine) {
                held.delete(id);
                fileIds.delete(`${waitingAt}${id}`);
              }
            }
          });
      client.files.uploadV2 = deferred(whole);
      if (typeof inherited === 'function' && !Object.hasOwn(client, 'filesUploadV2')) {
        const value = deferred((options) => inherited.call(client, options));
        Object.defineProperty(client, 'filesUploadV2', { value, writable: true, configurable: true });
      }
    },
    has: (url) => fileIds.has(url),
    send: async (url, init) => {
      const fileId = fileIds.get(url);
      const digest = await digestOf(init?.body);
      if (fileId !== undefined && digest !== undefined) remember(contents, fileId, digest);
      const waiting = fileId === undefined ? undefined : held.get(fileId);
      if (waiting) {
        // Without the signal, which is of the time that the SDK gave a request that is not made now.
        const { signal: _signal, ...rest } = init ?? {};
        waiting.bytes = { init: rest };
        return new Response('OK');
      }
      return passing().fetch(url, init);
    },
    opened: async (response) => {
      const answer = (await response
        .clone()
        .json()
        .catch(() => undefined)) as Opened | undefined;
      if (answer?.upload_url !== undefined && answer.file_id !== undefined)
        remember(fileIds, answer.upload_url, answer.file_id);
      return response;
    },
    contentOf: (fileId) => contents.get(fileId),
    waitIn: (files) => files !== null && idsIn(files).some((id) => held.has(id)),
    complete: async (stored) => {
      const request = readRequest(stored);
      const fields = fieldsOf(request);
      const files = JSON.parse(fields.get('files') ?? '[]') as { id: string }[];
      const sent = await Promise.all(
        files.map(async (file) => {
          const waiting = held.get(file.id);
          if (!waiting) return file;
          // Once, however often the write is begun; what failed is tried anew.
          waiting.sent ??= sendHeld(file.id, waiting).catch((error: unknown) => {
            delete waiting.sent;
            throw error;
          });
          return { ...file, id: await waiting.sent };
        }),
      );
      fields.set('files', JSON.stringify(sent));
      return JSON.stringify({ ...request, body: fields.toString() });
    },
  };
}

function idsIn(files: string): readonly string[] {
  try {
    return (JSON.parse(files) as { id: string }[]).map(({ id }) => id);
  } catch {
    return [];
  }
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
