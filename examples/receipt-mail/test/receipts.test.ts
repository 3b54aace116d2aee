import { expect, it } from 'vitest';

import { receipts } from '../src/receipts.ts';

it('sends each mail once', async () => {
  const lines: string[] = [];
  expect(await receipts((line) => lines.push(line))).toEqual({ receipts: 2, news: 50 });
  expect(lines.join('\n')).toContain('stopped');
});
