import { isOncelyError } from '@oncely/core';

import type { ExitCode } from './exit-codes.ts';
import { masked } from './masked.ts';

/** An end that the command itself decides on: called wrongly (2), or refused (1). */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  readonly code: 'usage' | 'refused' | 'not_found';

  constructor(code: CommandError['code'], message: string) {
    super(message);
    this.code = code;
    this.exitCode = code === 'usage' ? 2 : 1;
  }
}

/** An error as it is shown: what, what to do next, and the exit code that says the same to a script. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly next?: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return { exitCode: error.exitCode, code: error.code, message: error.message };
  if (isOncelyError(error)) {
    const { code, next } = error;
    return { exitCode: exitCodeOf(code, next), code, message: masked(error.message), next };
  }
  return { exitCode: 1, code: 'failed', message: masked(error instanceof Error ? error.message : String(error)) };
}

function exitCodeOf(code: string, next: string): ExitCode {
  if (code === 'invalid_config') return 2;
  if (next === 'retry' || next === 'wait') return 4;
  return next === 'approve' || next === 'ask-a-person' ? 3 : 1;
}
