import { mayDecide, type Story } from './story.ts';

/** Each by its name. */
export const stories: Readonly<Record<string, Story>> = {
  'refund desk': {
    approvals: {
      version: 1,
      operations: {
        'stripe.refunds.create': {
          above: { amount: 50_00 },
          approvers: [
            { group: 'support', count: 1 },
            { group: 'finance', count: 1 },
          ],
          notBy: 'requester',
        },
      },
      mayDecide,
    },
    limits: [{ operations: 'stripe.refunds.create', sum: 'amount', by: 'currency', max: 300_00, per: 'case' }],
    approvers: ['cleo', 'ann'],
    outsiders: ['dan', 'mallory'],
    write: ({ stripe }) => stripe.refunds.create({ charge: 'ch_1', amount: 120_00 }),
    beyond: ({ stripe }) => stripe.refunds.create({ charge: 'ch_1', amount: 200_00 }),
    done: ({ stripe }) => stripe.effects('refunds.create').length,
    killed: true,
  },
  payout: {
    approvals: {
      version: 1,
      operations: {
        'stripe.payouts.create': { approvers: [{ group: 'finance', count: 2 }], notBy: 'requester' },
      },
      mayDecide,
    },
    limits: [{ operations: 'stripe.payouts.create', count: 1, per: 'all', within: 'day', timeZone: 'Europe/Berlin' }],
    approvers: ['ann', 'bob'],
    outsiders: ['dan'],
    write: ({ stripe }) => stripe.payouts.create({ amount: 80_00, currency: 'usd' }),
    done: ({ stripe }) => stripe.effects('payouts.create').length,
  },
  'outbound mail': {
    approvals: { version: 1, operations: { 'email.*': { approvers: 1, notBy: 'requester' } }, mayDecide },
    approvers: ['cleo'],
    outsiders: ['dan', 'mallory'],
    write: ({ mail }) =>
      mail.sendMail({
        from: 'shop@example.com',
        to: 'eve@customer.example',
        subject: 'Sorry',
        text: 'It was our fault.',
      }),
    done: ({ smtp }) => smtp.effects().length,
  },
};
