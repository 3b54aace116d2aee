import { approvalHtml, approvalText, approvalView, createOncely, type Adapter, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { clipped, firstLines, money } from '../../src/adapter-kit/saying.ts';
import { desk, testAdapter, type TestClient, type TestOncely, type TestVendor } from './vendor.ts';

const slot = 'invoice_1:desk:refund';

interface House {
  readonly vendor: TestVendor;
  readonly start: (
    options?: Partial<OncelyOptions<Record<never, never>>>,
    adapter?: Partial<Adapter<TestClient, 'one'>>,
  ) => TestOncely;
}

function house(): House {
  const vendor: TestVendor = { happened: [], script: [], sends: 0, forgets: false };
  const ledger = memoryLedger();
  return {
    vendor,
    start: (options = {}, adapter = {}) =>
      createOncely({
        waitMs: 2_000,
        drainOnSigterm: false,
        ...options,
        ledger,
        clients: { shop: { ...testAdapter(vendor), ...adapter } },
      } as never) as TestOncely,
  };
}

const always = { version: 1, operations: { 'shop.pay': true } } as const;
const pay = (oncely: TestOncely, parameters: Readonly<Record<string, unknown>>, options = {}): Promise<unknown> =>
  oncely
    .scope(desk, () => oncely.effect('refund', options, () => oncely.clients.shop.write('pay', parameters)))
    .catch((error: unknown) => error);
const shown = async (oncely: TestOncely): Promise<Record<string, unknown>> =>
  (await oncely.effects.get(slot))?.approval?.preview as Record<string, unknown>;

describe('what a person is shown', () => {
  it('I12: is all that is given, where the adapter says nothing', async () => {
    const oncely = house().start({ approvals: always });
    await pay(oncely, { amount: 5, to: 'acct_1', note: 'hi' });
    expect(await shown(oncely)).toEqual({
      $summary: 'shop.pay: amount 5, to acct_1, note hi',
      amount: 5,
      to: 'acct_1',
      note: 'hi',
    });
  });

  it('begins with the words of the adapter, and marks what a model may have written', async () => {
    const say = (): { summary: string; texts: string[] } => ({ summary: 'Pay 5 to acct_1', texts: ['note', 'none'] });
    const oncely = house().start({ approvals: always }, { say });
    await pay(oncely, { to: 'acct_1', note: 'hi' });
    expect(await shown(oncely)).toEqual({ $summary: 'Pay 5 to acct_1', $written: ['note'], to: 'acct_1', note: 'hi' });
  });

  it.each([
    [
      'fails',
      () => {
        throw new Error('no such field');
      },
    ],
    ['says nothing', () => ({ summary: '  ' })],
  ])('is all that is given where the adapter %s', async (_how, say) => {
    const oncely = house().start({ approvals: always }, { say });
    await pay(oncely, { amount: 5 });
    expect(await shown(oncely)).toMatchObject({ $summary: 'shop.pay: amount 5', amount: 5 });
  });

  it("holds nothing that is redacted, the adapter's words included", async () => {
    const say = ({ parameters }: { parameters: Readonly<Record<string, unknown>> }): { summary: string } => ({
      summary: `Pay to ${String(parameters['iban'])}`,
    });
    const oncely = house().start({ approvals: always, redact: { 'shop.*': ['iban'] } }, { say });
    await pay(oncely, { amount: 5, iban: 'DE123' });
    expect(JSON.stringify(await shown(oncely))).not.toContain('DE123');
    expect(await shown(oncely)).toMatchObject({ $summary: 'Pay to [redacted]', iban: '[redacted]' });
  });

  it.each([() => undefined, () => ({}), () => null])(
    'is never emptied by a preview of its own: %s',
    async (preview) => {
      const oncely = house().start({ approvals: { version: 1, operations: { 'shop.pay': { preview } } } });
      await pay(oncely, { amount: 5 });
      expect(await shown(oncely)).toMatchObject({ $summary: 'shop.pay: amount 5' });
    },
  );

  it('says what differs from what was asked before, by value', async () => {
    const oncely = house().start({ approvals: always });
    await pay(oncely, { amount: 5, to: 'acct_1' });
    await pay(oncely, { amount: 500, to: 'acct_1', note: 'urgent' });
    expect(await shown(oncely)).toMatchObject({
      $changed: { amount: { before: 5, now: 500 }, note: { before: null, now: 'urgent' } },
    });
    expect((await oncely.effects.get(slot))?.approval?.changed).toEqual(['amount', 'note']);
  });

  it('is of the stored request, where recovery has to ask', async () => {
    const { start, vendor } = house();
    const before = start();
    await before.scope(desk, () => before.submit('refund', () => before.clients.shop.write('pay', { amount: 7 })));
    const connect: Adapter<TestClient, 'one'>['connect'] = (runtime, account) => ({
      ...testAdapter(vendor).connect(runtime, account),
      parametersOf: (request) => (JSON.parse(request) as { parameters: unknown }).parameters,
    });
    const oncely = start({ approvals: always }, { connect });
    await oncely.effects.list();
    await oncely.recover();
    expect(vendor.sends).toBe(0);
    expect(await shown(oncely)).toEqual({ $summary: 'shop.pay: amount 7', amount: 7 });
  });

  it('is never the input of another caller', async () => {
    const { start, vendor } = house();
    vendor.script.push(() => ({ evidence: 'unknown', reason: 'lost' }));
    const first = start({ maxAttempts: 1 });
    await pay(first, { amount: 7, text: 'as it was sent' });
    // The same payment in other words, by somebody who asks a person first: what would be sent are the first words.
    const oncely = start({ maxAttempts: 1 });
    await pay(oncely, { amount: 7, text: 'as nobody sends it' }, { approval: 'required' });
    const effect = await oncely.effects.get(slot);
    expect(effect?.approval?.state).toBe('pending');
    expect(JSON.stringify(effect?.approval?.preview ?? '')).not.toContain('as nobody sends it');
  });
});

describe('how it is shown', () => {
  const preview = {
    $summary: 'Post <b>now</b> \u202Eevil',
    $written: ['text'],
    $changed: { text: { before: 'kind', now: '<script>' } },
    text: '<script>\nline \u001B[2J',
    channel: 'C1',
  };
  const effect = { approval: { state: 'pending', fingerprint: 'f', requestedAt: 0, preview } } as const;

  it("as a view, for a screen of one's own", () => {
    expect(approvalView(effect)).toEqual({
      summary: preview.$summary,
      lines: [
        { name: 'text', text: preview.text, written: true },
        { name: 'channel', text: 'C1', written: false },
      ],
      changed: [{ name: 'text', before: 'kind', now: '<script>' }],
    });
  });

  it('as a text for a terminal or a mail, in which nothing moves a cursor or turns the line', () => {
    expect(approvalText(effect).split('\n')).toEqual([
      'Post <b>now</b> \\u{202e}evil',
      '  text (written by a model): <script>',
      '    line \\u{1b}[2J',
      '  channel: C1',
      '  changed since it was asked before: text: kind -> <script>',
    ]);
  });

  it('as HTML, in which nothing is markup', () => {
    const html = approvalHtml(effect);
    expect(html).toContain('&lt;script&gt;<br>line \\u{1b}[2J');
    expect(html).toContain('<em>(written by a model)</em>');
    expect(html).not.toMatch(/<script|<b>|\u202E/);
  });

  it('says where it is not to be had', () => {
    const none = { approval: { state: 'pending', fingerprint: 'f', requestedAt: 0 } } as const;
    expect(approvalText(none)).toContain('is not shown');
    expect(approvalHtml(none)).toContain('is not shown');
  });
});

it.each([
  ['1200', 'usd', '12.00 USD'],
  [5, 'eur', '0.05 EUR'],
  ['-500', 'usd', '-5.00 USD'],
  ['12', 'jpy', '12 JPY'],
  ['1200', 'kwd', '1.200 KWD'],
  ['1200', undefined, '1200 (minor units)'],
  ['12.5', 'usd', '12.5 USD'],
])('money %s %s is %s', (amount, currency, text) => {
  expect(money(amount, currency)).toBe(text);
});

it('long texts stand by their first lines, and say so', () => {
  expect(firstLines('a\nb')).toBe('a\nb');
  expect(firstLines('a\n'.repeat(9))).toMatch(/^a\na\na\na\na\na … \(cut: \d+ more characters, 10 lines in all\)$/);
  expect(JSON.stringify(clipped({ a: ['x'.repeat(9_000)] })).length).toBeLessThan(1_000);
});
