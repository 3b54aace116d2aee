import { createServer } from 'node:http';
import { once } from 'node:events';

import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { configIn, exportOf } from '../load-config.ts';
import { isMcpConfig, type McpConfig } from '../mcp-config.ts';
import { createMcpServing } from '../mcp-server.ts';
import type { GlobalOptions } from '../session.ts';

interface McpOptions extends GlobalOptions {
  readonly http?: string;
  readonly host: string;
}

/** The tools of the application as an MCP server. */
export function addMcp(program: Command, kit: Kit): void {
  program
    .command('mcp')
    .summary('serve the tools of the config as an MCP server')
    .description(
      "Serves the tools of the config's export `mcp` as an MCP server, on stdio or over HTTP, until its input ends or it is stopped. The tenant and the case of a call come from the session, by `mcp.scope`, and never from what a client writes.",
    )
    .option('--http <port>', 'over HTTP on this port, in place of stdio; the config needs `mcp.authenticate`')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .action((_options: object, command: Command) =>
      kit.use(command, async (call) => {
        const options: McpOptions = command.optsWithGlobals();
        call.needsConfig('mcp');
        return serve(call, await mcpOf(options, call.around.cwd), options);
      }),
    );
}

async function mcpOf({ config }: GlobalOptions, cwd: string): Promise<McpConfig> {
  const given = await exportOf(config ?? configIn(cwd) ?? '', cwd, 'mcp');
  if (isMcpConfig(given)) return given;
  throw new CommandError(
    'usage',
    'The config must export `mcp`.\n  fix: export const mcp = { tools: stripeTools(...), scope: () => ({ businessId, workflowId }) }',
  );
}

async function serve(
  { oncely, around }: Pick<Call, 'oncely' | 'around'>,
  mcp: McpConfig,
  options: McpOptions,
): Promise<ExitCode> {
  if (options.http === undefined) return serveStdio({ oncely, around }, mcp);
  const port = Number(options.http);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new CommandError('usage', '--http takes a port.');
  if (!mcp.authenticate) {
    throw new CommandError(
      'usage',
      'Over HTTP anybody could call: the config needs `mcp.authenticate`, which says who sent a request.',
    );
  }
  const serving = await createMcpServing(oncely, mcp, around);
  const local = options.host === '127.0.0.1' || options.host === '::1' || options.host === 'localhost';
  const server = createServer((request, response) => void serving.answer(request, response, local));
  server.listen(port, options.host);
  await once(server, 'listening');
  const address = server.address();
  const listening = typeof address === 'object' && address ? address.port : port;
  around.print(`Serving ${mcp.tools.length} tools at http://${options.host}:${listening}/`);
  await stopped();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await Promise.all([closed, serving.close()]);
  return 0;
}

async function serveStdio({ oncely, around }: Pick<Call, 'oncely' | 'around'>, mcp: McpConfig): Promise<ExitCode> {
  const serving = await createMcpServing(oncely, mcp, around);
  const ended = once(process.stdin, 'close');
  const handle = serving.overStdio();
  await Promise.race([ended, stopped()]);
  await handle.close();
  return 0;
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
