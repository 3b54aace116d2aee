import type { Actor, Scope } from '@oncely/core';
import type { Tool } from '@oncely/core/tools';

/** Who is at the other end. What they write themselves (`_meta`, arguments) is no part of it. */
export type McpSession<User = unknown> =
  | { readonly transport: 'stdio' }
  | { readonly transport: 'http'; readonly user: User; readonly request: Request };

/**
 * What `npx oncely mcp` serves: the export `mcp` of the application's config.
 * @example
 * export const mcp = {
 *   tools: stripeTools(oncely.clients.stripe, { allow: ['stripe_refund_partial'] }),
 *   authenticate: (request) => userOfToken(request.headers.get('authorization')),
 *   scope: ({ user }) => ({ tenant: user.tenant, businessId: user.ticket, workflowId: 'refund-desk' }),
 * } satisfies McpConfig<User>;
 */
export interface McpConfig<User = unknown> {
  readonly tools: readonly Tool[];
  /** The case of a call, from the session: a tenant comes from the user, never from what a client writes. */
  readonly scope: (session: McpSession<User>) => Scope | Promise<Scope>;
  /** Who sent a request over HTTP; `undefined` refuses it. Without it there is no HTTP. */
  readonly authenticate?: (request: Request) => User | undefined | Promise<User | undefined>;
  /** Who answers when an approval is asked by a form at the client. Without it no client is asked. */
  readonly approver?: (session: McpSession<User>) => Actor | Promise<Actor>;
}

/** Whether a config's export can be served. */
export function isMcpConfig(value: unknown): value is McpConfig {
  const { tools, scope } = (value ?? {}) as Partial<McpConfig>;
  return Array.isArray(tools) && typeof scope === 'function';
}
