import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { createSpool } from '../src/spool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oncely-spool-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

describe('the spool', () => {
  it('that could not be made is made the next time', async () => {
    const root = join(folder, 'spool');
    await writeFile(root, 'in its place');
    const spool = createSpool(root);
    await expect(spool.keep(Readable.from(['a']))).rejects.toThrow();
    await rm(root);
    expect(await readFile((await spool.keep(Readable.from(['a']))).path ?? '', 'utf8')).toBe('a');
  });

  it('is readable by its owner only, and swept of what is older than a week', async () => {
    const spool = createSpool(folder);
    const old = await spool.keep(Readable.from(['old']));
    const fresh = await spool.keep(Readable.from(['fresh']));
    await writeFile(join(folder, 'not-ours'), 'x');
    const past = new Date(Date.now() - 8 * 24 * 3_600_000);
    await utimes(old.path ?? '', past, past);
    await utimes(join(folder, 'not-ours'), past, past);
    const next = await createSpool(folder).keep(Readable.from(['next']));
    expect(new Set(await readdir(folder))).toEqual(
      new Set([fresh.path, next.path, 'not-ours'].map((path) => path?.split('/').at(-1))),
    );
    expect((await stat(fresh.path ?? '')).mode & 0o777).toBe(0o600);
    expect(await readFile(fresh.path ?? '', 'utf8')).toBe('fresh');
  });

  it('keeps nothing of a stream that failed', async () => {
    const spool = createSpool(folder);
    const failing = Readable.from(
      (async function* () {
        yield 'some';
        throw new Error('cut');
      })(),
    );
    await expect(spool.keep(failing)).rejects.toThrow('cut');
    expect(await readdir(folder)).toEqual([]);
  });

  it('holds no more than a chunk of a large stream in memory', async () => {
    const chunk = randomBytes(1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const spool = createSpool(folder);
    const kept = await spool.keep(
      (async function* () {
        for (let index = 0; index < 64; index += 1) {
          most = Math.max(most, process.memoryUsage().arrayBuffers - before);
          yield chunk;
        }
      })(),
    );
    expect(kept.size).toBe(64 * 1024 * 1024);
    expect(most).toBeLessThan(16 * 1024 * 1024);
  });
});
