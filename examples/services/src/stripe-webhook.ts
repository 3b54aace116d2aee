/** A webhook of Stripe: a message to the team and a receipt to the customer, however often it is delivered. */
import type { Shop } from './shop.ts';

export function stripeWebhook(
  { oncely, stripe, slack, mail }: Shop,
  secret: string,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const signature = request.headers.get('stripe-signature') ?? '';
    const event = await stripe.webhooks.constructEventAsync(await request.text(), signature, secret);
    if (event.type !== 'checkout.session.completed') return new Response('not for us');
    const { id: session, amount_total: cents, customer_details: customer } = event.data.object;
    const amount = `${(cents ?? 0) / 100} usd`;

    // The session names the case. The event does not: Stripe may make two of one thing.
    const scope = { businessId: session, workflowId: 'checkout', correlationId: event.id };
    await oncely.scope(scope, async () => {
      await oncely.effect('tell', () => slack.chat.postMessage({ channel: 'C0SALES', text: `Sold for ${amount}` }));
      await oncely.effect('receipt', () =>
        mail.sendMail({
          from: 'shop@example.com',
          to: customer?.email ?? '',
          subject: 'Your receipt',
          text: `Thank you for ${amount}.`,
        }),
      );
    });
    // What throws above is answered with a 500, and Stripe delivers the event again.
    return new Response('done');
  };
}
