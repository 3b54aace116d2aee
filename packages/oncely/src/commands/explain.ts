import { errorCodes, type ErrorCode } from '@oncely/core';
import { Argument, type Command } from 'commander';

import type { Kit } from '../call.ts';
import { errorTexts } from '../error-texts.ts';

const sent = {
  no: 'the call that threw sent nothing',
  may: 'an attempt may have happened',
  yes: 'it happened',
} as const;

export function addExplain(program: Command, kit: Kit): void {
  program
    .command('explain')
    .summary('what an error code means and what to do')
    .description('Explains an error code. Needs no ledger.')
    .addArgument(new Argument('<code>', 'the `code` of an OncelyError').choices(Object.keys(errorCodes)))
    .action((code: ErrorCode, _options: object, command: Command) =>
      kit.without(command, ({ around, answer }) => {
        const { vendor, next } = errorCodes[code];
        const { what, todo } = errorTexts[code];
        answer({ code, next, vendor, what, todo }, [
          around.paint('bold', code),
          `  what happened  ${what}`,
          `  at the vendor  ${sent[vendor]}`,
          `  what to do     ${todo} (${next})`,
          '  Calling again with the same input is safe.',
        ]);
        return 0;
      }),
    );
}
