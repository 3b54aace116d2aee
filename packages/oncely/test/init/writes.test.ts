import { describe, expect, it } from 'vitest';

import { planned } from './plan-of.ts';

const head = `import Stripe from 'stripe';
const stripe = new Stripe(process.env.STRIPE_KEY!);
`;

/** What becomes of one file. */
function move(code: string, { begins = head, ...options }: Parameters<typeof planned>[1] & { begins?: string } = {}) {
  const plan = planned({ 'desk.ts': begins + code }, options);
  return { ...plan, text: plan.after('desk.ts') };
}

describe('the business case', () => {
  it('is what one thing here names', () => {
    const { text } = move(`export async function refund(order: { id: string; charge: string }) {
  return stripe.refunds.create({ charge: order.charge });
}
`);
    expect(text).toContain(`  return oncely.scope({ businessId: order.id, workflowId: 'desk' }, () =>
    oncely.effect('refunds-create', () => stripe.refunds.create({ charge: order.charge })),
  );`);
  });

  it('is asked for where several things may name it', () => {
    const code = `export async function refund(ticketId: string, orderId: string) {
  await stripe.refunds.create({ charge: 'ch_1', metadata: { ticketId, orderId } });
}
`;
    expect(move(code).left['stripe.refunds.create']).toMatch(/^several things .*`ticketId`, `orderId`/);
    const said = move(code, { businessIds: ['orderId'] });
    expect(said.text).toContain('oncely.scope({ businessId: orderId,');
  });

  it('is a text: a number is written as one, what may be missing is none', () => {
    expect(
      move(`export const a = (order: { number: number }) => stripe.refunds.create({ charge: String(order.number) });\n`)
        .text,
    ).toContain('businessId: String(order.number)');
    const missing = move(
      `export const a = (order: { id?: string }) => stripe.refunds.create({ charge: order.id! });\n`,
    );
    expect(missing.left['stripe.refunds.create']).toMatch(/^nothing here names the business case/);
  });

  it('is nothing that differs in the next run, and no outcome of a write', () => {
    const { text } = move(`import { randomUUID } from 'node:crypto';
export async function refund(returnId: string) {
  const caseId = randomUUID();
  const refund = await stripe.refunds.create({ charge: 'ch_1' });
  await stripe.refunds.cancel(refund.id, { metadata: { caseId } });
}
`);
    expect(text.match(/businessId: \w+/g)).toEqual(['businessId: returnId', 'businessId: returnId']);
  });

  it('is not a customer, a run or a job: they have many cases, or are new in each run', () => {
    for (const name of ['customerId', 'runId', 'job.id', 'toolCallId', 'requestId']) {
      const root = name.split('.')[0];
      const { left } = move(`export const a = (${root}: any) => stripe.refunds.create({ charge: ${name} });\n`);
      expect(left['stripe.refunds.create']).toMatch(/^nothing here names the business case/);
    }
  });
});

describe('one name for two writes', () => {
  it('two writes of an operation in a case have two names', () => {
    const { text } = move(`export async function fees(orderId: string) {
  await stripe.invoiceItems.create({ customer: 'cus_1', amount: 1 });
  await stripe.invoiceItems.create({ customer: 'cus_1', amount: 2 });
}
`);
    expect(text.match(/effect\('[\w-]+'/g)).toEqual(
      [`effect('invoiceItems-create'`, `effect('fees-invoiceItems-create'`].map((each) =>
        each.replace('invoiceItems', 'invoice-items'),
      ),
    );
  });

  it('a function that is called in two places is left', () => {
    const { left, text } = move(`async function charge(orderId: string, amount: number) {
  await stripe.charges.create({ amount, currency: 'eur', metadata: { orderId } });
}
export async function order(orderId: string) {
  await charge(orderId, 1_000);
  await charge(orderId, 200);
}
`);
    expect(left['stripe.charges.create']).toMatch(
      /^`charge` is called at desk\.ts:7, desk\.ts:8: one case may need each/,
    );
    expect(text).not.toContain('oncely.scope');
  });

  it('a function that is called in a loop is left, unless the loop gives the case', () => {
    const code = (given: string): string => `async function ship(order: { id: string }, parcel: string) {
  await stripe.charges.create({ amount: 500, currency: 'eur', description: parcel, metadata: { order: order.id } });
}
export async function all(orders: { id: string }[], one: { id: string }, parcels: string[]) {
  ${given}
}
`;
    expect(move(code('for (const parcel of parcels) await ship(one, parcel);')).left['stripe.charges.create']).toBe(
      '`ship` is called in a loop at desk.ts:7, for one case each time',
    );
    expect(move(code(`for (const each of orders) await ship(each, 'p');`)).text).toContain('businessId: order.id');
  });

  it('in a loop over the items of a case, each item has a name of its own', () => {
    const { text } = move(`export async function fees(order: { id: string; lines: { id: string; fee: number }[] }) {
  for (const line of order.lines) {
    await stripe.invoiceItems.create({ customer: 'cus_1', amount: line.fee });
  }
}
export async function all(order: { id: string; skus: string[] }) {
  await Promise.all(order.skus.map((sku) => stripe.products.create({ name: sku })));
}
`);
    expect(text).toMatch(/effect\(`\w+-items-create:\$\{line\.id\}`/);
    expect(text).toContain('effect(`products-create:${sku}`');
  });

  it('in a loop that names no round it is left', () => {
    const { left } = move(`export async function fees(orderId: string, count: number) {
  for (let i = 0; i < count; i += 1) await stripe.invoiceItems.create({ customer: 'cus_1', amount: 100 });
}
`);
    expect(left['stripe.invoiceItems.create']).toMatch(/once for each round of a loop/);
  });

  it('takes no name that is there already', () => {
    const { text } = move(`import { oncely } from './oncely.config.ts';
export async function refund(orderId: string) {
  await oncely.scope({ businessId: orderId, workflowId: 'desk' }, () =>
    oncely.effect('refunds-create', () => oncely.clients.stripe.refunds.create({ charge: 'ch_1' })),
  );
  await stripe.refunds.create({ charge: 'ch_2' });
}
`);
    expect(text).toContain(`oncely.effect('refund-refunds-create'`);
    expect(text.match(/import \{ oncely \}/g)).toHaveLength(1);
  });
});

describe('a message whose words come from elsewhere', () => {
  const mail = `import nodemailer from 'nodemailer';
const mail = nodemailer.createTransport('smtp://localhost');
const subject = 'Your order';
`;
  const send = (text: string): string => `mail.sendMail({ to: 'ann@shop.example', subject, ${text} })`;

  it.each([
    [
      'a tool, which may be called with any text',
      `export const tool = (orderId: string, text: string) => ${send('text')};`,
    ],
    [
      'a text in a sentence',
      `export const tool = (orderId: string, note: string) => ${send('text: `Dear Ann, ${note}`')};`,
    ],
    [
      'a model',
      `export const run = async (orderId: string) => { const text = await ask(); await ${send('text: text')}; };`,
    ],
    ['a call', `export const run = (orderId: string) => ${send('text: ask(orderId)')};`],
  ])('is left: from %s', (_name, code) => {
    const { left, after } = planned({ 'desk.ts': `${mail}${code}\n` });
    expect(left['mail.sendMail']).toMatch(/^its `text` comes from elsewhere/);
    expect(after('desk.ts')).toContain(code);
  });

  it('moves where the code holds them, here or in the one place that calls', () => {
    const { after } = planned({
      'desk.ts': `${mail}const tell = (orderId: string, text: string) => ${send('text')};
export const run = (orderId: string) => tell(orderId, \`\${orderId} is on its way\`);
`,
    });
    expect(after('desk.ts')).toContain(`oncely.effect('send-mail'`);
  });
});

describe('what is left to a person', () => {
  it.each([
    ['stripe.refunds.create({ charge: orderId }, { idempotencyKey: orderId })', /idempotencyKey. names it already/],
    ['stripe.refunds.create({ charge: orderId }, () => undefined)', /takes a callback/],
    ['stripe.refunds.update(orderId, {})', /sets a state, which a case may set again/],
    ['stripe?.refunds.create({ charge: orderId })', /may be missing/],
  ])('%s', (call, why) => {
    const { left, text } = move(`export const a = (orderId: string) => ${call};\n`);
    expect(Object.values(left)).toEqual([expect.stringMatching(why)]);
    expect(text).toContain(call);
  });

  it('a write in the arguments of another, which itself moves', () => {
    const { left, text } = move(`export const a = async (orderId: string) =>
  stripe.refunds.cancel((await stripe.refunds.create({ charge: orderId })).id, {});
`);
    expect(left['stripe.refunds.cancel']).toMatch(/^another write stands in its arguments/);
    expect(text).toContain(`oncely.effect('refunds-create'`);
  });

  it('says what differs in the next run', () => {
    const { findings } = move(
      `export const a = (orderId: string) => stripe.refunds.create({ charge: orderId, metadata: { at: Date.now() } });\n`,
    );
    expect(findings.find(({ kind }) => kind === 'write')?.why).toContain('`Date.now()`');
  });

  it('writes stay as they are without scopes', () => {
    const code = `export const a = (orderId: string) => stripe.refunds.create({ charge: orderId });\n`;
    const { text, moved } = move(code, { scopes: false });
    expect(text).toContain(code);
    expect(Object.keys(moved)).toEqual(['new Stripe']);
  });

  it('arguments that wait are waited for inside of the effect', () => {
    const { text } =
      move(`export const a = async (orderId: string) => stripe.refunds.create({ charge: await find(orderId) });
declare function find(id: string): Promise<string>;
`);
    expect(text).toContain('async () => stripe.refunds.create({ charge: await find(orderId) })');
  });
});

it('names the package.json that it cannot read', () => {
  expect(() => planned({ 'package.json': '{ "name": ', 'desk.ts': head })).toThrow(/package\.json cannot be read: /);
});

describe('the text of a file', () => {
  it('keeps the line ends of Windows', () => {
    const code = `export async function refund(order: { id: string; charge: string }) {
  return stripe.refunds.create({
    charge: order.charge,
  });
}
`;
    const { text } = move(code.replaceAll('\n', '\r\n'), { begins: head.replaceAll('\n', '\r\n') });
    expect(text).toContain('oncely.effect(');
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text.replaceAll('\r\n', '\n')).toBe(move(code).text);
  });

  it('keeps the mark that Windows writes at its beginning', () => {
    const { text } = move('export const a = (orderId: string) => stripe.refunds.create({ charge: orderId });\n', {
      begins: `\uFEFF${head}`,
    });
    expect(text.startsWith('\uFEFFimport')).toBe(true);
  });
});
