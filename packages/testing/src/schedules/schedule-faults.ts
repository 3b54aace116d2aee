import type { CommandFate } from './mortal-ledger.ts';

/** What becomes of a command to the ledger while things fail. */
export const commandFates: readonly (readonly [number, CommandFate])[] = [
  [0.88, 'ok'],
  [0.02, 'lost_before'],
  [0.02, 'lost_after'],
  [0.04, 'dies_before'],
  [0.04, 'dies_after'],
];

/** How often a vendor's fake fails, and how: about half of all requests. */
export const everyFault = {
  reset_before_effect: 0.07,
  reset_after_effect: 0.1,
  status: 0.06,
  truncate: 0.04,
  late_landing: 0.05,
  slow_execution: 0.02,
  rate_limited: 0.04,
  gateway_429: 0.03,
  gateway_502: 0.05,
  not_json: 0.03,
  no_error_body: 0.04,
} as const;
