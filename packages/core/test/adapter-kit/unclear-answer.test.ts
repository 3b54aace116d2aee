import { unclearAnswer } from '@oncely/core/adapter';
import { expect, it } from 'vitest';

it('quotes what the vendor said, and not the whole of a body that may hold secrets', () => {
  const headers = { 'request-id': 'req_1' };
  const body = '{"secret":"x","error":"brand_new"}';
  const error = unclearAnswer('Slack', { status: 200, headers, body }, { code: 'brand_new', message: 'odd\u001b[2J' });
  expect(error.message).toBe('Slack answered 200 brand_new: "odd [2J" (request req_1)');
  expect(error).toMatchObject({ status: 200, code: 'brand_new', requestId: 'req_1' });
  expect(unclearAnswer('Slack', { status: 502, headers: {}, body }).message).toBe('Slack answered 502');
  const page = unclearAnswer('Slack', { status: 502, headers: {}, body: ` <h1>Bad gateway</h1>${'x'.repeat(1_000)}` });
  expect(page.message).toMatch(/^Slack answered 502: "<h1>Bad gateway<\/h1>x{200,300}…"$/);
});
