/**
 * The operator's command of Oncely as a function, for programs that carry it; by itself it is `npx oncely`.
 * @module
 */
export { exitCodes } from './exit-codes.ts';
export type { ExitCode } from './exit-codes.ts';
export type { McpConfig, McpSession } from './mcp-config.ts';
export { runCommand } from './program.ts';
export type { Style, Surroundings } from './surroundings.ts';
