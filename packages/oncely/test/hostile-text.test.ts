import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import type { Style } from '../src/surroundings.ts';
import { startProject, type Project } from './project.ts';
import { commandNames } from './readme.ts';
import { runHere } from './surroundings.ts';

// A screen that is cleared, a title, a bell, a line that is overwritten, C1, a text that is turned, one that is hidden,
// and a second line that looks like one of ours.
const hostile =
  '\u001B[2J\u001B[31m\u001B]0;owned\u0007\u0008\rdone\u009B1A\u0085\u202Etxt\u2066\u200B\u{E0041}\u2028\nsucceeded';
/** What must not reach a terminal. */
const raw = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

// Words of closed sets, and digests that are compared: with others the record could not be read at all.
const closed = new Set([
  'kind',
  'state',
  'evidence',
  'basis',
  'type',
  'why',
  'full',
  'material',
  'fields',
  'expectedEffect',
  // By these the row is found; in new records they hold no control characters.
  'businessId',
  'workflowId',
  'stepId',
]);

function planted(value: unknown, name = ''): unknown {
  if (closed.has(name)) return value;
  if (name === 'body' && typeof value === 'string' && value.startsWith('{'))
    return JSON.stringify(planted(JSON.parse(value)));
  if (typeof value === 'string') return value + hostile;
  if (Array.isArray(value)) return value.map((each) => planted(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, planted(each, key)]));
}

/** Writes the text into every field that any row of the ledger has. */
function plantIn(path: string): void {
  const database = new DatabaseSync(path);
  database.exec('drop trigger events_keep_text');
  for (const table of ['effects', 'events', 'workflows']) {
    for (const { rowid, doc } of database.prepare(`select rowid, doc from ${table}`).all()) {
      const text = JSON.stringify(planted(JSON.parse(String(doc))));
      database.prepare(`update ${table} set doc = ? where rowid = ?`).run(text, Number(rowid));
    }
  }
  database.close();
}

const slotOf = (businessId: string): string => `${businessId}:refund-desk:refund`;

/** A project with effects in many states, a pause, an observation and a seal; then the text is planted. */
async function hostileProject(): Promise<Project> {
  const project = await startProject({ options: `retention: { tombstoneAfterMs: 0 },` });
  const limits = [{ operations: 'stripe.refunds.create', count: 99, per: 'charge', within: 'day' }] as const;
  await project.refund(project.app({ limits }), 'limited');
  const app = project.app({ unscoped: 'observe', maxAttempts: 1 });
  for (const id of ['paid', 'undone']) await project.refund(app, id);
  for (const id of ['asked', 'asked_2', 'asked_3', 'cancelled', 'declined']) {
    await project.refund(app, id, { approval: 'required' }).catch(() => undefined);
  }
  const actor = { by: 'ada', reason: 'as told' };
  await app.effects.cancel(slotOf('cancelled'), actor);
  await app.effects.decline(slotOf('declined'), actor);
  await app.effects.compensate(slotOf('undone'), { ...actor, byHand: true });
  await app.workflows.pause({ businessId: 'paid', workflowId: 'refund-desk' }, actor);
  for (let time = 0; time < 2; time += 1) await app.clients.stripe.refunds.create({ charge: 'ch_9', amount: 1 });
  project.fake.fail({ kind: 'reset_after_effect' }, { times: 20 });
  for (const id of ['doubt', 'doubt_2']) await project.refund(app, id).catch(() => undefined);
  project.fake.heal();
  await app.audit.seal();
  plantIn(join(project.path, 'effects.db'));
  return project;
}

// In the order in which they change things; each is run for a person and with --json.
const commands: readonly (readonly string[])[] = [
  ['migrate'],
  ['status'],
  ['status', '--workflow', 'paid:refund-desk'],
  ['list'],
  ['list', '--limit', '1'],
  ...['paid', 'undone', 'asked', 'cancelled', 'declined', 'doubt'].map((id) => ['show', slotOf(id), '--reveal']),
  ['show', slotOf('asked')],
  ['show', '--workflow', 'paid:refund-desk'],
  ['report'],
  ['limits'],
  ['approvals', '--reveal'],
  ['verify'],
  ['verify', '--seals', 'seals.jsonl'],
  ['export'],
  ['seal'],
  ['approve', slotOf('asked'), '--reveal'],
  ['approve', slotOf('asked')],
  ['decline', slotOf('asked'), '--yes', '--by', hostile, '--reason', hostile],
  ['revoke', slotOf('asked_2'), '--yes', '--by', hostile],
  ['cancel', slotOf('asked_3'), '--yes', '--reason', hostile],
  ['resolve', slotOf('doubt'), '--happened', `re_1${hostile}`],
  ['resolve', slotOf('doubt'), '--happened', `re_1${hostile}`, '--yes'],
  ['resume', 'paid:refund-desk', '--yes', '--by', hostile],
  ['pause', 'paid:refund-desk', '--by', hostile, '--reason', hostile],
  ['compensate', slotOf('paid'), '--yes'],
  ['abort', 'undone:refund-desk', '--yes', '--reason', hostile],
  ['reconcile', '--deadline', '1s', '--reason', hostile],
  ['reconcile', '--sweep', '--since', '1d'],
  ['recover', '--deadline', '1s'],
  ['prune', '--walk', '--deadline', '5s'],
  ['reseal', '--deadline', '5s'],
  ['suspect', '--since', '1s', '--yes'],
  ['mcp', '--http', hostile],
  ['policy', 'explain', `stripe.refunds.create${hostile}`],
  ['init'],
];

// What is typed comes from a script as often as from a person.
const misused: readonly (readonly string[])[] = [
  ['explain', hostile],
  ['show', hostile],
  ['show', `${hostile}:a:b`],
  ['list', '--state', hostile],
  ['list', '--after', hostile],
  ['list', '--limit', hostile],
  ['status', '--workflow', hostile],
  ['status', '--config', hostile],
  ['status', '--ledger', hostile],
  ['export', '--to', hostile.replaceAll('\0', '')],
  [hostile],
  ['status', `--${hostile}`],
];

describe('with hostile text in every field of the ledger and in every argument', () => {
  it('every command prints it escaped, and --json the same values', async () => {
    const project = await hostileProject();
    // The record itself, as the ledger gives it: so the text has come through.
    const shown = await project.run('show', slotOf('cancelled'), '--reveal', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ operation: `stripe.refunds.create${hostile}` });

    const around = { cwd: project.path, paint: (_style: Style, text: string): string => `<${text}>` };
    const bare: string[] = [];
    for (const args of [...commands, ...misused]) {
      for (const more of [[], ['--json']]) {
        // Asked at a terminal, where it asks.
        const ran = await runHere([...args, ...more], { ...around, answer: 'n' });
        for (const text of [ran.out, ran.err, ...ran.asked]) {
          // A line of its own would be as good as one of ours, except in an error about what was typed.
          const found = raw.exec(text) ?? (misused.includes(args) ? null : /^succeeded/m.exec(text));
          if (found)
            bare.push(
              `${args.join(' ')}: ${JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 10))}`,
            );
        }
      }
    }
    expect(bare).toEqual([]);
    const run = new Set([...commands, ['explain']].map(([name]) => name));
    expect(commandNames().filter((name) => !run.has(name))).toEqual([]);
  });
});
