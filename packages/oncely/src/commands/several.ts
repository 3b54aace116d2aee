import { approvalText, type DecidedOne, type Effect, type EffectsQuery, type Oncely, type Shown } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError, failureOf } from '../command-error.ts';
import { confirm, type DecisionOptions } from '../confirm.ts';
import { effectDocument, effectLine } from '../effect-view.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked, printable } from '../masked.ts';
import { findEffect, shortIdOf, shownOf } from '../short-id.ts';
import { isoTime } from '../time.ts';
import { findWorkflow } from '../workflow-name.ts';

/** What waits for a person's word, shown together. */
export function addApprovals(program: Command, kit: Kit): void {
  program
    .command('approvals')
    .summary('what waits for approval, together')
    .description(
      'Shows every question that waits for approval, each as `id@fingerprint`: so `approve` and `decline` take several at once.',
    )
    .option('-w, --workflow <workflow>', 'only those of this workflow: <business id>:<workflow id>')
    .option('--reveal', 'show what the person is to see of each input')
    .action((options: { readonly workflow?: string; readonly reveal?: boolean }, command: Command) =>
      kit.use(command, (call) => approvals(call, options)),
    );
}

async function approvals(
  { oncely, around, answer }: Call,
  { workflow, reveal = false }: { readonly workflow?: string; readonly reveal?: boolean },
): Promise<ExitCode> {
  const { at } = await oncely.inspect.ledger();
  const asked: Effect[] = [];
  const query: EffectsQuery = {
    approval: 'pending',
    limit: 200,
    ...(workflow === undefined ? {} : { workflow: await findWorkflow(oncely, workflow) }),
  };
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Awaited<ReturnType<Oncely['effects']['list']>> = await oncely.effects.list({ ...query, after });
    asked.push(...page.effects);
    after = page.next;
  }
  const lines = asked.flatMap((effect) => [
    effectLine(effect, at, around.paint),
    ...textOf(effect, reveal).map((line) => `  ${line}`),
    `  ${wordOf(effect)}`,
  ]);
  answer(
    { at: isoTime(at), approvals: asked.map((effect) => ({ word: wordOf(effect), ...effectDocument(effect) })) },
    lines.length === 0 ? ['nothing waits for approval'] : lines,
  );
  return asked.length === 0 ? 0 : 3;
}

/** What a person is to see of an input, a line each; masked, unless it is to be revealed. */
export function textOf(effect: Effect, reveal: boolean): string[] {
  const lines = approvalText(effect).split('\n');
  return reveal ? lines : lines.map((line) => /^\s*/.exec(line)?.[0] + masked(line));
}

function wordOf({ slot, approval }: Effect): string {
  return `${shortIdOf(slot, 16)}@${approval?.fingerprint ?? ''}`;
}

interface Word {
  readonly id: string;
  readonly given: string;
}

/**
 * The `id@fingerprint` of several, or of one that is written so; `undefined` where there is one id alone.
 * @throws CommandError where one of several has no fingerprint
 */
export function wordsIn(ids: readonly string[]): readonly Word[] | undefined {
  const words = ids.map((each) => {
    const [, id, given] = /^(.+)@([\w-]{16,})$/.exec(each) ?? [];
    return id === undefined || given === undefined ? undefined : { id, given };
  });
  if (ids.length === 1 && words[0] === undefined) return undefined;
  return words.map((word, at) => {
    if (word) return word;
    throw new CommandError(
      'usage',
      `Of several each needs what was shown, id@fingerprint as \`oncely approvals\` prints it, not ${printable(ids[at] ?? '')}. Nothing was changed.`,
    );
  });
}

interface Outcome {
  readonly id: string;
  readonly effect?: Effect;
  readonly error?: unknown;
}

/** Decides each of several and says what each came to; the exit code is 1 where one failed. */
export async function decideSeveral(
  call: Call,
  words: readonly Word[],
  options: DecisionOptions & { readonly reveal?: boolean },
  verb: 'Approve' | 'Decline',
  decide: (effects: Oncely['effects'], shown: readonly Shown[]) => Promise<readonly DecidedOne[]>,
): Promise<ExitCode> {
  const { oncely, around, answer } = call;
  const { at } = await oncely.inspect.ledger();
  const found: { readonly id: string; readonly seen?: Effect; readonly shown?: Shown; readonly error?: unknown }[] = [];
  for (const { id, given } of words) {
    try {
      const seen = await findEffect(oncely, id);
      const fingerprint = seen.approval?.fingerprint ?? '';
      // Of its beginning the whole; another one is refused by whoever has the record in hand.
      const whole = fingerprint.startsWith(given) ? fingerprint : given;
      found.push({ id, seen, shown: { key: shownOf(seen), fingerprint: whole } });
    } catch (error) {
      found.push({ id, error });
    }
  }
  const isShown = options.reveal === true || around.interactive;
  const lines = found.flatMap(({ id, seen }) => [
    seen ? effectLine(seen, at, around.paint) : `${printable(id)}  (not found)`,
    ...(seen && isShown ? textOf(seen, options.reveal === true).map((line) => `  ${line}`) : []),
  ]);
  await confirm(call, `${verb} ${found.length}:\n${lines.join('\n')}`, options);
  const shown = found.flatMap((each) => each.shown ?? []);
  const decided = shown.length === 0 ? [] : [...(await decide(oncely.effects, shown))];
  const outcomes: Outcome[] = found.map(({ id, shown: asked, error }) =>
    asked === undefined ? { id, error } : { id, ...decided.shift() },
  );
  const told = outcomes.map(({ id, effect, error }) => {
    const { exitCode: _code, ...failure } = failureOf(error);
    return { id, effect, failure: error === undefined ? undefined : failure };
  });
  answer(
    {
      decided: told.map(({ id, effect, failure }) => ({
        id,
        effect: effect ? effectDocument(effect) : null,
        error: failure ?? null,
      })),
    },
    told.flatMap(({ id, effect, failure }) => [
      ...(effect ? [effectLine(effect, at, around.paint)] : []),
      ...(failure ? [around.paint('red', `${printable(id)}  ${failure.code}  ${failure.message}`)] : []),
    ]),
  );
  return told.some(({ failure }) => failure !== undefined) ? 1 : 0;
}
