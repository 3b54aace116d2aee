/**
 * The standard types of CRM objects: the name that the SDK has for each, its id, and where adding or dropping an `s` does
 * not do it the singular. HubSpot takes any of them in a path, in any case.
 * @see https://developers.hubspot.com/docs/guides/crm/understanding-the-crm#object-type-ids
 */
const standard: readonly (readonly [name: string, id: string, singular?: string])[] = [
  ['appointments', '0-421'],
  ['calls', '0-48'],
  ['carts', '0-142'],
  ['commerce_payments', '0-101'],
  ['communications', '0-18'],
  ['companies', '0-2', 'company'],
  ['contacts', '0-1'],
  ['courses', '0-410'],
  ['deals', '0-3'],
  ['deal_splits', '0-72'],
  ['discounts', '0-84'],
  ['emails', '0-49'],
  ['feedback_submissions', '0-19'],
  ['fees', '0-85'],
  ['goal_targets', '0-74'],
  ['invoices', '0-53'],
  ['leads', '0-136'],
  ['line_items', '0-8'],
  ['listings', '0-420'],
  ['marketing_events', '0-54'],
  ['meetings', '0-47'],
  ['notes', '0-46'],
  ['orders', '0-123'],
  ['partner_clients', '0-145'],
  ['partner_services', '0-144'],
  ['postal_mail', '0-116'],
  ['products', '0-7'],
  ['quotes', '0-14'],
  ['services', '0-162'],
  ['subscriptions', '0-69'],
  ['tasks', '0-27'],
  ['taxes', '0-86', 'tax'],
  ['tickets', '0-5'],
  ['users', '0-115'],
];

const byAlias: ReadonlyMap<string, string> = new Map(
  standard.flatMap(([name, id, singular = name.replace(/s$/, '')]) =>
    [name, id, singular].map((alias) => [alias, name] as const),
  ),
);

/** More than any name of a type is long. */
const longest = 100;

/**
 * One name for a type of CRM object, whatever a path calls it: id, singular, qualified name, any case. It is of letters,
 * digits, `_` and `-` only. A custom type goes by its name or by its id, which only its portal knows to be the same.
 */
export function typeName(type: string): string {
  const plain = edgeless(
    decoded(type.slice(0, longest))
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '_'),
  );
  const known = byAlias.get(plain);
  if (known !== undefined) return known;
  // `p123_cars` is `cars` of portal 123.
  const qualified = /^p\d{1,20}_([a-z0-9_-]+)$/.exec(plain)?.[1];
  return qualified === undefined || byAlias.has(qualified) ? plain : qualified;
}

/** Whether a type is one of HubSpot's own, by whatever name. */
export function isStandard(type: string): boolean {
  return byAlias.has(typeName(type));
}

/** A segment of a path as it was before it was encoded. */
export function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function edgeless(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === '_') start += 1;
  while (end > start && text[end - 1] === '_') end -= 1;
  return start === end ? 'unknown' : text.slice(start, end);
}
