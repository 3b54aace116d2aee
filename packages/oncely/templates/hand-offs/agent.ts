import { makeOncely, oncely } from './oncely.config.ts';

type App = ReturnType<typeof makeOncely>;

export interface Ticket {
  readonly id: string;
  readonly charge: string;
  /** In cents. */
  readonly amount: number;
}

interface Decision {
  readonly refund: boolean;
  readonly reason: string;
}

/** The first agent: decides once, and hands the ticket on with what it decided. */
export async function triage(ticket: Ticket, app: App = oncely): Promise<Decision> {
  const { slack } = app.clients;
  return app.scope({ businessId: ticket.id, workflowId: 'triage' }, async () => {
    const decision = await app.value('decision', () => decide(ticket));
    await app.effect('hand-off', { expect: 'slack.chat.postMessage' }, () =>
      slack.chat.postMessage({ channel: 'C0BILLING', text: `${ticket.id}: ${decision.reason}` }),
    );
    return decision;
  });
}

/**
 * The second agent. Its refund belongs to the case and not to a workflow (`slotScope: 'business'`): whichever agent asks
 * for it first makes it, and the others get its outcome.
 */
export async function settle(ticket: Ticket, workflowId: string, app: App = oncely): Promise<string> {
  const { stripe } = app.clients;
  return app.scope({ businessId: ticket.id, workflowId, slotScope: 'business' }, async () => {
    const made = await app.effect('refund', { expect: 'stripe.refunds.create' }, () =>
      stripe.refunds.create({ charge: ticket.charge, amount: ticket.amount }),
    );
    return made.id;
  });
}

/** The whole path: the ticket is settled by billing, and goes back to an escalation that tries to settle it again. */
export async function work(ticket: Ticket, app: App = oncely): Promise<void> {
  const { refund } = await triage(ticket, app);
  if (!refund) return;
  await settle(ticket, 'billing', app);
  await settle(ticket, 'escalation', app);
}

// Put your model here.
async function decide({ id }: Ticket): Promise<Decision> {
  return { refund: true, reason: `${id} arrived broken (sure to ${Math.random().toFixed(2)})` };
}

/** What the gates run. */
export async function agent(): Promise<void> {
  await work({ id: 'ticket_1', charge: 'ch_ticket_1', amount: 20_00 });
}
