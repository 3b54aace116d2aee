import { genkitTools } from '@oncely/agents/genkit';
import { genkit as createGenkit, type GenkitBeta, type ToolRequestPart } from 'genkit/beta';

import type { Desk, Framework, Saved, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

function start(name: string, script: Script): GenkitBeta {
  const ai = createGenkit({});
  const left = [...script];
  ai.defineModel({ name: 'mock', supports: { tools: true } }, async () => {
    const calls = left.shift();
    const content = calls?.map(({ id, input }) => ({ toolRequest: { name, ref: id, input } })) ?? [{ text: 'Done.' }];
    return { message: { role: 'model', content }, finishReason: 'stop' };
  });
  return ai;
}

interface Restarting {
  readonly resumed?: unknown;
  readonly interrupt?: () => never;
}

function toolsOf(ai: GenkitBeta, { tool, effects }: Desk) {
  return genkitTools(
    (definition, run) =>
      ai.defineTool(definition, (async (input: unknown, call: Restarting) => {
        if (!effects && call.resumed === undefined) call.interrupt?.();
        return run(input, call);
      }) as never),
    [tool],
    effects ? { approvals: { effects, approver: () => ({ by: 'ann' }) } } : {},
  );
}

/** The messages, whose last one holds the interrupted call. */
const saved: Saved = {
  begin: async (desk, script) => {
    const ai = start(desk.tool.name, script);
    const { messages } = await ai.generate({ model: 'mock', prompt: 'Refund 5.00 usd.', tools: toolsOf(ai, desk) });
    return messages;
  },
  resume: (desk, state, answer) => {
    const ai = start(desk.tool.name, []);
    const messages = state as { content: ToolRequestPart[] }[];
    const tools = toolsOf(ai, desk);
    const waiting = messages.at(-1)?.content.find((part) => part.toolRequest) as ToolRequestPart;
    const restart = tools[0]?.restart(waiting, { ...answer });
    return ai.generate({
      model: 'mock',
      messages: messages as never,
      tools,
      resume: { restart: restart ? [restart] : [] },
    });
  },
};

export const genkit: Framework = {
  name: 'Genkit',
  packages: [versionOf('genkit')],
  saved,
  run: (tool, script) => {
    const ai = start(tool.name, script);
    const tools = genkitTools((definition, run) => ai.defineTool(definition, run as never), [tool]);
    return ai.generate({ model: 'mock', prompt: 'Refund 5.00 usd of ch_1.', tools });
  },
};
