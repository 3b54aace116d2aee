import type { Next } from '../errors.ts';
import type { EffectState } from '../record.ts';
import type { StandardSchema } from './standard-schema.ts';

/** What a tool does to the world, as MCP says it. */
export interface ToolAnnotations {
  readonly readOnly: boolean;
  /** It may take away or change what is there, rather than only add. */
  readonly destructive: boolean;
  /** Called again with the same input it changes nothing more. True of every tool here, in its scope. */
  readonly idempotent: boolean;
  /** It reaches people or systems beyond the vendor's account. */
  readonly openWorld: boolean;
}

/** What a framework knows of one call. For the audit only: none of it is ever part of a key. */
export interface ToolContext {
  readonly framework?: string;
  readonly toolCallId?: string;
  readonly runId?: string;
  readonly threadId?: string;
  /** Stops this caller's waiting; an effect under way goes on. */
  readonly signal?: AbortSignal | undefined;
}

export type ToolStatus = 'succeeded' | 'already_done' | 'pending_approval' | 'rejected' | 'unknown';

/** Why nothing was done. */
export type RejectedReason =
  /** It does not fit the schema, or the vendor's data (a currency, an unknown id). */
  | 'invalid_input'
  /** The vendor's definite no; corrected input may be tried. */
  | 'refused_by_vendor'
  /** The same effect was made or begun with other input. */
  | 'input_changed'
  /** More occurrences than the policy allows, or one before its turn. */
  | 'occurrence'
  /** Nothing reached the vendor, or the vendor took nothing: the same call may be made later. */
  | 'not_sent'
  /** A person, or a paused or cancelled workflow, said no. */
  | 'declined';

interface Told<Output> {
  /** Short and true, for the model. */
  readonly text: string;
  readonly output: Output | null;
  /** The effect key, for people and the audit. */
  readonly effect: string | null;
  /** The vendor's id of what was made. */
  readonly id: string | null;
  /** ISO time on the ledger's clock: when it happened; if that is not known, when it was first sent or asked for. */
  readonly at: string | null;
  readonly reason: RejectedReason | null;
  /** Names of the vendor's parameters that differ from the recorded input. */
  readonly differs: readonly string[] | null;
  /** The fingerprint to approve, as `oncely.effects.approve` asks for it. */
  readonly approval: string | null;
  readonly retryAfterMs: number | null;
  /** How the effect stands in the ledger; `null`: nothing is recorded. Absent in a tool that is not made by `effectTool`. */
  readonly state?: EffectState | null;
  /** What a program does next, as the `next` of an error; `null`: nothing, it is over. See `outcomeOf`. */
  readonly next?: Next | null;
}

/**
 * How a tool call ended. Expected outcomes are values; only what the program got wrong is thrown.
 * `already_done` and `succeeded` may lack their output where the vendor's answer could not be kept or read.
 */
export type ToolResult<Output = unknown> =
  | (Told<Output> & { readonly status: 'succeeded' | 'already_done' })
  | (Told<Output> & { readonly status: 'pending_approval'; readonly approval: string })
  | (Told<Output> & { readonly status: 'rejected'; readonly reason: RejectedReason })
  /** It may have happened. It is settled by evidence, never by sending it in another way. */
  | (Told<Output> & { readonly status: 'unknown' });

/**
 * A tool for any agent framework. `execute` may be called again and again: in one scope the same call has one effect,
 * whatever the model calls it and however it words it.
 */
export interface Tool<Input = unknown, Output = unknown> {
  readonly name: string;
  readonly title: string;
  /** Written for a model. */
  readonly description: string;
  readonly inputSchema: StandardSchema<Input>;
  /** Of the whole result, so that every outcome fits it. */
  readonly outputSchema: StandardSchema<ToolResult<Output>>;
  readonly annotations: ToolAnnotations;
  /** @throws OncelyError `unscoped` outside of `oncely.scope`, and for other faults of the program. */
  execute(input: unknown, context?: ToolContext): Promise<ToolResult<Output>>;
  /**
   * The slot of the effect that this call is about, in the scope that is open: what approvals are looked up by. `null`
   * where the input is about none. It reads what it needs, and neither records nor sends anything. Reads have none.
   *
   * @throws OncelyError `unscoped` outside of `oncely.scope`.
   */
  slotOf?(input: unknown, context?: Pick<ToolContext, 'signal'>): Promise<string | null>;
}

/** What a definition gives in place of ids or a result where the input cannot be meant; nothing was sent. */
export class ToolRefusal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Refuses a call before anything is sent, with what the model is told. */
export function refusal(text: string): ToolRefusal {
  return new ToolRefusal(text);
}

/** A result with everything that it does not say set to null. */
export function result<Output, S extends ToolStatus>(
  status: S,
  told: Partial<Told<Output>> & { readonly text: string },
): ToolResult<Output> {
  const blank: Omit<Told<Output>, 'text'> = {
    output: null,
    effect: null,
    id: null,
    at: null,
    reason: null,
    differs: null,
    approval: null,
    retryAfterMs: null,
    state: null,
    next: null,
  };
  return { status, ...blank, ...told } as ToolResult<Output>;
}
