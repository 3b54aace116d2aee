import { createOncely, type Oncely } from '@oncely/core';

import { CommandError } from './command-error.ts';
import { openLedger } from './ledger-url.ts';
import { configIn, loadConfig } from './load-config.ts';
import type { Surroundings } from './surroundings.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly ledger?: string;
  readonly json?: boolean;
}

/** An Oncely for the length of one command. */
export interface Session {
  readonly oncely: Oncely;
  /** `config`: with the application's clients; `url`: the ledger alone, which can ask no vendor. */
  readonly from: 'config' | 'url';
  readonly close: () => Promise<void>;
}

/**
 * Opens what the command is to work on: `--ledger`, else `--config`, else a config here, else `ONCELY_LEDGER`.
 * @throws CommandError where there is nothing of them, or both options.
 */
export async function openSession(
  options: GlobalOptions,
  { env, cwd }: Surroundings,
  mayCreate: boolean,
): Promise<Session> {
  if (options.ledger !== undefined && options.config !== undefined) {
    throw new CommandError('usage', '--ledger and --config are two answers to one question; give one.');
  }
  const config = options.ledger === undefined ? (options.config ?? configIn(cwd)) : undefined;
  if (config !== undefined) {
    const oncely = await loadConfig(config, cwd);
    return { oncely, from: 'config', close: () => oncely.close() };
  }
  const url = options.ledger ?? env['ONCELY_LEDGER'];
  if (url === undefined || url === '') {
    throw new CommandError(
      'usage',
      `Which ledger? There is no oncely.config.ts (or .mts, .js, .mjs) in ${cwd}; give --config, --ledger or ONCELY_LEDGER.`,
    );
  }
  const { ledger, disconnect } = await openLedger(url, cwd, mayCreate);
  const oncely = createOncely({ ledger, drainOnSigterm: false });
  return {
    oncely,
    from: 'url',
    close: async () => {
      await oncely.close();
      await disconnect();
    },
  };
}
