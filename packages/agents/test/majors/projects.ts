/** A fresh application: what it depends on beside ours, and what is played in it. */
export interface Project {
  readonly name: string;
  /** Ranges, as an application has them: what they resolve to is told. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** The program that is played in it. */
  readonly plays: 'ai-and-langchain.ts' | 'claude-agent.ts';
  /** Leaves out what the SDK would only run, such as a binary. */
  readonly omitOptional?: true;
}

const langChain = { '@langchain/core': '^1', '@langchain/langgraph': '^1', langchain: '^1' };
const own = { stripe: '^23', zod: '^4.2' };

/** Majors that have to install and run beside each other, with one version of ours. */
export const projects: readonly Project[] = [
  { name: 'ai 7 beside LangChain', dependencies: { ai: '^7', ...langChain, ...own }, plays: 'ai-and-langchain.ts' },
  { name: 'ai 6 beside LangChain', dependencies: { ai: '^6', ...langChain, ...own }, plays: 'ai-and-langchain.ts' },
  {
    name: 'Claude Agent SDK',
    dependencies: { '@anthropic-ai/claude-agent-sdk': '^0.3', '@modelcontextprotocol/sdk': '^1', ...own },
    plays: 'claude-agent.ts',
    omitOptional: true,
  },
];

/** The package.json of a project, with our packages as they were packed. */
export function manifestOf(project: Project, tarballs: Readonly<Record<string, string>>): object {
  const packed = Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]);
  return {
    name: 'majors',
    private: true,
    type: 'module',
    dependencies: { ...project.dependencies, ...(Object.fromEntries(packed) as Record<string, string>) },
  };
}

/** What a program prints: refunds at the vendor by what was played, and how many there have to be. */
export type Counted = Readonly<Record<string, readonly [counted: number, due: number]>>;

/** What went wrong in a project; empty where it holds. */
export function problemsIn(output: string, stderr: string): string[] {
  const line = output.trim().split('\n').at(-1) ?? '';
  let counted: Counted;
  try {
    counted = JSON.parse(line) as Counted;
  } catch {
    return [`it printed no counts: ${output.slice(-300)} ${stderr.slice(-600)}`];
  }
  const played = Object.entries(counted);
  if (played.length === 0) return ['nothing was played'];
  return played
    .filter(([, [count, due]]) => count !== due)
    .map(([what, [count, due]]) => `${what}: ${count} refunds, and there have to be ${due}`);
}
