import { contractOf } from '../contract-of.ts';
import { slotOf } from '../contract.ts';
import { isOncelyError, OncelyError } from '../errors.ts';
import {
  requireScope,
  asksAround,
  currentFrames,
  runInFrames,
  stepIdOf,
  type EffectFrame,
  type EffectOptions,
  type ScopeFrame,
} from '../scope.ts';
import type { Told } from '../telling.ts';
import { effectIdOf, type Identity } from './identity.ts';
import { acceptedBy } from './accepting.ts';
import { ownCopy, withoutNulls } from './json.ts';
import { done, failed, messageOf, plain } from './outcome.ts';
import { resultSchema } from './result-schema.ts';
import { issuesText, type StandardSchema } from './standard-schema.ts';
import { inTurn } from './turns.ts';
import { result, ToolRefusal, type Tool, type ToolAnnotations, type ToolContext, type ToolResult } from './tool.ts';

interface Described<Input, Output> {
  /** Lower case, digits and underscores: every framework takes that. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Nulls are taken for absent before anything else sees them. */
  readonly inputSchema: StandardSchema<Input>;
  readonly outputSchema: StandardSchema<Output>;
  readonly annotations?: Partial<ToolAnnotations>;
}

/** One write as a tool. */
export interface EffectToolDefinition<Input, Ids, Made, Output, Kept = undefined> extends Described<Input, Output> {
  /** The operations that may happen in it; any other is refused before the ledger is touched. */
  readonly operation: string | readonly string[];
  /** The name of the effect, where several tools are ways to the same one. Default: the tool's. */
  readonly effect?: string;
  /** How often the same may be done in a scope, on purpose. Default 1: never twice. */
  readonly maxOccurrence?: number;
  readonly approval?: EffectOptions['approval'];
  readonly onDoubt?: EffectOptions['onDoubt'];
  /** Reads that turn what the model may write into the vendor's canonical ids, or a refusal. It writes nothing. */
  readonly resolve?: (
    input: Input,
    signal: AbortSignal | undefined,
  ) => PromiseLike<Ids | ToolRefusal> | Ids | ToolRefusal;
  /** Which effect this is: canonical ids and the caller's business values, never a text that a model wrote. */
  readonly identity: (input: Input, ids: Ids) => Identity;
  /** What the vendor's parameters call texts that a model words anew; after a success they make no difference. */
  readonly wording?: readonly string[];
  /** What is computed once for the effect and given to each `perform` of it: a date. */
  readonly once?: () => Kept;
  /** Makes the one write, through a client of `oncely.clients`. */
  readonly perform: (input: Input, ids: Ids, kept: Kept) => PromiseLike<Made>;
  /** What a model is given of the vendor's answer; checked against `outputSchema`. */
  readonly output: (made: Made, input: Input, ids: Ids) => unknown;
  /** What was done in a few true words: "500 usd of pi_1 were refunded (re_1)". */
  readonly say?: (output: Output, input: Input) => string;
}

/** One read as a tool. It needs no scope, and is not remembered. */
export interface ReadToolDefinition<Input, Output> extends Described<Input, Output> {
  readonly read: (input: Input, signal: AbortSignal | undefined) => PromiseLike<unknown>;
}

/**
 * A write as a tool whose effect happens once in a scope: for the same identity a repeat is told what was done and
 * when, other input is explained and refused, and what may have happened is never sent in another way.
 *
 * @throws OncelyError `invalid_config` when the definition cannot hold.
 * @example
 * const close = effectTool({
 *   name: 'close_issue', title: 'Close an issue', description: 'Closes an issue of the tracker.',
 *   inputSchema: z.object({ issue: z.string() }), outputSchema: z.object({ id: z.string() }),
 *   operation: 'tracker.issues.close',
 *   identity: ({ issue }) => ({ ids: { issue } }),
 *   perform: ({ issue }) => oncely.clients.tracker.close(issue),
 *   output: ({ id }) => ({ id }),
 * });
 */
export function effectTool<Input, Output, Made = unknown, Ids = undefined, Kept = undefined>(
  definition: EffectToolDefinition<Input, Ids, Made, Output, Kept>,
): Tool<Input, Output> {
  const { name, maxOccurrence = 1 } = definition;
  refuseBadName(name);
  if (!Number.isSafeInteger(maxOccurrence) || maxOccurrence < 1) {
    throw new OncelyError('invalid_config', { message: `maxOccurrence of ${name} must be a whole number from 1.` });
  }
  return {
    ...described(definition, { readOnly: false, destructive: true, idempotent: true, openWorld: true }),
    execute: async (raw, context = {}) => {
      const scope = requireScope(`the tool ${name}`);
      return inTurn(scope, definition.effect ?? name, async (earlier) => {
        const meant = await meaning(definition, raw, context);
        if ('status' in meant) return meant;
        if (meant.occurrence > 1) await earlier();
        return act(definition, scope, { ...meant, maxOccurrence }, context);
      });
    },
    slotOf: async (raw, context = {}) => {
      const scope = requireScope(`the tool ${name}`);
      const meant = await meaning(definition, raw, context);
      if ('status' in meant) return null;
      return slotOf(contractOf(scope, stepIdOf(meant.id, meant.occurrence), {}));
    },
  };
}

/** A read as a tool. What cannot be read is told, not thrown. */
export function readTool<Input, Output>(definition: ReadToolDefinition<Input, Output>): Tool<Input, Output> {
  refuseBadName(definition.name);
  return {
    ...described(definition, { readOnly: true, destructive: false, idempotent: true, openWorld: true }),
    execute: async (raw, context = {}) => {
      const input = await validated<Input, Output>(definition.inputSchema, ownCopy(raw));
      if (!('value' in input)) return input;
      try {
        const read = await definition.read(input.value, context.signal);
        if (read instanceof ToolRefusal) return result('rejected', { reason: 'invalid_input', text: read.text });
        const output = await checked(definition.outputSchema, read);
        if (output !== null) return result('succeeded', { output, text: 'Read.' });
        return result('rejected', { reason: 'not_sent', text: 'What the vendor answered has an unexpected shape.' });
      } catch (error) {
        return result('rejected', { reason: 'not_sent', text: `It could not be read: ${messageOf(error)}` });
      }
    },
  };
}

/** What a call is about. */
interface Meant<Input, Ids> {
  readonly input: Input;
  readonly ids: Ids;
  /** The effect's. */
  readonly id: string;
  readonly occurrence: number;
}

/** What a call is about, or why it is about nothing. It reads, and writes nothing. */
async function meaning<Input, Ids, Made, Output, Kept>(
  definition: EffectToolDefinition<Input, Ids, Made, Output, Kept>,
  raw: unknown,
  context: Pick<ToolContext, 'signal' | 'toolCallId'>,
): Promise<Meant<Input, Ids> | ToolResult<Output>> {
  const { name, inputSchema, maxOccurrence = 1 } = definition;
  // Before the schema, which may say so in words that a model takes for an invitation to try another number.
  // Copied before anything is awaited: what is judged here is what is sent.
  const given = ownCopy(raw);
  const asked = (given as { readonly occurrence?: unknown } | null | undefined)?.occurrence;
  const isBeyond = (occurrence: number): boolean => !(occurrence >= 1 && occurrence <= maxOccurrence);
  if (typeof asked === 'number' && isBeyond(asked)) return tooMany(name, maxOccurrence);
  const input = await validated<Input, Output>(inputSchema, given);
  if (!('value' in input)) return input;
  const occurrence = occurrenceOf(input.value);
  if (occurrence === undefined || isBeyond(occurrence)) return tooMany(name, maxOccurrence);
  if (context.signal?.aborted === true) return notNow('The run was stopped.');
  let ids: Ids | ToolRefusal;
  try {
    const frames = currentFrames();
    const resolve = async (): Promise<unknown> => definition.resolve?.(input.value, context.signal);
    ids = (await (frames ? runInFrames({ ...frames, looks: true }, resolve) : resolve())) as Ids | ToolRefusal;
  } catch (error) {
    return notNow(`What it needs could not be read: ${messageOf(error)}`);
  }
  if (ids instanceof ToolRefusal)
    return result('rejected', { reason: 'invalid_input', next: 'fix-input', text: ids.text });
  try {
    const id = effectIdOf(definition.effect ?? name, definition.identity(input.value, ids));
    return { input: input.value, ids, id, occurrence };
  } catch (error) {
    // What a model left empty is for it to mend; the rest is the program's fault.
    if (!isOncelyError(error) || error.code !== 'invalid_input') throw error;
    return result('rejected', { reason: 'invalid_input', next: 'fix-input', text: plain(error) });
  }
}

async function act<Input, Ids, Made, Output, Kept>(
  definition: EffectToolDefinition<Input, Ids, Made, Output, Kept>,
  scope: ScopeFrame,
  call: Meant<Input, Ids> & { readonly maxOccurrence: number },
  context: ToolContext,
): Promise<ToolResult<Output>> {
  const { input, ids, id, occurrence, maxOccurrence } = call;
  const { approval, onDoubt, once, wording = [] } = definition;
  const correlationId = correlationOf(scope, context);
  let told: Told | undefined;
  const effect: EffectFrame = {
    id,
    options: {
      expect: definition.operation,
      occurrence,
      within: asksAround(),
      ...(approval === undefined ? {} : { approval }),
      ...(onDoubt === undefined ? {} : { onDoubt }),
      ...(context.signal === undefined ? {} : { signal: context.signal }),
      ...(correlationId === undefined ? {} : { correlationId }),
    },
    closed: false,
    tell: (heard) => {
      told = heard;
    },
    ...(occurrence > 1 ? { follows: stepIdOf(id, occurrence - 1) } : {}),
  };
  let made: Made;
  try {
    const kept = (await (once && scope.remember?.(`${id}/${occurrence}/once`, once))) as Kept;
    made = await runInFrames({ scope, effect }, async () => definition.perform(input, ids, kept));
  } catch (error) {
    return failed(error, { occurrence, maxOccurrence, wording, told, output: null, said: undefined });
  } finally {
    effect.closed = true;
  }
  if (!told) {
    throw new OncelyError('invalid_config', {
      message: `the tool ${definition.name} made no write of a client of oncely.clients, so nothing of it is remembered.`,
      fix: 'call a client of oncely.clients in perform',
    });
  }
  const output = await checked(definition.outputSchema, () => definition.output(made, input, ids));
  const said = output === null ? undefined : definition.say?.(output, input);
  return done({ occurrence, maxOccurrence, wording, told, output, said });
}

function described<Input, Output>(
  { name, title, description, inputSchema, outputSchema, annotations }: Described<Input, Output>,
  standing: ToolAnnotations,
): Omit<Tool<Input, Output>, 'execute'> {
  return {
    name,
    title,
    description,
    inputSchema,
    outputSchema: resultSchema(outputSchema),
    annotations: { ...standing, ...annotations },
  };
}

async function validated<Input, Output>(
  schema: StandardSchema<Input>,
  raw: unknown,
): Promise<{ readonly value: Input } | ToolResult<Output>> {
  const checkedInput = await acceptedBy(schema, raw);
  if (!checkedInput.issues) return { value: withoutNulls(checkedInput.value) as Input };
  return result('rejected', {
    reason: 'invalid_input',
    next: 'fix-input',
    text: `The input is not valid, and nothing was sent: ${issuesText(checkedInput.issues)}`,
  });
}

/** What came of it, where it has the shape that was promised. An answer that has not is still an answer. */
async function checked<Output>(schema: StandardSchema<Output>, made: unknown): Promise<Output | null> {
  try {
    const answer = await schema['~standard'].validate(typeof made === 'function' ? (made as () => unknown)() : made);
    return answer.issues ? null : answer.value;
  } catch {
    return null;
  }
}

function occurrenceOf(input: unknown): number | undefined {
  const { occurrence = 1 } = (typeof input === 'object' && input !== null ? input : {}) as { occurrence?: unknown };
  return Number.isSafeInteger(occurrence) && Number(occurrence) >= 1 ? Number(occurrence) : undefined;
}

function tooMany<Output>(name: string, most: number): ToolResult<Output> {
  return result('rejected', {
    reason: 'occurrence',
    next: 'ask-a-person',
    text: `Nothing was sent: ${name} may do the same at most ${most === 1 ? 'once' : `${most} times`} in this case. A person has to do what goes beyond.`,
  });
}

function notNow<Output>(why: string): ToolResult<Output> {
  return result('rejected', { reason: 'not_sent', next: 'retry', text: `Nothing was sent. ${why}` });
}

/** The native ids of the call, behind the run's own. */
function correlationOf({ scope }: ScopeFrame, context: ToolContext): string | undefined {
  const { framework, runId, threadId, toolCallId } = context;
  const parts = [scope.correlationId, framework, threadId, runId, toolCallId].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('/');
}

function refuseBadName(name: string): void {
  if (/^[a-z][a-z0-9_]{0,63}$/.test(name)) return;
  throw new OncelyError('invalid_config', {
    message: `a tool's name must be lower case letters, digits and underscores, at most 64; got "${name}".`,
  });
}
