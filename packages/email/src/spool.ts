import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { OutsideContent } from './outside-content.ts';

/** A folder for contents that can be read once only. */
export interface Spool {
  /** Writes a content down, chunk by chunk, and says what it was. */
  keep(chunks: AsyncIterable<Uint8Array | string>): Promise<OutsideContent>;
  /** Removes one that is needed no more. */
  discard(path: string): Promise<void>;
}

/** What a crash left behind goes after a week: a mail that is in doubt for longer waits for a person. */
const longestMs = 7 * 24 * 3_600_000;
const ours = /^oncely-[0-9a-f]{64}-[0-9a-f-]{36}$/;

/** Every content is a file of its own, readable by its owner only: two processes never share one that one may remove. */
export function createSpool(folder: string, now: () => number = Date.now): Spool {
  const root = resolve(folder);
  let prepared: Promise<void> | undefined;
  const prepare = async (): Promise<void> => {
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const name of await readdir(root)) {
      const path = join(root, name);
      const left = ours.test(name) || name.startsWith('.oncely-');
      // Another process may be faster.
      const old = left && (await stat(path).catch(() => undefined));
      if (old && now() - old.mtimeMs > longestMs) await rm(path, { force: true });
    }
  };
  return {
    async keep(chunks) {
      await (prepared ??= prepare().catch((error: unknown) => {
        prepared = undefined;
        throw error;
      }));
      const own = randomUUID();
      const draft = join(root, `.oncely-${own}`);
      const hash = createHash('sha256');
      let size = 0;
      try {
        const file = await open(draft, 'wx', 0o600);
        try {
          for await (const chunk of chunks) {
            const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
            hash.update(bytes);
            size += bytes.length;
            await file.writeFile(bytes);
          }
          // It may be all that a resend after a loss of power has.
          await file.sync();
        } finally {
          await file.close();
        }
        const sha256 = hash.digest('hex');
        const path = join(root, `oncely-${sha256}-${own}`);
        await rename(draft, path);
        return new OutsideContent(sha256, size, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    discard: (path) => rm(path, { force: true }),
  };
}
