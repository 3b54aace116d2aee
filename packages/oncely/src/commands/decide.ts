import type { Actor, Effect, Oncely } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { actorOf, confirm, withDecision, type DecisionOptions } from '../confirm.ts';
import { effectDocument, effectLine, effectLines } from '../effect-view.ts';
import type { ExitCode } from '../exit-codes.ts';
import { printable } from '../masked.ts';
import { findEffect, shownOf } from '../short-id.ts';
import { durationOf } from '../time.ts';
import { decideSeveral, textOf, wordsIn } from './several.ts';

interface ApproveOptions extends DecisionOptions {
  readonly fingerprint?: string;
  readonly ttl?: string;
  readonly perform?: boolean;
  readonly set?: readonly string[];
  readonly reveal?: boolean;
}

interface ResolveOptions extends DecisionOptions {
  readonly happened?: string;
  readonly didNotHappen?: boolean;
  readonly reopen?: boolean;
}

/** What a person decides of one effect: `approve`, `decline`, `resolve`. */
export function addDecisions(program: Command, kit: Kit): void {
  const decision = (name: string, summary: string, several = false): Command =>
    withDecision(program.command(name).summary(summary)).argument(
      several ? '<id...>' : '<id>',
      `a short id, a slot or an effect key${several ? '; of several, each as id@fingerprint' : ''}`,
    );

  decision('approve', 'approve the input that you were shown', true)
    .description(
      'Approves exactly the input that `show` shows the fingerprint of; other input asks anew. Without a terminal that fingerprint must be given.',
    )
    .option('--fingerprint <text>', 'that of what you were shown, at least its first 16 characters')
    .option('--ttl <age>', 'how long the approval holds: 15m, 2h, 1d')
    .option(
      '--set <path=value>',
      'change what the policy lets you change before it is sent (repeatable); needs --reason',
      (each: string, all: readonly string[] | undefined) => [...(all ?? []), each],
    )
    .option('--perform', 'perform it at once; without this the next call of the agent or `recover` does')
    .option('--reveal', 'show what the person is to see of the input before asking')
    .action((ids: readonly string[], options: ApproveOptions, command: Command) =>
      kit.use(command, (call) => approveEach(call, ids, options)),
    );
  decision('decline', 'decline what waits for approval', true)
    .description(
      'Declines an effect that asked for approval: nothing more is sent. What may have happened is still looked for.',
    )
    .action((ids: readonly string[], options: DecisionOptions, command: Command) =>
      kit.use(command, (call) => {
        const words = wordsIn(ids);
        if (words) {
          return decideSeveral(call, words, options, 'Decline', (effects, shown) =>
            effects.declineAll(shown, actorOf(call, options)),
          );
        }
        return decideOn(call, ids[0] ?? '', options, 'Decline', (effects, slot, actor) => effects.decline(slot, actor));
      }),
    );
  decision('revoke', 'take an approval back')
    .description(
      'Takes an approval back: nothing more is sent. Where a claim was first, what it sent is still looked for.',
    )
    .action((id: string, options: DecisionOptions, command: Command) =>
      kit.use(command, (call) =>
        decideOn(call, id, options, 'Revoke', (effects, slot, actor) => effects.revoke(slot, actor)),
      ),
    );
  decision('resolve', 'say what became of an effect in doubt')
    .description(
      'Says of an effect in doubt whether it happened, or opens one again that was rejected, declined or cancelled.',
    )
    .option('--happened <vendor-id>', 'it happened, as this object at the vendor')
    .option('--did-not-happen', 'it did not happen; it may be sent again')
    .option('--reopen', 'open it again under a new key')
    .action((id: string, options: ResolveOptions, command: Command) =>
      kit.use(command, (call) => resolve(call, id, options)),
    );
}

type Decide = (effects: Oncely['effects'], key: ReturnType<typeof shownOf>, actor: Actor) => Promise<Effect>;

/** Asks, decides on the very generation that was shown, and shows what became of it. */
export async function decideOn(
  call: Call,
  id: string | Effect,
  options: DecisionOptions,
  verb: string,
  decide: Decide,
): Promise<ExitCode> {
  const { oncely, around, answer } = call;
  const seen = typeof id === 'string' ? await findEffect(oncely, id) : id;
  const { at } = await oncely.inspect.ledger();
  const shown = around.interactive
    ? effectLines(seen, at, around.paint).join('\n')
    : effectLine(seen, at, around.paint);
  await confirm(call, `${verb}:\n${shown}`, options);
  const effect = await decide(oncely.effects, shownOf(seen), actorOf(call, options));
  answer(effectDocument(effect), [effectLine(effect, at, around.paint)]);
  return 0;
}

async function approveEach(call: Call, ids: readonly string[], options: ApproveOptions): Promise<ExitCode> {
  const isOne = ids.length === 1 && (options.fingerprint !== undefined || options.set !== undefined);
  const words = isOne ? undefined : wordsIn(ids);
  if (words === undefined) return approve(call, ids[0] ?? '', options);
  if (options.fingerprint !== undefined || options.set !== undefined) {
    throw new CommandError('usage', '--fingerprint and --set are for one alone. Nothing was changed.');
  }
  call.needsConfig('approve');
  const ttlMs = options.ttl === undefined ? undefined : durationOf(options.ttl);
  return decideSeveral(call, words, options, 'Approve', (effects, shown) =>
    effects.approveAll(shown, {
      ...actorOf(call, options),
      ...(ttlMs === undefined ? {} : { ttlMs }),
      ...(options.perform === true ? { perform: true } : {}),
    }),
  );
}

async function approve(call: Call, id: string, options: ApproveOptions): Promise<ExitCode> {
  const { fingerprint: given } = options;
  if (given !== undefined && !/^[\w-]{16,}$/.test(given)) {
    throw new CommandError('usage', '--fingerprint takes what `show` prints, at least its first 16 characters.');
  }
  // Who may approve is the application's to say; a ledger by itself does not know.
  call.needsConfig('approve');
  if (given === undefined && (options.yes === true || !call.around.interactive)) {
    throw new CommandError(
      'usage',
      'Say what you approve: --fingerprint, as `oncely show ID --reveal` prints it with the input. Nothing was changed.',
    );
  }
  const ttlMs = options.ttl === undefined ? undefined : durationOf(options.ttl);
  const set = changesIn(options.set);
  if (set && (options.reason === undefined || options.reason.trim() === '')) {
    throw new CommandError('usage', '--set needs --reason: whoever asked for it is told why. Nothing was changed.');
  }
  const seen = await findEffect(call.oncely, id);
  const fingerprint = seen.approval?.fingerprint ?? '';
  if (given !== undefined && !fingerprint.startsWith(given)) {
    throw new CommandError(
      'refused',
      `What stands there has the fingerprint ${fingerprint.slice(0, 16) || '(none)'}, not ${given}; look at it again. Nothing was changed.`,
    );
  }
  // Who decides sees what they decide on; a script has been given its fingerprint.
  const isShown = options.reveal === true || call.around.interactive;
  const shown = textOf(seen, options.reveal === true);
  const edits = Object.entries(set ?? {}).map(
    ([path, value]) => `  you change ${printable(path)} to ${printable(String(value))}`,
  );
  const verb = isShown && seen.approval ? `Approve ${[...shown, ...edits].join('\n')}\n` : 'Approve';
  return decideOn(call, seen, options, verb, (effects, key, actor) =>
    effects.approve(key, {
      ...actor,
      fingerprint,
      ...(ttlMs === undefined ? {} : { ttlMs }),
      ...(options.perform === true ? { perform: true } : {}),
      ...(set === undefined ? {} : { set }),
    }),
  );
}

/** `amount=500` as it is given to `effects.approve`: a number where it is written as one. */
function changesIn(given: readonly string[] | undefined): Record<string, string | number | boolean> | undefined {
  if (given === undefined) return undefined;
  const set: Record<string, string | number | boolean> = {};
  for (const each of given) {
    const at = each.indexOf('=');
    const path = each.slice(0, Math.max(0, at));
    if (path === '' || Object.hasOwn(set, path)) {
      throw new CommandError(
        'usage',
        `--set takes a path once, with its value: --set amount=500, not ${printable(each)}.`,
      );
    }
    const text = each.slice(at + 1);
    const isNumber = String(Number(text)) === text && Number.isFinite(Number(text));
    set[path] = text === 'true' || text === 'false' ? text === 'true' : isNumber ? Number(text) : text;
  }
  return set;
}

async function resolve(call: Call, id: string, options: ResolveOptions): Promise<ExitCode> {
  const { happened, didNotHappen, reopen } = options;
  if ([happened !== undefined, didNotHappen, reopen].filter((each) => each === true).length !== 1) {
    throw new CommandError('usage', 'Say one of --happened <vendor id>, --did-not-happen, --reopen.');
  }
  if (happened !== undefined) {
    return decideOn(call, id, options, `It happened, as ${printable(happened)}`, (effects, key, actor) =>
      effects.resolve(key, { happened: { vendorId: happened } }, actor),
    );
  }
  if (didNotHappen === true) {
    return decideOn(call, id, options, 'It did not happen, and may be sent again', (effects, key, actor) =>
      effects.resolve(key, { happened: false }, actor),
    );
  }
  return decideOn(call, id, options, 'Open it again', (effects, key, actor) => effects.reopen(key, actor));
}
