import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { Tool, ToolContext, ToolResult } from '@oncely/core/tools';
import { emailToolNames, emailTools, type EmailToolName } from '@oncely/email/tools';
import { toolProblems } from '@oncely/testing/conformance/tools';
import { describe, expect, it } from 'vitest';

import { openDesk, smtp } from '../desk.ts';

type Policy = Partial<Parameters<typeof emailTools>[1]>;
const setting = {
  allow: emailToolNames,
  from: 'desk@shop.example',
  purposes: ['refund-confirmation', 'apology'],
  desk: 'people@shop.example',
} as const;

async function open(policy: Policy = {}): Promise<{
  tools: ReadonlyMap<string, Tool>;
  sent: () => readonly string[];
  fail: Awaited<ReturnType<typeof smtp>>['fail'];
  call: (name: EmailToolName, input: object, context?: ToolContext) => Promise<ToolResult>;
}> {
  const fake = await smtp();
  const ledger = memoryLedger();
  const { oncely, email } = openDesk(fake, { ledger });
  const tools = new Map(emailTools(email, { ...setting, ...policy }).map((tool) => [tool.name, tool]));
  return {
    tools,
    sent: () => fake.effects().map((effect) => effect.recipients.join()),
    fail: (...args) => fake.fail(...args),
    call: (name, input, context) =>
      oncely.scope(
        { businessId: 'invoice_1', workflowId: 'refund-desk' },
        () => tools.get(name)?.execute(input, context) as Promise<ToolResult>,
      ),
  };
}

const mail = {
  to: 'ann@customer.example',
  purpose: 'refund-confirmation',
  subject: 'Your refund',
  text: 'It is on its way.',
};

it('fits every framework', async () => {
  const { tools } = await open();
  expect(toolProblems([...tools.values()])).toEqual([]);
  expect(tools.size).toBe(3);
});

describe('a mail that a model writes', () => {
  it('is sent once to a recipient for a purpose, whatever its subject, its text and its call id', async () => {
    const { call, sent } = await open();
    const first = await call('email_send', mail, { toolCallId: 'call_1' });
    const again = await call(
      'email_send',
      { ...mail, to: 'Ann@Customer.example', subject: 'Good news!', text: 'Look at your account.' },
      { toolCallId: 'call_2' },
    );
    expect(first).toMatchObject({ status: 'succeeded', output: { to: 'ann@customer.example' } });
    expect(again).toMatchObject({ status: 'already_done', id: first.id, at: first.at, output: first.output });
    expect(again.text).toContain('What was sent first stands');
    expect(sent()).toEqual(['ann@customer.example']);
  });

  it('is another one for another purpose or recipient, or in reply', async () => {
    const { call, sent } = await open();
    await call('email_send', mail);
    await call('email_send', { ...mail, purpose: 'apology' });
    await call('email_send', { ...mail, to: 'bob@customer.example' });
    const reply = { ...mail, in_reply_to: '<1@customer.example>' };
    expect(await call('email_reply', reply)).toMatchObject({ status: 'succeeded' });
    expect(await call('email_reply', { ...reply, text: 'Other words' })).toMatchObject({ status: 'already_done' });
    expect(sent()).toHaveLength(4);
  });

  it('has no purpose and no recipient that the program did not allow', async () => {
    const { call, sent } = await open({ mayReceive: (address) => address.endsWith('@customer.example') });
    expect(await call('email_send', { ...mail, purpose: 'newsletter' })).toMatchObject({ reason: 'invalid_input' });
    const stranger = await call('email_send', { ...mail, to: 'eve@elsewhere.example' });
    expect(stranger.text).toContain('may not write to eve@elsewhere.example');
    expect(sent()).toEqual([]);
  });

  it('in doubt is told as unknown, and not sent again, whatever is asked for', async () => {
    const { call, sent, fail } = await open({ maxOccurrence: 2 });
    fail({ kind: 'drop', at: 'after_dot' });
    expect(await call('email_send', mail)).toMatchObject({ status: 'unknown' });
    expect(await call('email_send', { ...mail, text: 'Once more' })).toMatchObject({ status: 'unknown' });
    expect(await call('email_send', { ...mail, occurrence: 2 })).toMatchObject({ status: 'rejected' });
    expect(sent()).toHaveLength(1);
  });

  it('is not sent a second time unless the policy allows it', async () => {
    const { call, sent } = await open({ maxOccurrence: 2 });
    await call('email_send', mail);
    await call('email_send', { ...mail, occurrence: 2 });
    expect(await call('email_send', { ...mail, occurrence: 3 })).toMatchObject({ reason: 'occurrence' });
    expect(sent()).toHaveLength(2);
  });
});

it('hands over once, to the people behind it', async () => {
  const { call, sent } = await open();
  const words = { subject: 'Please look', text: 'The amount is disputed.' };
  await call('email_hand_over', words);
  expect(await call('email_hand_over', { ...words, text: 'Help!' })).toMatchObject({ status: 'already_done' });
  expect(sent()).toEqual(['people@shop.example']);
});

it('refuses a policy that names no purpose, or nobody to hand over to', () => {
  const mailer = { sendMail: () => Promise.resolve({}) };
  expect(() => emailTools(mailer, { ...setting, purposes: [] as never })).toThrow(/purposes is empty/);
  const { desk: _desk, ...nobody } = setting;
  expect(() => emailTools(mailer, nobody)).toThrow(/nobody to hand over to/);
});
