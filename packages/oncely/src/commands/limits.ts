import type { LimitUse } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import type { ExitCode } from '../exit-codes.ts';
import { clockTime, isoTime } from '../time.ts';
import { countOf } from './list.ts';

interface LimitsOptions {
  readonly limit: string;
  readonly after?: string;
}

export function addLimits(program: Command, kit: Kit): void {
  program
    .command('limits')
    .summary('how far each limit is used, and how much of that is in doubt')
    .description(
      'Shows each limit by case, workflow, tenant or value, and by currency: what is used, what of it is open or in doubt, and when time makes room. It only reads. Without a config the maximum is the one that was asked by last.',
    )
    .option('-n, --limit <number>', 'how many rows at most, up to 1000', '50')
    .option('--after <slot>', 'go on behind this row, as the page before says')
    .action((options: LimitsOptions, command: Command) => kit.use(command, (call) => limits(call, options)));
}

async function limits({ oncely, around, answer }: Call, options: LimitsOptions): Promise<ExitCode> {
  const limit = Math.min(countOf(options.limit), 1_000);
  const { after } = options;
  const { at, uses, next } = await oncely.inspect.limits({ limit, ...(after === undefined ? {} : { after }) });
  const lines = uses.length === 0 ? ['no limit is used'] : table(uses);
  if (next !== undefined) lines.push(around.paint('dim', `more: the same with --after '${next}'`));
  const shown = uses.map(({ max = null, left = null, group = null, roomAt, ...use }) => ({
    ...use,
    group,
    max,
    left,
    roomAt: roomAt === undefined ? null : isoTime(roomAt),
  }));
  answer({ at: isoTime(at), limits: shown, next: next ?? null }, lines);
  return 0;
}

function table(uses: readonly LimitUse[]): string[] {
  const rows = uses.map(({ used, max, open, group, of, limit, window, roomAt, known }) => [
    `${used} of ${max ?? '?'}`,
    open > 0 ? `${open} open` : '',
    group ?? '',
    of,
    `${limit}, ${window}${known ? '' : ' (no rule here)'}`,
    roomAt === undefined ? '' : `room from ${clockTime(roomAt)}`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .flatMap((cell, column) => (widths[column] === 0 ? [] : [cell.padEnd(widths[column] ?? 0)]))
      .join('  ')
      .trimEnd(),
  );
}
