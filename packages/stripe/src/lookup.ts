import { states, type StateRule } from './states.ts';
import { table, type Entry } from './table.ts';

/** How an effect is found again at Stripe once its key is no longer good, or where there is none. */
export type LookUp =
  /** By our marker in a list. `both`: a filter that is asked both ways, since the list hides one of them by default. */
  | {
      readonly kind: 'list';
      readonly path: string;
      readonly created: boolean;
      readonly by: readonly string[];
      readonly needs: readonly string[];
      readonly fixed: Readonly<Record<string, string>>;
      readonly both?: string;
    }
  /** By the state of the object that it changes. */
  | { readonly kind: 'state'; readonly rule: StateRule }
  /** By comparing what it sets with the object; only equality proves anything. */
  | { readonly kind: 'compare' }
  /** By reading what it deletes. */
  | { readonly kind: 'deletion' }
  | { readonly kind: 'none'; readonly why: string };

/** Lists that leave something out unless they are told not to. */
const hiding: Readonly<Record<string, { readonly fixed?: Record<string, string>; readonly both?: string }>> = {
  // "If no value is supplied, all subscriptions that have not been canceled are returned."
  'subscriptions.create': { fixed: { status: 'all' } },
  // "Returns a list of your active prices [...] For the list of inactive prices, set active to false."
  'prices.create': { both: 'active' },
  // "If omitted, returns only Accounts that are not closed."
  'v2.core.accounts.create': { both: 'closed' },
};

/** Lists in which what a write made need not appear at all. */
const incomplete: Readonly<Record<string, string>> = {
  'paymentMethods.create': 'a payment method is listed only once it is attached to a customer',
};

/** Writes that make an object, though they are not named `create`, and where it is listed. */
const makers: Readonly<Record<string, { readonly list?: string }>> = {
  'payouts.reverse': { list: '/v1/payouts' },
  'paymentRecords.reportPayment': {},
};

/** Actions whose parameters are the state that they set. */
const setters: ReadonlySet<string> = new Set(['paymentMethods.attach', 'paymentIntents.incrementAuthorization']);

/** Whether a write makes an object that takes metadata, so that our marker goes into it. */
export function isMarked({ name, method, takesMetadata }: Entry): boolean {
  return takesMetadata && method === 'POST' && (/(^|\.)create\w*$/.test(name) || Object.hasOwn(makers, name));
}

/** How the effects of a write are found again. */
export function lookUpOf(entry: Entry): LookUp {
  const { name, method } = entry;
  if (method === 'DELETE') {
    return entry.get === 'same' ? { kind: 'deletion' } : { kind: 'none', why: 'what it deletes cannot be read' };
  }
  if (isMarked(entry)) return listOf(entry);
  const rule = states[name];
  if (rule) return { kind: 'state', rule };
  if ((/\.update\w*$/.test(name) && entry.get === 'same') || setters.has(name)) return { kind: 'compare' };
  if (/(^|\.)create\w*$/.test(name) || Object.hasOwn(makers, name)) {
    return { kind: 'none', why: 'what it makes takes no metadata' };
  }
  return { kind: 'none', why: 'no state of an object tells of it' };
}

/** Every write of the SDK with the way in which it is found again. */
export function allLookUps(): readonly { readonly entry: Entry; readonly lookUp: LookUp }[] {
  return table.map((entry) => ({ entry, lookUp: lookUpOf(entry) }));
}

function listOf({ name, path, list, by, needs }: Entry): LookUp {
  const elsewhere = makers[name]?.list;
  if (list === undefined && elsewhere === undefined)
    return { kind: 'none', why: 'Stripe has no list of what it makes' };
  const why = incomplete[name];
  if (why !== undefined) return { kind: 'none', why };
  const { fixed = {}, both } = hiding[name] ?? {};
  return {
    kind: 'list',
    path: elsewhere ?? path,
    // Lists of v2 page and filter in another way.
    created: (list === 'created' || elsewhere !== undefined) && !path.startsWith('/v2/'),
    by,
    needs,
    fixed,
    ...(both === undefined ? {} : { both }),
  };
}
