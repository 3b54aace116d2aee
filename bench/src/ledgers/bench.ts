/**
 * What the ledgers do in a second, against what they stand in for, on servers of this run's own. The subjects take
 * turns, so read the ratios: the rates are this machine's. `npm run bench:ledgers [-- --rounds 3 --turn 500 --only redis]`
 *
 * Writes docs/bench-ledgers.svg and its part of docs/benchmarks.md after a full run, or when told to with `--write`.
 */
import { parseArgs } from 'node:util';

import { commandsOfOneEffect, startVendor, type WriteCommand } from '../effect-commands.ts';
import { embeddedGroup } from './embedded.ts';
import { measure } from './measure.ts';
import { installPeers } from './peers.ts';
import { postgresGroup } from './postgres.ts';
import { redisGroup } from './redis.ts';
import { machine, printRows, rowsAsMarkdown, writeChart, writeSection } from './report.ts';
import type { Group } from './subject.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    /** How long each takes its turn, in milliseconds. pgbench knows whole seconds only. */
    turn: { type: 'string', default: '2000' },
    /** One group; without it all of them. */
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const turnMs = Number(values.turn);
const full = rounds >= 9 && turnMs >= 2_000 && values.only === undefined;

const makers = {
  postgres: postgresGroup,
  redis: redisGroup,
  embedded: embeddedGroup,
} satisfies Record<string, (commands: readonly WriteCommand[]) => Group | Promise<Group>>;

installPeers();
const vendor = await startVendor();
const commands = await commandsOfOneEffect(vendor.address);
await vendor.stop();

const groups: Group[] = [];
try {
  for (const [name, make] of Object.entries(makers)) {
    if (values.only === undefined || values.only === name) groups.push(await make(commands));
  }
  const bytes = commands.map(({ doc, events }) =>
    [doc, ...events.map((event) => event.doc)].map((text) => text.length),
  );
  const about = [
    ...machine(groups.map(({ setting }) => setting)),
    `${rounds} rounds of ${turnMs} ms each; ratios are medians of the rounds' own`,
    `a pair is the claim (${bytes[0]?.join(' + ')} bytes) and the settle (${bytes[1]?.join(' + ')} bytes with its audit event) of one Stripe call`,
  ];
  const rows = await measure(
    groups.flatMap(({ comparisons }) => comparisons),
    { rounds, turnMs },
  );
  console.log(`${about.join('\n')}\n`);
  printRows(rows);
  if (full || values.write) {
    writeChart(rows);
    writeSection('ledgers', `${rowsAsMarkdown(rows)}\n\n${about.map((line) => `- ${line}`).join('\n')}`);
    console.log('\nWritten: docs/bench-ledgers.svg, docs/benchmarks.md');
  }
} finally {
  for (const { close } of groups.toReversed()) await close();
}
