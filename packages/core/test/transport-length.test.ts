import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exchange } from '@oncely/core/transport';
import { expect, it, onTestFinished } from 'vitest';

it.each([
  ['DELETE', '', [undefined, undefined]],
  ['GET', '', [undefined, undefined]],
  ['DELETE', 'a=1', ['3', undefined]],
  ['POST', '', ['0', undefined]],
  ['POST', 'ä', ['2', undefined]],
])('a %s of "%s" tells the length of its body as an SDK does', async (method, body, told) => {
  const seen: unknown[] = [];
  const vendor = createServer((request, response) => {
    seen.push([request.headers['content-length'], request.headers['transfer-encoding']]);
    request.resume().on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    vendor.closeAllConnections();
    vendor.close();
  });
  await once(vendor, 'listening');
  const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/`;
  const permit = { check: () => undefined, remainingMs: () => 5_000 };
  const end = await exchange({ url, method, headers: {}, body, timeoutMs: 5_000, permit });
  expect([end.kind, seen]).toEqual(['answered', [told]]);
});
