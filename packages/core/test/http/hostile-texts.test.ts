import { effectIdOf, normalised } from '@oncely/core/tools';
import { expect, it } from 'vitest';

import { openBank, openDesk, ours, unverifiable } from './bank.ts';

// No expression of ours takes more than linear time, whatever a vendor, a model or a caller writes.

const length = 100_000;
const hostile = [' ', '\t\n', '/', '.', '%2e', 'a://', '#', ';', 'rel="next', 'rel=', '[object ', '!', '\n  fix: '].map(
  (piece) => piece.repeat(length),
);

const withinMs = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

it.each(hostile)('a hostile text in an address, a header, an answer or an identity: %.12j', async (text) => {
  const bank = await openBank();
  bank.answer = (_request, response) => void response.writeHead(422, ours).end(JSON.stringify({ text }));
  const send = {
    safety: unverifiable,
    request: (path: string) => ({ method: 'POST', path, body: text, headers: { 'content-type': 'text/x' } }) as const,
  };
  const { act } = openDesk(bank, { send });
  const spent = await withinMs(async () => {
    await act((client) => client.send(`/${text}`), 'a');
    await act((client) => client.send('/a'), 'b');
    normalised(text);
    normalised(`a${text}b`);
    try {
      effectIdOf('x', { ids: { a: `a${text}` } });
    } catch {
      // Refused, as long as it is so at once.
    }
  });
  // A second is a thousand times what a linear one takes; a quadratic one takes minutes.
  expect(spent).toBeLessThan(1_500);
});
