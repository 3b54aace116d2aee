import type { Said, WriteToSay } from '@oncely/core';
import { isThere, money, named, plain, sentence, verbOf } from '@oncely/core/adapter';

import { entryNamed, type Entry } from './table.ts';

type Parameters = WriteToSay['parameters'];

/** Texts that people read, and that a model may have written. */
const texts = [
  'description',
  'statement_descriptor',
  'statement_descriptor_suffix',
  'footer',
  'memo',
  'name',
  'message',
  'custom_text',
  'nickname',
  'reason',
] as const;

/** Who gets, gives or is meant, in the order in which it is said. */
const parties = [
  'charge',
  'payment_intent',
  'customer',
  'customer_account',
  'source',
  'payment_method',
  'invoice',
  'subscription',
  'destination',
  'transfer_data',
  'on_behalf_of',
  'application_fee_amount',
  'email',
] as const;

/** A write at Stripe in words: what, how much, of or to whom, in which account. */
export function sayWrite({ operation, parameters, account }: WriteToSay): Said {
  const name = operation.replace(/^stripe\./, '');
  const entry = entryNamed(operation);
  const ids = idsIn(parameters['$path'], entry);
  const own = sentences[name]?.(parameters, ids);
  const said = own ?? { words: generally(name, entry, parameters, ids), of: [...amounts, ...(own ? parties : [])] };
  return {
    summary: sentence(said.words, beside(parameters, said.of), place(parameters, account)),
    texts: texts.filter((text) => typeof parameters[text] === 'string' && parameters[text] !== ''),
  };
}

interface Words {
  readonly words: string;
  /** The parameters that these words say already. */
  readonly of: readonly string[];
}

const amounts = ['amount', 'currency'] as const;

const sentences: Readonly<Record<string, (parameters: Parameters, ids: readonly string[]) => Words>> = {
  'refunds.create': (given) => refund(given, plain(given['charge'] ?? given['payment_intent'] ?? 'a payment')),
  'charges.refund': (given, [id = 'a charge']) => refund(given, id),
  'charges.create': (given) => ({ words: `Charge ${price(given)}`, of: amounts }),
  'paymentIntents.create': (given) => ({
    words: `${given['confirm'] === 'true' || given['confirm'] === true ? 'Take' : 'Prepare'} a payment of ${price(given)}`,
    of: [...amounts, 'confirm'],
  }),
  'paymentIntents.capture': (given, [id = '']) => ({
    words: `Capture ${isThere(given['amount_to_capture']) ? money(given['amount_to_capture'], undefined) : 'all'} of ${id}`,
    of: ['amount_to_capture'],
  }),
  'charges.capture': (given, [id = '']) => ({
    words: `Capture ${isThere(given['amount']) ? money(given['amount'], undefined) : 'all'} of ${id}`,
    of: ['amount'],
  }),
  'transfers.create': (given) => ({
    words: `Transfer ${price(given)} to ${plain(given['destination'])}`,
    of: [...amounts, 'destination'],
  }),
  'payouts.create': (given) => ({
    words: `Pay out ${price(given)} to ${isThere(given['destination']) ? plain(given['destination']) : 'the default bank account'}`,
    of: [...amounts, 'destination'],
  }),
  'subscriptions.cancel': (_given, [id = '']) => ({ words: `Cancel subscription ${id} at once`, of: [] }),
  'customers.del': (_given, [id = '']) => ({
    words: `Delete customer ${id} for good, with all subscriptions`,
    of: [],
  }),
};

function price({ amount, currency }: Parameters): string {
  return isThere(amount) ? money(amount, currency) : 'an amount that is not given';
}

function refund(given: Parameters, of: string): Words {
  const what = isThere(given['amount']) ? `${price(given)} of` : 'all that is left of';
  return { words: `Refund ${what} ${of}`, of: ['charge', 'payment_intent', ...amounts] };
}

/** `customers.createBalanceTransaction`: `Create balance transaction of customer cus_1`. */
function generally(name: string, entry: Entry | undefined, given: Parameters, ids: readonly string[]): string {
  if (!entry) return `${name} ${plain(given['$path'])}`;
  const parts = name.split('.');
  const verb = parts.pop() ?? name;
  const resource = verbOf(singular(parts.pop() ?? '')).toLowerCase();
  const action = verb === 'del' ? 'Delete' : verbOf(verb);
  const about = ids.length === 0 ? '' : ` ${ids.join(', ')}`;
  const amount = isThere(given['amount']) ? ` for ${price(given)}` : '';
  const rest = parts.length === 0 ? '' : ` (${parts.join('.')})`;
  const of = action.includes(' ') ? ' of' : '';
  return `${action}${of} ${resource}${about}${rest}${amount}`;
}

function singular(word: string): string {
  return word
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch)es$/, '$1')
    .replace(/([^s])s$/, '$1');
}

/** Everything else that is given, parties first. */
function beside(given: Parameters, said: readonly string[]): string | undefined {
  const rest = Object.keys(given).filter((name) => !name.startsWith('$') && !said.includes(name));
  const first = parties.filter((name) => rest.includes(name));
  const text = named(given, [...first, ...rest.filter((name) => !first.includes(name as 'charge'))]);
  return text === '' ? undefined : `(${text})`;
}

/** The object that a path is of, by its ids. */
export function pathIds(operation: string, path: string): readonly string[] {
  return idsIn(path, entryNamed(operation));
}

function idsIn(path: unknown, entry: Entry | undefined): readonly string[] {
  if (typeof path !== 'string') return [];
  const given = (path.split('?')[0] ?? '').split('/');
  const pattern = entry?.path.split('/');
  return given
    .filter((segment, at) => (pattern ? pattern[at] === ':id' : /[A-Z0-9_]/.test(segment) && !/^v\d$/.test(segment)))
    .map((segment) => decoded(segment));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function place({ $account, $context, $mode, $path }: Parameters, account: string): string {
  const accounts = [
    isThere($account) ? `on account ${plain($account)}` : undefined,
    isThere($context) ? `in context ${plain($context)}` : undefined,
    account === '' ? undefined : `with the client of ${account}`,
    $mode === 'test' ? 'in test mode' : undefined,
    typeof $path === 'string' && $path.includes('?') ? `with ${plain($path.split('?')[1])}` : undefined,
  ];
  return accounts.filter((each) => each !== undefined).join(' ');
}
