import type { HttpRequest } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { effectTool, outcomeOf, type Tool, type ToolResult } from '@oncely/core/tools';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { openBank, openDesk, ours, unverifiable } from '../http/bank.ts';

const request = (input: object, { key }: { readonly key: string }): HttpRequest => ({
  method: 'POST',
  path: '/pay',
  headers: { 'idempotency-key': key },
  body: input,
});

async function open(
  safety: { kind: 'unverifiable' } | { kind: 'keyed'; windowMs: number } = unverifiable,
  approval?: 'required',
) {
  const bank = await openBank();
  const ledger = memoryLedger();
  const start = () => openDesk(bank, { pay: { safety, request } }, {}, { ledger, maxAttempts: 1, waitMs: 200 });
  const { oncely } = start();
  const tool = effectTool({
    name: 'pay',
    title: 'Pay',
    description: 'Pays.',
    inputSchema: z.object({ to: z.string() }),
    outputSchema: z.object({ id: z.string() }),
    operation: 'bank.pay',
    identity: ({ to }) => ({ ids: { to } }),
    perform: (input) => oncely.clients.bank.pay(input) as Promise<{ id: string }>,
    output: (made) => made,
    ...(approval === undefined ? {} : { approval }),
  }) as Tool;
  const call = (to = 'ann'): Promise<ToolResult> =>
    oncely.scope({ businessId: 'payroll_1', workflowId: 'payroll' }, () => tool.execute({ to }));
  return { bank, oncely, call };
}

describe('a worker', () => {
  it('is told that a person must find out, and not to call again for ever', async () => {
    const { bank, call } = await open();
    bank.answer = (_request, response) => void response.destroy();
    for (let run = 0; run < 3; run += 1) {
      const result = await call();
      expect(result).toMatchObject({ status: 'unknown', state: 'stopped', next: 'ask-a-person' });
      expect(result.text).toMatch(/A person has to look at the vendor/);
      expect(result.text).not.toMatch(/being settled|finds out and sends/);
      expect(outcomeOf([result])).toEqual({ kind: 'waits_for_person', effects: [result.effect] });
    }
    expect(bank.got).toHaveLength(1);
  });

  it('calls again where that finds out, and is done then', async () => {
    const { bank, call } = await open({ kind: 'keyed', windowMs: 3_600_000 });
    const usual = bank.answer;
    bank.answer = (_request, response) => void response.destroy();
    const first = await call();
    expect(first).toMatchObject({ status: 'unknown', state: 'in_doubt', next: 'wait' });
    expect(first.text).toMatch(/finds out and sends nothing twice/);
    expect(outcomeOf([first])).toMatchObject({ kind: 'again', afterMs: expect.any(Number) });
    bank.answer = usual;
    const second = await call();
    expect(outcomeOf([first, second])).toEqual({ kind: 'done' });
    expect(second).toMatchObject({ state: 'succeeded', next: null });
  });

  it('waits as long as the vendor asks, and for a person where time mends nothing', async () => {
    const { bank, call } = await open();
    bank.answer = (_request, response) => void response.writeHead(429, { ...ours, 'retry-after': '7' }).end('{}');
    const limited = await call();
    expect(limited).toMatchObject({ status: 'rejected', reason: 'not_sent', state: 'ready', next: 'retry' });
    const outcome = outcomeOf([limited, await call('bob')]);
    expect(outcome).toMatchObject({
      kind: 'again',
      effects: [expect.stringContaining('ann'), expect.stringContaining('bob')],
    });
    expect((outcome as { afterMs: number }).afterMs).toBeGreaterThan(5_000);
    bank.answer = (_request, response) => void response.writeHead(401, ours).end('{}');
    expect(outcomeOf([await call('cyd')])).toMatchObject({ kind: 'waits_for_person' });
  });

  it('waits for an approval, and a no is an end', async () => {
    const { oncely, call } = await open(unverifiable, 'required');
    const asked = await call();
    expect(asked).toMatchObject({ state: 'awaiting_approval', next: 'approve' });
    expect(outcomeOf([asked])).toEqual({ kind: 'waits_for_approval', effects: [asked.effect] });
    await oncely.effects.decline(asked.effect ?? '', { by: 'ann', reason: 'too much' });
    const declined = await call();
    expect(declined).toMatchObject({ status: 'rejected', state: 'declined', next: 'ask-a-person' });
    expect(outcomeOf([asked, declined])).toEqual({ kind: 'done' });
  });

  it('waits for a person where the workflow is paused', async () => {
    const { oncely, call } = await open();
    await oncely.workflows.pause({ businessId: 'payroll_1', workflowId: 'payroll' }, { by: 'ann' });
    expect(outcomeOf([await call()])).toMatchObject({ kind: 'waits_for_person' });
  });

  it('is done where there is nothing to do, or the model was told a no', async () => {
    const { bank, call } = await open();
    expect(outcomeOf([])).toEqual({ kind: 'done' });
    bank.answer = (_request, response) => void response.writeHead(422, ours).end('{"error":"no such account"}');
    const refused = await call();
    expect(refused).toMatchObject({ reason: 'refused_by_vendor', state: 'rejected', next: 'fix-input' });
    expect(outcomeOf([refused])).toEqual({ kind: 'done' });
  });
});
