/** pgbench on the two statements that remembering anything takes: insert a row by its key, update it by its key. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findPostgres } from '@oncely/testing/servers/binaries';

import type { WriteCommand } from '../effect-commands.ts';

export const createPairs = `
  create table pairs (key text collate "C" primary key, revision integer not null, state text not null, doc text not null)
`;
export const insertPair = `insert into pairs (key, revision, state, doc) values ($1, $2, $3, $4)`;
export const updatePair = `update pairs set revision = $2, state = $3, doc = $4 where key = $1 and revision = $5`;

const clients = 16;
const threads = 2;

// What begins with a colon is a variable of pgbench.
const script = [
  '\\set number random(1, 9000000000000000)',
  `insert into pairs (key, revision, state, doc) values ('pair_' || :number::text || :step, 1, 'executing', :claimed);`,
  `update pairs set revision = 2, state = 'succeeded', doc = :settled where key = 'pair_' || :number::text || :step and revision = 1;`,
].join('\n');

const running = promisify(execFile);

/** How many pairs a second, in whole seconds of at least one. */
export async function pgbenchTurn(url: string, commands: readonly WriteCommand[], turnMs: number): Promise<number> {
  const program = join(await findPostgres(), 'pgbench');
  const [claim, settle] = commands;
  const seconds = Math.max(1, Math.round(turnMs / 1_000));
  const options = `--no-vacuum -M prepared -c ${clients} -j ${threads} -T ${seconds} -f -`.split(' ');
  const variables = ['step=:bench:customer', `claimed=${claim?.doc}`, `settled=${settle?.doc}`];
  const args = [...options, ...variables.flatMap((variable) => ['-D', variable]), url];
  const bench = running(program, args);
  bench.child.stdin?.end(script);
  const { stdout } = await bench;
  if (/actually processed: 0$/m.test(stdout)) return 0; // a machine too busy to begin
  const tps = /tps = ([\d.]+) \(without initial connection time\)/.exec(stdout)?.[1];
  if (tps === undefined) throw new Error(`pgbench did not say how fast it was:\n${stdout}`);
  return Number(tps);
}
