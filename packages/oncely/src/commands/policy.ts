import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { isOncelyError, type ApprovalPolicy, type PolicyAnswer } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exportOf } from '../load-config.ts';
import { printable } from '../masked.ts';
import { isoTime } from '../time.ts';

interface ExplainOptions {
  readonly with?: string;
  readonly by?: string;
}

/** One row of a table of calls and what the policy is to say of them. */
interface Row {
  readonly operation: string;
  readonly with?: unknown;
  readonly by?: string;
  readonly asks: boolean;
  /** How many people, where that matters. */
  readonly approvers?: number;
}

/** What the approval policy says, before anybody is asked. */
export function addPolicy(program: Command, kit: Kit): void {
  const policy = program.command('policy').summary('what the approval policy says of a call, without making it');
  policy
    .command('explain')
    .summary('whether a person would be asked, by which rules, and what they would be shown')
    .argument('<operation>', 'stripe.refunds.create')
    .option('--with <json>', 'the input, as the vendor is sent it')
    .option('--by <identity>', 'on whose behalf: requestedBy of the scope')
    .action((operation: string, options: ExplainOptions, command: Command) =>
      kit.use(command, async (call) => explain(call, operation, options)),
    );
  policy
    .command('test')
    .summary('check a table of calls, JSON: [{ "operation", "with", "by", "asks": true, "approvers": 2 }]')
    .argument('<file>', 'the table')
    .action((file: string, _options: object, command: Command) => kit.use(command, (call) => test(call, file)));
  policy
    .command('observe')
    .summary('what a new policy would have asked of what the ledger remembers; nothing is announced or stored')
    .argument('<file>', 'a module whose default export is the policy: { version, operations }')
    .option('--last <time>', '30d, 12h', '30d')
    .action((file: string, options: { readonly last?: string }, command: Command) =>
      kit.use(command, (call) => observe(call, file, options)),
    );
}

async function observe(call: Call, file: string, { last = '30d' }: { readonly last?: string }): Promise<ExitCode> {
  call.needsConfig('policy observe');
  const [, count, unit] = /^(\d+)([dh])$/.exec(last) ?? [];
  if (count === undefined) throw new CommandError('usage', `--last ${last} must be such as 30d or 12h.`);
  const lastMs = Number(count) * (unit === 'd' ? 24 : 1) * 3_600_000;
  const policy = (await exportOf(file, call.around.cwd, 'default')) as ApprovalPolicy;
  const seen = await call.oncely.policy.observe(policy, { lastMs });
  const rows = seen.operations.map(({ operation, asked, notAsked, notJudged }) => {
    const gaps = Object.entries(notJudged).map(([why, times]) => `${times} not known: ${why}`);
    return `${printable(operation).padEnd(40)}  ${String(asked).padStart(6)} asked  ${String(notAsked).padStart(6)} not  ${gaps.join(', ')}`.trimEnd();
  });
  call.answer({ ...seen, from: isoTime(seen.from), to: isoTime(seen.to) }, [
    ...rows,
    `of ${seen.effects} effects in ${last}: ${seen.asked} would have been asked for, ${seen.notAsked} not, ${seen.notJudged} cannot be judged`,
  ]);
  return 0;
}

function explain(call: Call, operation: string, options: ExplainOptions): ExitCode {
  call.needsConfig('policy explain');
  const input = options.with === undefined ? {} : jsonOf(options.with, '--with');
  const answer = judged(call, { operation, with: input, by: options.by }, '--by <identity>');
  call.answer(answer, [
    `${answer.operation}${answer.known === false ? '  (no client has it)' : ''}`,
    `  ${verdict(answer)}`,
    ...answer.rules.map(
      ({ rule, asks, mustComeFrom }) =>
        `  rule '${rule}': ${asks ? 'asks' : 'does not ask'}${mustComeFrom ? `, and looks where ${mustComeFrom.join(', ')} come from` : ''}`,
    ),
    ...(answer.rules.length === 0 ? ['  no rule speaks of it'] : []),
    `  shown: ${printable(String(answer.preview['$summary']))}`,
  ]);
  return answer.known === false ? 1 : 0;
}

async function test(call: Call, file: string): Promise<ExitCode> {
  call.needsConfig('policy test');
  const text = await readFile(resolve(call.around.cwd, file), 'utf8').catch((error: unknown) => {
    throw new CommandError(
      'usage',
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  });
  const rows = rowsOf(jsonOf(text, file), file);
  const results = rows.map((row, at) => {
    const answer = judged(call, row, `"by": "user_17" in row ${at + 1}`);
    const people = answer.approval?.approvers ?? 1;
    const isRight =
      answer.known !== false &&
      answer.asks === row.asks &&
      (row.approvers === undefined || !answer.asks || people === row.approvers);
    return { row: at + 1, wanted: row.asks, ...answer, isRight };
  });
  const wrong = results.filter(({ isRight }) => !isRight);
  call.answer({ rows: rows.length, wrong: wrong.length, results }, [
    ...wrong.map(
      ({ row, wanted, ...answer }) =>
        `row ${row}  ${answer.operation}: ${answer.known === false ? 'no client has it' : verdict(answer)}, wanted: ${wanted ? 'asks' : 'does not ask'}`,
    ),
    `${rows.length - wrong.length} of ${rows.length} as wanted`,
  ]);
  return wrong.length === 0 ? 0 : 1;
}

function verdict({ asks, approval }: PolicyAnswer): string {
  if (!asks) return 'nobody is asked';
  const { approvers = 1, quorum, notBy, ttlMs } = approval ?? {};
  const who = quorum
    ? quorum.map(({ group, count }) => `${count} of ${group}`).join(', ')
    : approvers === 1
      ? 'a person'
      : `${approvers} people`;
  const not = notBy === undefined ? '' : `, but not ${notBy.join(' or ')}`;
  return `asks ${who}${not}, within ${Math.round((ttlMs ?? 0) / 60_000)} minutes`;
}

/** What the policy says. A rule by who asked needs to know who that is, which here no scope says. */
function judged(
  call: Call,
  {
    operation,
    with: input,
    by,
  }: { readonly operation: string; readonly with?: unknown; readonly by?: string | undefined },
  missing: string,
): PolicyAnswer {
  try {
    return call.oncely.policy.explain(operation, input, of(by));
  } catch (error) {
    if (by !== undefined || !isOncelyError(error) || error.code !== 'invalid_input') throw error;
    if (!error.message.includes('does not say who that is')) throw error;
    throw new CommandError('usage', `${operation}: a rule is by who asked for it; say who that is: ${missing}.`);
  }
}

function of(by: string | undefined): { readonly requestedBy?: string } {
  return by === undefined ? {} : { requestedBy: by };
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommandError('usage', `${where} is no JSON.`);
  }
}

function rowsOf(table: unknown, file: string): readonly Row[] {
  const isRow = (row: unknown): row is Row => {
    const { operation, asks } = (row ?? {}) as Partial<Row>;
    return typeof operation === 'string' && typeof asks === 'boolean';
  };
  if (Array.isArray(table) && table.length > 0 && table.every(isRow)) return table;
  throw new CommandError(
    'usage',
    `${file} must be a list of { "operation": "stripe.refunds.create", "with": {}, "asks": true }.`,
  );
}
