/**
 * Tools for agents: one neutral shape, whose effects happen once in a scope however often a model asks for them.
 * @module
 */
export { acceptedBy, asGiven } from './tools/accepting.ts';
export { effectTool, readTool } from './tools/effect-tool.ts';
export type { EffectToolDefinition, ReadToolDefinition } from './tools/effect-tool.ts';
export { effectIdOf, normalised } from './tools/identity.ts';
export type { Identity, IdentityValue } from './tools/identity.ts';
export { outcomeOf } from './tools/outcome-of.ts';
export type { ToolsOutcome } from './tools/outcome-of.ts';
export { scopeHere } from './tools/scope-here.ts';
export { occurrenceWords } from './tools/occurrence-words.ts';
export { selectTools } from './tools/select-tools.ts';
export type { ToolBounds, ToolPolicy, ToolRow } from './tools/select-tools.ts';
export { looseJsonSchema, strictJsonSchema } from './tools/standard-schema.ts';
export type { StandardIssue, StandardResult, StandardSchema } from './tools/standard-schema.ts';
export { refusal, ToolRefusal } from './tools/tool.ts';
export type { RejectedReason, Tool, ToolAnnotations, ToolContext, ToolResult, ToolStatus } from './tools/tool.ts';
