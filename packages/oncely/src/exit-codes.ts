/** What the command's exit code means; the README's table is made from it. */
export const exitCodes = {
  0: 'done, and nothing needs anybody',
  1: 'refused or failed; nothing more than the message says was changed',
  2: 'called wrongly: the command, an option, the config or a missing driver',
  3: 'done, and something needs a person: stopped, awaiting approval, twice at the vendor',
  4: 'not finished: the ledger or a vendor did not answer, or it is too early; run it again later',
} as const;

export type ExitCode = keyof typeof exitCodes;
