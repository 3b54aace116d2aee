import { randomUUID } from 'node:crypto';

/** What a model says next: a call of a tool, or words. */
export type Thought =
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'words'; readonly text: string };

/**
 * The model of all the agents here. Given a conversation it asks for the refund that stands in it, each time under
 * another call id and in another order of words, as models do; once a tool has answered it repeats what it was told.
 */
export function think(conversation: unknown): Thought {
  // Frameworks put JSON into JSON.
  const text = (JSON.stringify(conversation) ?? '').replaceAll('\\', '');
  const told = /"status":"(?:succeeded|already_done|rejected|unknown)".*?"text":"([^"]+)"/.exec(text)?.[1];
  if (told !== undefined) return { kind: 'words', text: told };
  const [, dollars = '', cents = '', payment = ''] = /(\d+)\.(\d\d) usd of (ch_\w+)/.exec(text) ?? [];
  const amount = Number(dollars + cents);
  const id = `call_${randomUUID().slice(0, 8)}`;
  const input =
    Number.parseInt(id.slice(-1), 16) % 2 === 0
      ? { payment, amount, currency: 'usd', reason: null, occurrence: null }
      : { occurrence: null, reason: null, currency: 'USD', amount, payment };
  return { kind: 'call', id, name: 'stripe_refund_partial', input };
}
