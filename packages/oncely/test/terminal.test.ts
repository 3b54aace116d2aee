import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { runHere } from './surroundings.ts';
import { ended, startProject, type Project } from './project.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const slot = 'invoice_1:refund-desk:refund';

/** Runs the command on a terminal of its own (util-linux's `script`), typing an answer when it asks. */
async function onTerminal(
  project: Project,
  args: readonly string[],
  { answer, env = {} }: { readonly answer?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const command = [process.execPath, '--conditions', '@oncely/source', '--no-warnings', cli, ...args];
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...own } = process.env;
  const child = spawn('script', ['-qefc', command.map((word) => `'${word}'`).join(' '), '/dev/null'], {
    cwd: project.path,
    env: { ...own, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (answer !== undefined && screen.includes('[y/N] ')) {
      child.stdin.end(`${answer}\n`);
      answer = undefined;
    }
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, screen };
}

// macOS has another `script`; there only the answers below are tested.
describe.runIf(process.platform === 'linux')('on a terminal', () => {
  it('colours, unless NO_COLOR says otherwise; never into a pipe', async () => {
    const project = await startProject();
    await project.refund(project.app(), 'invoice_1');
    const red = '\u001B[';
    expect((await onTerminal(project, ['list'])).screen).toContain(`${red}32msucceeded`);
    expect((await onTerminal(project, ['list'], { env: { NO_COLOR: '1' } })).screen).not.toContain(red);
    expect(ended(await project.run('list'), 0).out).not.toContain(red);
  });

  it('asks, and does it only after a yes', async () => {
    const project = await startProject();
    const app = project.app();
    await project.refund(app, 'invoice_1', { approval: 'required' }).catch(() => undefined);
    const no = await onTerminal(project, ['cancel', slot], { answer: 'n' });
    expect([no.code, no.screen]).toEqual([1, expect.stringContaining('Nothing was changed.')]);
    expect((await app.effects.get(slot))?.state).toBe('awaiting_approval');
    const yes = await onTerminal(project, ['cancel', slot], { answer: 'yes' });
    expect(yes.code).toBe(0);
    expect((await app.effects.get(slot))?.state).toBe('cancelled');
  });
});

describe('asked', () => {
  it.each([
    ['y', 0],
    ['YES', 0],
    ['', 1],
    ['n', 1],
    ['yes please', 1],
  ])('%j ends with %d', async (answer, code) => {
    const project = await startProject();
    const app = project.app();
    await project.refund(app, 'invoice_1', { approval: 'required' }).catch(() => undefined);
    await app.effects.decline(slot, { by: 'bob' });
    const args = ['resolve', slot, '--reopen', '--ledger', `sqlite:${project.path}/effects.db`];
    const ran = await runHere(args, { answer });
    expect(ran.code).toBe(code);
    expect(ran.asked).toEqual([
      expect.stringMatching(/^Open it again:\n[^]*invoice_1:refund-desk:refund[^]*\[y\/N\] $/),
    ]);
    expect((await app.effects.get(slot))?.generation).toBe(code === 0 ? 2 : 1);
    const { event } = (await app.effects.history(slot)).at(-1) ?? {};
    // Where nothing else is said, it is the user of this machine who decided.
    expect(event).toMatchObject(code === 0 ? { decision: 'reopen', by: 'ada' } : { decision: 'decline' });
  });

  it('on a terminal, an approval shows what it is of, and its fingerprint', async () => {
    const project = await startProject();
    const app = project.app();
    await project.refund(app, 'invoice_1', { approval: 'required' }).catch(() => undefined);
    const ran = await runHere(['approve', slot, '--reveal'], { answer: 'n', cwd: project.path });
    const { fingerprint = '' } = (await app.effects.get(slot))?.approval ?? {};
    expect(ran.asked[0]).toContain(`fingerprint ${fingerprint.slice(0, 16)}`);
    expect(ran.asked[0]).toContain('Refund 1000 (minor units) of ch_1');
    expect(ran.asked[0]).toContain('sk_live_PlantedInTheInput');
    const masked = await runHere(['approve', slot], { answer: 'n', cwd: project.path });
    // Nobody decides unseen; only what looks like a secret is left out.
    expect(masked.asked[0]).toContain('Refund 1000 (minor units) of ch_1');
    expect(masked.asked[0]).not.toContain('PlantedInTheInput');
  });
});
