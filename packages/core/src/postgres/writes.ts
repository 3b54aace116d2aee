import type { LedgerInfo, WriteAnswer, WriteCommand } from '../ledger.ts';
import { serverChanged, stateOf } from './failures.ts';
import type { Noticing } from './noticing.ts';
import { answerOf, answerRowOf, answerRowsOf, columnsOf, valuesOf, type AnswerRow } from './rows.ts';

const callWrite = `call {write_alone}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, null, null)`;

const callWriteOne = `call {write_one_alone}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, null)`;

export interface WritesParts {
  readonly client: { query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> };
  readonly place: (statement: string) => string;
  readonly durable: boolean;
  readonly noticing: Noticing;
  readonly readInfo: () => Promise<LedgerInfo>;
}

/** Carries out writes together, on the server that this process knows; what a new one may have forgotten is noticed first. */
export function writesOf({
  client,
  place,
  durable,
  noticing,
  readInfo,
}: WritesParts): (commands: readonly WriteCommand[]) => Promise<WriteAnswer[]> {
  const writeStatement = place(callWrite);
  const writeOneStatement = place(callWriteOne);

  const writeAll = async (commands: readonly WriteCommand[]): Promise<AnswerRow[]> => {
    const known = noticing.values();
    const [one] = commands;
    if (one && commands.length === 1) {
      const { rows } = await client.query(writeOneStatement, [...valuesOf(one), durable, ...known]);
      const { lsn, row } = answerRowOf(rows[0] as { readonly answer: string }, known[0] !== null);
      noticing.saw(lsn);
      return [row];
    }
    const { rows } = await client.query(writeStatement, [...columnsOf(commands), durable, ...known]);
    const { lsn, answers } = rows[0] as { readonly lsn: string | null; readonly answers: string };
    noticing.saw(lsn ?? undefined);
    return answerRowsOf(answers);
  };

  const writeHere = async (commands: readonly WriteCommand[]): Promise<AnswerRow[]> => {
    noticing.refuseReplaced();
    try {
      return await writeAll(commands);
    } catch (error) {
      if (stateOf(error) !== serverChanged) throw error;
      // Nothing was stored. What is lost raises the epoch, which holds back whoever knew less.
      await noticing.notice();
      return writeAll(commands);
    }
  };

  return async (commands) => {
    const answers: WriteAnswer[] = [];
    for (const row of await writeHere(commands)) {
      const at = Number(row.n) - 1;
      const answer = answerOf(row, commands[at] as WriteCommand);
      // Rare, and what has changed is to be told whole.
      answers[at] = answer === 'epoch' ? { kind: 'epoch', at: Number(row.now_at), info: await readInfo() } : answer;
    }
    return answers;
  };
}
