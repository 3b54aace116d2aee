import { runCommand, type ExitCode, type Surroundings } from '../src/index.ts';

/** How a command ended that ran in this process. */
export interface RanHere {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  /** What it asked. */
  readonly asked: readonly string[];
}

/** Runs the command in this process: quick, for the many cases that need no process of their own. */
export async function runHere(
  args: readonly string[],
  { answer, ...around }: Partial<Surroundings> & { readonly answer?: string } = {},
): Promise<RanHere> {
  const out: string[] = [];
  const err: string[] = [];
  const asked: string[] = [];
  const code = await runCommand(args, {
    env: {},
    cwd: '/',
    interactive: answer !== undefined,
    user: () => 'ada',
    print: (text) => out.push(text),
    complain: (text) => err.push(text),
    ask: async (question) => {
      asked.push(question);
      return answer ?? '';
    },
    paint: (_style, text) => text,
    ...around,
  });
  return { code, out: out.join('\n'), err: err.join('\n'), asked };
}
