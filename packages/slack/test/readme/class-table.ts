import { lookUps } from '../../src/look-ups.ts';
import { table, type Entry, type Look } from '../../src/table.ts';

/** How each look goes, for people. */
const ways: Readonly<Record<Exclude<Look, 'repeat'>, string>> = {
  message: 'looked for in the history, by our marker in its metadata and our own bot',
  said: 'looked for in the history, by its text in the time of the attempts',
  scheduled: 'looked for in the list, by channel, time and text; once posted in the history, by our marker',
  unscheduled: 'done where it is no longer listed and nothing of ours was posted since',
  updated: 'done where the message was edited since and says it; stops where it says something else',
  stream: 'looked for in the thread, by its text in the time of the attempts',
  appended: 'done or not by what the message says, compared with what it said before',
  stopped: "done or not by the message's own state and end",
  files: 'done where the files are there and shared',
  bookmark: 'looked for in the list, by title, link, time and user',
  reminder: 'looked for in the list, by text and time as a number',
  canvas: 'looked for among our files, by its title in the time of the attempts',
  channelCanvas: "the channel's canvas, by its maker and time; else made, since a channel has one",
  channel: 'by name, creator and time; else made, since a name is taken once',
  usergroup: 'by name, creator and time; else made, since a name is taken once',
  reaction: 'read from the message; else, or where it may not be read, added again',
  name: 'read from the channel; else renamed again',
  topic: 'read from the channel; set again unless somebody set it since',
  purpose: 'read from the channel; set again unless somebody set it since',
  member: 'read from the members; else invited again',
};

/** The table of the README: every method by what becomes of it when its answer is lost. */
export function classTable(): string {
  const rows: string[][] = [['in doubt', 'class', 'scope to look', 'methods']];
  for (const [look, way] of Object.entries(ways)) {
    const entries = table.filter((entry) => entry.look === look);
    rows.push([way, entries[0]?.kind ?? '', scopesOf(look as keyof typeof ways), namesOf(entries)]);
  }
  const rowsText = [rows[0], ['---', '---', '---', '---'], ...rows.slice(1)].map((row) => `| ${row?.join(' | ')} |`);
  return [rowsText.join('\n'), ...lists().map(([what, methods]) => `**${what}:** ${methods}.`)].join('\n\n');
}

/** What needs no look-up, or has none. */
function lists(): readonly (readonly [string, string])[] {
  const repeated = table.filter(({ look }) => look === 'repeat');
  const arbitrated = repeated.filter(({ done }) => done.length > 0);
  const unverifiable = namesOf(table.filter(({ kind }) => kind === 'unverifiable'));
  const reads = table.filter(({ kind }) => kind === 'read');
  return [
    [
      'Done again; where it was done, Slack answers with the error named, which then is success (constrained)',
      arbitrated
        .map(({ method, done }) => `\`${method}\` (${done.map((error) => `\`${error}\``).join(', ')})`)
        .join(', '),
    ],
    ['Done again, which sets the same state (constrained)', namesOf(repeated.filter(({ done }) => done.length === 0))],
    ['Stops for a person (unverifiable)', `${unverifiable}, and any method that is not in this table`],
    ['Passes, since it leaves nothing that anybody sees', namesOf(table.filter(({ kind }) => kind === 'passes'))],
    ['Passes, since it reads', `${reads.length} methods`],
  ];
}

function scopesOf(look: keyof typeof ways): string {
  const { scopes } = lookUps[look];
  const kinds = ['history', 'read'].filter((kind) => scopes.includes(`mpim:${kind}`));
  const others = scopes.filter((scope) => !/^(channels|groups|im|mpim):/.test(scope));
  return [...kinds.map((kind) => `\`*:${kind}\``), ...others.map((scope) => `\`${scope}\``)].join(', ');
}

function namesOf(entries: readonly Entry[]): string {
  return entries.map(({ method }) => `\`${method}\``).join(', ');
}
