import { OncelyError, type Effect } from '@oncely/core';
import { approvalMessage, approvalStep, decidedMessage } from '@oncely/slack';
import { describe, expect, it } from 'vitest';

const at = Date.UTC(2026, 5, 1, 10);
const slot = 'invoice_1:refund-desk:refund';

function effectWith(approval: Partial<NonNullable<Effect['approval']>>): Effect {
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
    approval: { state: 'pending', fingerprint: 'n4bQ', requestedAt: at, ...approval },
  };
}

describe('a question that nobody answers', () => {
  it('has a step of its own for each reminder and the escalation, and one for all who post it', () => {
    const steps = [
      {},
      { standing: { reminders: 1 } },
      { standing: { reminders: 2 } },
      { standing: { reminders: 2, escalatedTo: ['heads'] } },
      { standing: { reminders: 2, escalatedTo: ['heads'], expired: true } as const },
    ].map((approval) => approvalStep(effectWith(approval)));
    expect(new Set(steps).size).toBe(5);
    expect(approvalStep(effectWith({ standing: { reminders: 2, nextAt: 7 } }))).toBe(steps[2]);
  });

  it('says which reminder it is, who is asked as well, and whose word was given', () => {
    const text = JSON.stringify(
      approvalMessage(
        effectWith({
          standing: { reminders: 2, escalatedTo: ['heads <!here>'] },
          delegates: [{ from: 'ann', to: 'bob' }],
          lapsed: { at, was: 'asked' },
        }),
      ),
    );
    expect(text).toContain('nobody has answered: escalated');
    expect(text).toContain('Asked as well: heads &lt;!here&gt;');
    expect(text).toContain('Word given: `ann` → `bob`');
    expect(text).toContain('Asked anew: the question before expired <!date^');
    expect(JSON.stringify(approvalMessage(effectWith({ standing: { reminders: 2 } })))).toContain('reminder 2');
  });

  it('says that it expired, when, and what to do, without buttons', () => {
    const before = approvalMessage(effectWith({ expiresAt: at, standing: { reminders: 0, expired: true } }));
    const marked = decidedMessage(effectWith({ state: 'expired', expiresAt: at, lapsed: { at, was: 'asked' } }));
    for (const { text, blocks } of [before, marked]) {
      const said = JSON.stringify(blocks);
      expect(text).toContain('Expired');
      expect(said).toContain('*Expired* <!date^1780308000^');
      expect(said).toContain('nobody decided in time. Nothing was sent. Run the agent again to ask anew.');
      expect(blocks.some(({ type }) => type === 'actions')).toBe(false);
    }
  });

  it('names the other one where a twin is the reason', () => {
    const twin = { key: 'k:<!here>', operation: 'shop.pay', state: 'succeeded', at, vendorId: 're_1' } as const;
    const said = JSON.stringify(approvalMessage(effectWith({ preview: { amount: 5 }, twin })).blocks);
    expect(said).toContain('shop.pay (re_1) as k:&lt;!here&gt;: succeeded, 2026-06-01T10:00:00.000Z');
  });

  it('shows for which limit it is one too many', () => {
    const effect = effectWith({
      preview: { amount: 5 },
      limits: [{ id: 'a', why: '2,100.00 of 2,000.00 USD <today>' }],
    });
    const said = JSON.stringify(approvalMessage(effect).blocks);
    expect(said).toContain('*One too many for a limit*\\n2,100.00 of 2,000.00 USD &lt;today&gt;');
    expect(() => decidedMessage(effect)).toThrow(OncelyError);
  });
});
