import type { Effect } from '@oncely/core';
import { approvalMessage, approvalStep, decidedMessage, type ApprovalMessage } from '@oncely/slack';
import type { ChatPostMessageArguments } from '@slack/web-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readButton } from '../src/approval-button.ts';
import { literal } from '../src/mrkdwn.ts';
import { openDesk } from './approvals.ts';

const pending = {
  state: 'pending',
  fingerprint: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
  requestedAt: 1_700_000_000_000,
} as const;

function effectWith(change: Partial<Effect> & { readonly preview?: unknown } = {}): Effect {
  const { preview, ...rest } = change;
  const slot = rest.slot ?? 'invoice_1:refund-desk:refund';
  return {
    slot,
    key: `${slot}:v1`,
    contract: { businessId: 'invoice_1', workflowId: 'refund-desk', stepId: 'refund', logicVersion: 1 },
    state: 'awaiting_approval',
    operation: 'stripe.refunds.create',
    client: 'stripe',
    account: '',
    generation: 1,
    createdAt: 0,
    attempts: [],
    approval: { ...pending, ...(preview === undefined ? {} : { preview }) },
    ...rest,
  };
}

/** Every text in the message, by Slack's limit for its place. */
function textsIn({ text, blocks }: ApprovalMessage): { text: string; max: number; markdown: boolean }[] {
  const found = [{ text, max: 4_000, markdown: true }];
  for (const block of blocks) {
    if (block.type === 'section' && 'text' in block) found.push({ text: block.text.text, max: 3_000, markdown: true });
    if (block.type === 'section' && 'fields' in block)
      found.push(...block.fields.map((field) => ({ text: field.text, max: 2_000, markdown: true })));
    if (block.type === 'context')
      found.push(...block.elements.map((each) => ({ text: each.text, max: 3_000, markdown: true })));
    if (block.type === 'actions') {
      for (const { text: label, confirm } of block.elements) {
        found.push(
          { text: label.text, max: 75, markdown: false },
          { text: confirm.title.text, max: 100, markdown: false },
          { text: confirm.text.text, max: 300, markdown: true },
          { text: confirm.confirm.text, max: 30, markdown: false },
          { text: confirm.deny.text, max: 30, markdown: false },
        );
      }
    }
  }
  return found;
}

const dates = /<!date\^\d+\^\{date_short_pretty\}, \{time\}\|[-\d.:TZ]+>/g;

describe('a literal text', () => {
  it('is within its limit, mentions nobody, links nothing, hides nothing, and cuts no entity in two', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('<', '>', '&', '!', '@', '`', '\u202e', '\u200b', '\n', 'a', '😀', '\u0000', '\ud800'),
    });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), fc.integer({ min: 40, max: 90 }), (text, max) => {
        const shown = literal(text, max);
        expect(shown.length).toBeLessThanOrEqual(max);
        expect(shown).not.toMatch(/[<>`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(shown.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
        expect(shown.isWellFormed()).toBe(true);
        if (!shown.endsWith('(cut, not all is shown)')) {
          const back = shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
          const known = Array.from(text, (char) =>
            /^[\p{C}\p{Zl}\p{Zp}`]$/u.test(char) && !/^[\p{Cn}\p{Co}]$/u.test(char)
              ? `\\u{${char.codePointAt(0)?.toString(16)}}`
              : char,
          );
          expect(back).toBe(known.join(''));
        }
      }),
    );
  });
});

describe('the message that asks', () => {
  it('says what would happen, for which case and until when, and is what chat.postMessage takes', () => {
    const approval = { ...pending, expiresAt: 1_700_003_600_000 };
    const message = approvalMessage(effectWith({ approval, account: 'acct_7' }), { detail: 'Refund 10 € to <@U0ANN>' });
    const post: ChatPostMessageArguments = { channel: 'C1', ...message };
    const all = JSON.stringify(post);
    for (const words of [
      '*Approval needed*',
      '*Operation*\\n`stripe.refunds.create`',
      '*Business case*\\n`invoice_1`',
      '*Workflow*\\n`refund-desk`',
      '*Account*\\n`acct_7`',
      'Refund 10 € to &lt;@U0ANN&gt;',
      '*Until*\\n<!date^1700003600^',
      'invoice_1:refund-desk:refund:v1',
      pending.fingerprint,
    ])
      expect(all).toContain(words);
    expect(message.text).toBe(
      'Approval needed: stripe.refunds.create for invoice_1 (refund-desk). Refund 10 € to &lt;@U0ANN&gt;',
    );
    expect(message).toEqual(
      approvalMessage(effectWith({ approval, account: 'acct_7' }), { detail: 'Refund 10 € to <@U0ANN>' }),
    );
  });

  it('has two buttons with a confirmation, that carry names and fingerprint and nothing else', () => {
    const { blocks } = approvalMessage(effectWith({ preview: { amount: 12_345 } }), { namespace: 'billing' });
    const actions = blocks.find((block) => block.type === 'actions');
    expect(actions?.block_id).toMatch(/^billing:approval:[0-9a-f]{32}$/);
    expect(actions?.elements.map(({ action_id, style, confirm }) => [action_id, style, confirm.confirm.text])).toEqual([
      ['billing:approval:approve', 'primary', 'Approve'],
      ['billing:approval:decline', 'danger', 'Decline'],
    ]);
    for (const { value } of actions?.elements ?? []) {
      expect(JSON.parse(value)).toEqual({
        v: 1,
        slot: 'invoice_1:refund-desk:refund',
        version: 'v1',
        fingerprint: pending.fingerprint,
        asked: pending.requestedAt,
      });
      expect(readButton(value)).toEqual({
        slot: 'invoice_1:refund-desk:refund',
        key: 'invoice_1:refund-desk:refund:v1',
        fingerprint: pending.fingerprint,
        requestedAt: pending.requestedAt,
      });
    }
    const other = approvalMessage(effectWith({ approval: { ...pending, fingerprint: 'other' } }));
    expect(other.blocks.at(-1)).not.toHaveProperty('block_id', actions?.block_id);
  });

  it('shows what core kept of the input, word for word, and says where it is cut', () => {
    const preview = { note: '```<!channel> *bold*\u202e', amount: 1 };
    const words = textsIn(approvalMessage(effectWith({ preview }))).map(({ text }) => text);
    const shown = words.find((text) => text.startsWith('```'));
    expect(shown).toBe(
      '```\n{\n  "note": "\\u{60}\\u{60}\\u{60}&lt;!channel&gt; *bold*\\u{202e}",\n  "amount": 1\n}\n```',
    );
    const long = textsIn(approvalMessage(effectWith({ preview: 'x'.repeat(5_000) })));
    expect(long.find(({ text }) => text.startsWith('```'))?.text).toMatch(/x … \(cut, not all is shown\)\n```$/);
    expect(words.filter((text) => text.startsWith('```'))).toHaveLength(1);
    expect(textsIn(approvalMessage(effectWith())).some(({ text }) => text.startsWith('```'))).toBe(false);
  });

  it("keeps Slack's limits and mentions nobody, whatever its parts are", () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 512 }),
      fc.string({ unit: fc.constantFrom('<', '!', '&', '`', '\n', 'é'), minLength: 1, maxLength: 512 }),
    );
    fc.assert(
      fc.property(
        part,
        part,
        part,
        fc.jsonValue(),
        fc.string({ maxLength: 5_000 }),
        (businessId, operation, name, preview, detail) => {
          const contract = { businessId, workflowId: name, stepId: name, tenant: name, logicVersion: 1 };
          const asked = effectWith({ contract, operation, account: name, client: name, preview });
          const decided = effectWith({
            contract,
            operation,
            preview,
            approval: { ...pending, state: 'approved', by: name, decidedAt: 5, reason: detail },
          });
          for (const message of [approvalMessage(asked, { detail }), decidedMessage(decided, { detail })]) {
            for (const { text, max, markdown } of textsIn(message)) {
              expect(text.length).toBeLessThanOrEqual(max);
              expect(text.length).toBeGreaterThan(0);
              if (markdown) expect(text.replaceAll(dates, '')).not.toMatch(/[<>]/);
            }
            for (const block of message.blocks)
              if (block.type === 'section' && 'fields' in block) expect(block.fields.length).toBeLessThanOrEqual(10);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is refused where its buttons could not carry the names, or nothing waits', () => {
    const names = effectWith({ slot: `${'%C3%A4'.repeat(350)}:desk:refund` });
    expect(() => approvalMessage(names)).toThrow(/Slack allows 2000[^]*fix: /);
    const fitting = effectWith({ slot: `${'a'.repeat(1_700)}:desk:refund` });
    const [{ value } = { value: '' }] = approvalMessage(fitting).blocks.flatMap((block) =>
      block.type === 'actions' ? block.elements : [],
    );
    expect(value.length).toBeLessThanOrEqual(2_000);
    expect(readButton(value)?.slot).toBe(fitting.slot);
    const { approval: _approval, ...without } = effectWith();
    for (const effect of [without, effectWith({ approval: { ...pending, state: 'approved' } })])
      expect(() => approvalMessage(effect)).toThrow(
        expect.objectContaining({ code: 'invalid_input', effect: effect.key }),
      );
    expect(() => approvalMessage(effectWith(), { namespace: '' })).toThrow(/namespace/);
  });

  it('holds nothing of the input of a real effect in its buttons', async () => {
    const desk = await openDesk({ text: 'RecognisableInput' });
    const { blocks } = approvalMessage(await desk.effect());
    expect(JSON.stringify(blocks.filter(({ type }) => type === 'actions'))).not.toContain('RecognisableInput');
  });
});

describe('the step of the message', () => {
  it('is the same for the same request, another one for other input or when it was asked anew', async () => {
    const step = approvalStep(effectWith());
    expect(step).toMatch(/^refund\.ask\.[0-9a-f]{12}$/);
    expect(approvalStep(effectWith({ preview: 1 }))).toBe(step);
    expect(approvalStep(effectWith({ approval: { ...pending, fingerprint: 'other' } }))).not.toBe(step);
    expect(approvalStep(effectWith({ approval: { ...pending, requestedAt: 1 } }))).not.toBe(step);
  });
});

describe('the message after the decision', () => {
  it('says who decided, when and why, and has no buttons', () => {
    const words = (state: 'approved' | 'declined' | 'revoked' | 'expired'): string =>
      JSON.stringify(
        decidedMessage(
          effectWith({
            approval: { ...pending, state, by: 'slack:U1 (ann)', decidedAt: 1_700_000_100_000, reason: 'in <order>' },
          }),
        ),
      );
    expect(words('approved')).toContain('*Approved* by `slack:U1 (ann)`, <!date^1700000100^');
    expect(words('approved')).toContain('Reason: in &lt;order&gt;');
    expect(words('declined')).toContain('*Declined* by');
    expect(words('revoked')).toContain('(an approval was taken back)');
    expect(words('expired')).toContain('*Expired*');
    expect(words('approved')).not.toContain('"actions"');
    expect(() => decidedMessage(effectWith())).toThrow(/nobody decided yet/);
  });

  it('names a person of Slack as Slack does, and only where the audit has nothing but their id', () => {
    const named = (by: string): string =>
      JSON.stringify(decidedMessage(effectWith({ approval: { ...pending, state: 'approved', by } })).blocks);
    expect(named('slack:U0ANN')).toContain('*Approved* by <@U0ANN>');
    for (const by of ['slack:U0ANN>', 'slack:!channel', 'U0ANN', 'slack:U0ANN|x', 'slack:U0ANN\n'])
      expect(named(by)).not.toMatch(/<[@!]/);
  });
});
