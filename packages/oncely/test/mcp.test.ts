import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { beforeAll, expect, it } from 'vitest';

import { atEndOfFile } from '../../../scripts/at-end-of-file.ts';
import { ended, startProject, type Project } from './project.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const node = ['--conditions', '@oncely/source', '--no-warnings', cli, 'mcp'];
const about = { name: 'desk', version: '1.0.0' };
const refund = {
  name: 'stripe_refund_partial',
  arguments: { payment: 'ch_1', amount: 500, currency: 'usd', reason: null, occurrence: null },
  // The client's own claim, which is nobody's word.
  _meta: { tenant: 'south', businessId: 'another' },
};

let project: Project;
beforeAll(async () => {
  project = await startProject({ imports: "import { stripeTools } from '@oncely/stripe/tools';" });
  const file = join(project.path, 'oncely.config.ts');
  const text = readFileSync(file, 'utf8').replace('export default () => createOncely', 'const oncely = createOncely');
  writeFileSync(
    file,
    `${text}
export default oncely;
const users = { 'Bearer of-north': 'north', 'Bearer of-west': 'west' };
export const mcp = {
  tools: stripeTools(oncely.clients.stripe, { allow: ['stripe_refund_partial'] }),
  authenticate: (request) => users[request.headers.get('authorization') ?? ''],
  scope: (session) => ({
    tenant: session.transport === 'http' ? session.user : 'east',
    businessId: 'invoice_98342',
    workflowId: 'refund-desk',
  }),
};
`,
  );
  project.fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
});

it('serves the tools on stdio, in the tenant of the config, and says nothing else there', async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: node,
    cwd: project.path,
    stderr: 'pipe',
  });
  const client = new Client(about);
  await client.connect(transport);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['stripe_refund_partial']);
  const { structuredContent } = await client.callTool(refund);
  expect(structuredContent).toMatchObject({
    status: 'succeeded',
    effect: expect.stringMatching(/^east:invoice_98342:/),
  });
  expect((await client.callTool(refund)).structuredContent).toMatchObject({ status: 'already_done' });
  await client.close();
});

it('serves them over HTTP to those whom the config knows, each in their own tenant', async () => {
  const { url, child } = await startHttp();
  const call = async (authorization: string): Promise<unknown> => {
    const client = new Client(about);
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization } } }) as never,
    );
    const { structuredContent } = await client.callTool(refund);
    await client.close();
    return structuredContent;
  };
  expect(await call('Bearer of-north')).toMatchObject({ effect: expect.stringMatching(/^north:invoice_98342:/) });
  expect(await call('Bearer of-west')).toMatchObject({ effect: expect.stringMatching(/^west:invoice_98342:/) });
  expect(await call('Bearer of-north')).toMatchObject({ status: 'already_done' });
  await expect(call('Bearer of-nobody')).rejects.toThrow();
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  const elsewhere = { authorization: 'Bearer of-north', origin: 'https://elsewhere.example' };
  expect((await fetch(url, { method: 'POST', headers: elsewhere, body: '{}' })).status).toBe(403);
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
});

it('says what is missing', async () => {
  const bare = await startProject();
  const ran = ended(await bare.run('mcp'), 2);
  expect(ran.err).toContain('export const mcp');
});

async function startHttp(): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [...node, '--http', '0'], {
    cwd: project.path,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atEndOfFile(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await expect.poll(() => out, { timeout: 120_000 }).toMatch(/http:\S+/);
  return { url: /http:\S+/.exec(out)?.[0] ?? '', child };
}
