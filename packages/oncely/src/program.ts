import { Command, CommanderError } from 'commander';

import { createKit } from './call.ts';
import { addAudit } from './commands/audit.ts';
import { addDecisions } from './commands/decide.ts';
import { addExplain } from './commands/explain.ts';
import { addHolds } from './commands/hold.ts';
import { addInit } from './commands/init.ts';
import { addLedger } from './commands/ledger.ts';
import { addLimits } from './commands/limits.ts';
import { addList } from './commands/list.ts';
import { addMcp } from './commands/mcp.ts';
import { addPolicy } from './commands/policy.ts';
import { addRecovery } from './commands/recover.ts';
import { addReport } from './commands/report.ts';
import { addRetention } from './commands/retain.ts';
import { addApprovals } from './commands/several.ts';
import { addShow } from './commands/show.ts';
import { addUndo } from './commands/undo.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';
import { version } from './version.ts';

/** Builds the program; `end` takes the exit code of the command that ran. */
export function createProgram(around: Surroundings, end: (code: ExitCode) => void): Command {
  const kit = createKit(around, end);
  const program = new Command('oncely')
    .description("What happened, why, and what is safe to do: the operator's command of Oncely.")
    .version(version, '-V, --version')
    .option('-c, --config <file>', 'the oncely.config of the application (default: the one in this folder)')
    .option('-l, --ledger <url>', 'a ledger by itself: sqlite:path, postgres://..., redis://... (or ONCELY_LEDGER)')
    .option('--json', 'one JSON document on the standard output, errors as JSON on the other')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => kit.around.print(text.trimEnd()),
      writeErr: (text) => kit.around.complain(text.trimEnd()),
    })
    .exitOverride()
    .addHelpText(
      'after',
      `\nExit codes:\n${Object.entries(exitCodes)
        .map(([code, text]) => `  ${code}  ${text}`)
        .join('\n')}`,
    );
  for (const add of [
    addLedger,
    addList,
    addShow,
    addApprovals,
    addDecisions,
    addHolds,
    addRecovery,
    addUndo,
    addAudit,
    addRetention,
    addReport,
    addPolicy,
    addLimits,
    addMcp,
    addExplain,
    addInit,
  ]) {
    add(program, kit);
  }
  return program;
}

/** Runs the command and gives its exit code. */
export async function runCommand(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram(around, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return code;
}
