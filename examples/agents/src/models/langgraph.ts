import { AIMessage, type BaseMessage } from '@langchain/core/messages';

import { think } from './think.ts';

export function mockModel(): { invoke(messages: readonly BaseMessage[]): Promise<AIMessage> } {
  return {
    invoke: async (messages) => {
      const next = think(messages.map(({ content }) => content));
      return next.kind === 'words'
        ? new AIMessage(next.text)
        : new AIMessage({ content: '', tool_calls: [{ id: next.id, name: next.name, args: next.input }] });
    },
  };
}
