import type { Command } from 'commander';

import type { Oncely } from '@oncely/core';

import { CommandError, failureOf } from './command-error.ts';
import type { ExitCode } from './exit-codes.ts';
import { createScreen, type Line, type Screen } from './screen.ts';
import { openSession, type GlobalOptions } from './session.ts';
import type { Surroundings } from './surroundings.ts';

/** What one command works with. */
export interface Call {
  readonly oncely: Oncely;
  readonly around: Screen;
  readonly json: boolean;
  /** Prints one JSON document with `--json`, else the lines, each on one. */
  readonly answer: (document: object, lines: readonly Line[]) => void;
  /** @throws CommandError where only the ledger is known, and `what` needs the application's clients or rules. */
  readonly needsConfig: (what: string) => void;
}

export interface Kit {
  readonly around: Screen;
  /** Opens the ledger, does the work, closes it, and keeps the exit code. */
  readonly use: (
    command: Command,
    work: (call: Call) => Promise<ExitCode>,
    options?: { readonly mayCreate?: boolean },
  ) => Promise<void>;
  /** The same without a ledger. */
  readonly without: (
    command: Command,
    work: (call: Pick<Call, 'around' | 'answer'>) => ExitCode | Promise<ExitCode>,
  ) => Promise<void>;
}

/** The kit of one run; `end` takes its exit code. */
export function createKit(surroundings: Surroundings, end: (code: ExitCode) => void): Kit {
  const around = createScreen(surroundings);
  const answerOf =
    (json: boolean): Call['answer'] =>
    (document, lines) =>
      json ? around.printJson(JSON.stringify(document, null, 2)) : around.printLines(lines);
  const guarded = async (json: boolean, work: () => Promise<ExitCode>): Promise<void> => {
    try {
      end(await work());
    } catch (error) {
      const { exitCode, ...failure } = failureOf(error);
      if (json) around.complainJson(JSON.stringify({ error: failure }));
      else around.complain(around.paint('red', failure.message));
      end(exitCode);
    }
  };
  return {
    around,
    use: async (command, work, { mayCreate = false } = {}) => {
      const options: GlobalOptions = command.optsWithGlobals();
      const json = options.json === true;
      await guarded(json, async () => {
        const session = await openSession(options, around, mayCreate);
        const needsConfig = (what: string): void => {
          if (session.from === 'config') return;
          throw new CommandError(
            'usage',
            `${what} needs the clients and rules of the application, and this is its ledger alone: run it with its oncely.config.`,
          );
        };
        try {
          return await work({ oncely: session.oncely, around, json, answer: answerOf(json), needsConfig });
        } finally {
          await session.close();
        }
      });
    },
    without: async (command, work) => {
      const json = command.optsWithGlobals<GlobalOptions>().json === true;
      await guarded(json, async () => await work({ around, answer: answerOf(json) }));
    },
  };
}
