/** One process of the desk: runs the agent that it is told of over each of the tickets, and says what came of it. */
import { isOncelyError } from '@oncely/core';
import type Stripe from 'stripe';

import { agentNamed } from './agent-named.ts';
import { openDesk, type Ticket } from './desk.ts';

const { name, file, stripeAt, tickets } = JSON.parse(process.argv[2] ?? '') as {
  readonly name: string;
  readonly file: string;
  readonly stripeAt: Stripe.StripeConfig;
  readonly tickets: readonly Ticket[];
};
const agent = await agentNamed(name);

for (const ticket of tickets) {
  const desk = openDesk(file, stripeAt);
  const said = await agent(ticket, desk).catch((error: unknown) => {
    if (!isOncelyError(error)) throw error;
    return error.message;
  });
  await desk.oncely.close();
  process.send?.(said);
}
