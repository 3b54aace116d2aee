import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { failureOf, mail } from './desk.ts';
import { selfSigned } from './self-signed.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oncely-fetched-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

const invoice = Buffer.from('INVOICE'.repeat(20_000));

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function desk() {
  const oncely = createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ streamTransport: true, buffer: true }), { spool: folder }),
    },
  });
  let times = 0;
  const send = async (changes: SendMailOptions): Promise<string> => {
    times += 1;
    const { message } = await oncely.scope({ businessId: `b${times}`, workflowId: 'w' }, () =>
      oncely.effect('m', () => oncely.clients.email.sendMail({ ...mail, ...changes })),
    );
    return (message as Buffer).toString();
  };
  return { oncely, send };
}

/** What stands in the first attachment. */
function attached(message: string): Buffer {
  const boundary = /boundary="([^"]+)"/.exec(message)?.[1] ?? '';
  const part = message.split(`--${boundary}`).find((each) => each.includes('Content-Disposition: attachment')) ?? '';
  return Buffer.from(part.slice(part.search(/\r?\n\r?\n/)), 'base64');
}

describe('content at an address', () => {
  it('goes out whole, however often memory is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const port = await listen(createServer((_request, response) => response.end(invoice)));
    const href = `http://127.0.0.1:${port}/invoice.pdf`;
    let collecting = true;
    const again = (): void => {
      collect();
      if (collecting) setTimeout(again, 5);
    };
    again();
    const { send } = desk();
    try {
      expect(attached(await send({ attachments: [{ href }] })).equals(invoice)).toBe(true);
      expect(await send({ text: { href } })).toContain('INVOICEINVOICE');
    } finally {
      collecting = false;
    }
  });

  it.each<[string, RequestListener]>([
    ['with a login in it', (request, response) => response.end(String(request.headers.authorization))],
    ['with headers', (request, response) => response.end(String(request.headers['x-key']))],
    [
      'that leads elsewhere',
      (request, response) =>
        request.url === '/there' ? response.end('there') : response.writeHead(302, { location: '/there' }).end(),
    ],
    [
      'that is packed',
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(invoice)),
    ],
    ['that is empty', (_request, response) => response.end()],
    ['of one byte', (_request, response) => response.end('x')],
  ])('is fetched as nodemailer fetches it: %s', async (_name, handle) => {
    const port = await listen(createServer(handle));
    const attachments = (): SendMailOptions['attachments'] => [
      { href: `http://user:pass@127.0.0.1:${port}/a.bin`, httpHeaders: { 'x-key': 'mine' } },
    ];
    const raw = nodemailer.createTransport({ streamTransport: true, buffer: true });
    const { message } = await raw.sendMail({ ...mail, attachments: attachments() });
    const sent = attached(await desk().send({ attachments: attachments() }));
    expect(sent.equals(attached((message as Buffer).toString()))).toBe(true);
    expect(sent.toString()).not.toContain('undefined');
  });

  it('is fetched by the TLS options that are given with it', async () => {
    const port = await listen(createSecureServer(selfSigned, (_request, response) => response.end('secure')));
    const href = `https://localhost:${port}/a.bin`;
    const { send } = desk();
    const tls = { rejectUnauthorized: false };
    expect(attached(await send({ attachments: [{ href, tls }] })).toString()).toBe('secure');
    expect(await failureOf(send({ attachments: [{ href }] }))).toMatchObject({ code: 'invalid_input' });
  });

  it.each<[string, RequestListener]>([
    [
      'is cut off',
      (_request, response) => {
        response.writeHead(200, { 'content-length': String(invoice.length) });
        response.write(invoice.subarray(0, 1_000), () => response.destroy());
      },
    ],
    [
      'is cut off in a chunk',
      (_request, response) => {
        response.writeHead(200);
        response.write(invoice.subarray(0, 1_000), () => response.destroy());
      },
    ],
    [
      'is packed and cut off',
      (_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(invoice).subarray(0, 50)),
    ],
    ['is not there', (_request, response) => response.writeHead(404).end('not here')],
  ])('that %s is an error, before anything is recorded', async (_name, handle) => {
    const port = await listen(createServer(handle));
    const { oncely, send } = desk();
    for (const change of [
      { attachments: [{ href: `http://user:secret@127.0.0.1:${port}/a.bin` }] },
      { html: { href: `http://user:secret@127.0.0.1:${port}/a.bin` } },
      { raw: { href: `http://user:secret@127.0.0.1:${port}/a.bin` } },
    ] as SendMailOptions[]) {
      const error = await failureOf(send(change));
      expect(error).toMatchObject({ code: 'invalid_input' });
      expect(error.message).toContain('could not be read');
      expect(error.message).not.toContain('secret');
    }
    expect((await oncely.effects.list()).effects).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that never answers ends with the caller’s abort', async () => {
    const port = await listen(createServer(() => {}));
    const controller = new AbortController();
    const { oncely, send } = desk();
    const sending = failureOf(
      send({ attachments: [{ href: `http://127.0.0.1:${port}/a` }], signal: controller.signal } as never),
    );
    controller.abort();
    expect(await sending).toMatchObject({ name: 'AbortError', code: 'EABORT' });
    expect((await oncely.effects.list()).effects).toEqual([]);
  });
});

describe('a stream', () => {
  it.each<[string, () => Promise<Readable>]>([
    [
      'that was read to its end',
      async () => {
        const stream = Readable.from(['x']);
        for await (const _ of stream);
        return stream;
      },
    ],
    ['that was closed', async () => new PassThrough().destroy()],
    [
      'that fails before anybody reads it',
      async () => {
        const stream = new PassThrough();
        setImmediate(() => stream.destroy(new Error('gone')));
        return stream;
      },
    ],
    [
      'that fails in the middle',
      async () =>
        Readable.from(
          (async function* () {
            yield 'half';
            throw new Error('gone');
          })(),
        ),
    ],
    [
      'that is closed in the middle',
      async () => {
        const stream = new PassThrough();
        stream.write('half');
        setTimeout(() => stream.destroy(), 20);
        return stream;
      },
    ],
  ])('%s is an error, before anything is recorded', async (_name, build) => {
    const { oncely, send } = desk();
    const error = await failureOf(send({ attachments: [{ content: await build() }] }));
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error.message).toContain('attachments[0].content could not be read');
    expect((await oncely.effects.list()).effects).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that never ends is closed with the caller’s abort', async () => {
    const content = new PassThrough();
    const controller = new AbortController();
    const sending = failureOf(desk().send({ attachments: [{ content }], signal: controller.signal } as never));
    setImmediate(() => controller.abort());
    expect(await sending).toMatchObject({ code: 'EABORT' });
    expect(content.destroyed).toBe(true);
  });
});
