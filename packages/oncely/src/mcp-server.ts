import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import type { Oncely } from '@oncely/core';

import { CommandError } from './command-error.ts';
import { importFrom } from './import-from.ts';
import { masked } from './masked.ts';
import type { McpConfig, McpSession } from './mcp-config.ts';
import type { Surroundings } from './surroundings.ts';
import { version } from './version.ts';

/** The part of `@modelcontextprotocol/server` that is used, as the application has it. */
interface Sdk {
  readonly McpServer: new (about: object) => object;
  readonly createMcpHandler: (
    factory: (context: { readonly authInfo?: { readonly extra?: { readonly session?: McpSession } } }) => object,
  ) => {
    readonly fetch: (request: Request, options: object) => Promise<Response>;
    readonly close: () => Promise<void>;
  };
  readonly hostHeaderValidationResponse: (request: Request, allowed: readonly string[]) => Response | undefined;
  readonly originValidationResponse: (request: Request, allowed: readonly string[]) => Response | undefined;
  readonly localhostAllowedHostnames: () => readonly string[];
  readonly localhostAllowedOrigins: () => readonly string[];
}

interface Stdio {
  readonly serveStdio: (factory: () => object) => { readonly close: () => Promise<void> };
}

interface Converter {
  readonly registerMcpTools: (server: object, tools: McpConfig['tools'], options: object) => void;
}

/** A server of an application's tools. */
export interface McpServing {
  readonly overStdio: () => { readonly close: () => Promise<void> };
  /** Answers one HTTP request; `local`: only for this machine, so that no page of a browser reaches it by another name. */
  readonly answer: (request: IncomingMessage, response: ServerResponse, local: boolean) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Serves the tools with the MCP SDK of the application.
 * @throws CommandError where `@modelcontextprotocol/server` or `@oncely/agents` is not installed in it.
 */
export async function createMcpServing(
  oncely: Oncely,
  config: McpConfig,
  { cwd, complain }: Pick<Surroundings, 'cwd' | 'complain'>,
): Promise<McpServing> {
  const load = async <T>(name: string): Promise<T> => {
    const found = await importFrom(cwd, name);
    if (found) return found as T;
    throw new CommandError(
      'usage',
      `${name} is not installed in ${cwd}.\n  fix: npm install @oncely/agents @modelcontextprotocol/server`,
    );
  };
  const [sdk, stdio, { registerMcpTools }] = await Promise.all([
    load<Sdk>('@modelcontextprotocol/server'),
    load<Stdio>('@modelcontextprotocol/server/stdio'),
    load<Converter>('@oncely/agents/mcp'),
  ]);
  const { tools, scope, authenticate, approver } = config;
  const serverOf = (session: McpSession): object => {
    const server = new sdk.McpServer({ name: 'oncely', version });
    registerMcpTools(server, tools, {
      within: async (run: () => Promise<unknown>) => oncely.scope(await scope(session), run),
      ...(approver ? { approvals: { effects: oncely.effects, approver: () => approver(session) } } : {}),
    });
    return server;
  };
  const handler = sdk.createMcpHandler(({ authInfo }) => {
    const session = authInfo?.extra?.session;
    if (!session) throw new Error('a request without a session');
    return serverOf(session);
  });
  const answered = async (request: Request, local: boolean): Promise<Response> => {
    const elsewhere = local
      ? (sdk.hostHeaderValidationResponse(request, sdk.localhostAllowedHostnames()) ??
        sdk.originValidationResponse(request, sdk.localhostAllowedOrigins()))
      : undefined;
    if (elsewhere) return elsewhere;
    const user = await authenticate?.(request);
    if (user === undefined) {
      return new Response('Who is asking?', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    }
    const session: McpSession = { transport: 'http', user, request };
    // The SDK hands this to the factory as it is; a token is none of its business.
    return handler.fetch(request, { authInfo: { token: '', clientId: '', scopes: [], extra: { session } } });
  };
  return {
    overStdio: () => stdio.serveStdio(() => serverOf({ transport: 'stdio' })),
    answer: async (incoming, outgoing, local) => {
      const answer = await Promise.resolve()
        .then(() => answered(requestOf(incoming), local))
        .catch((error: unknown) => {
          complain(masked(error instanceof Error ? error.message : String(error)));
          return new Response('It could not be served.', { status: 500 });
        });
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body) Readable.fromWeb(answer.body as never).pipe(outgoing);
      else outgoing.end();
    },
    close: () => handler.close(),
  };
}

function requestOf(incoming: IncomingMessage): Request {
  const { method = 'GET', headers, url = '/' } = incoming;
  const body = method === 'GET' || method === 'HEAD' ? undefined : (Readable.toWeb(incoming) as never);
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
  );
  return new Request(new URL(url, `http://${headers.host ?? 'localhost'}`), {
    method,
    headers: given,
    ...(body === undefined ? {} : { body, duplex: 'half' as const }),
  });
}
