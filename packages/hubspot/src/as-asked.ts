import { sameValue } from './compare.ts';
import { isStandard } from './object-types.ts';
import { CannotTell } from './seen.ts';

/** A CRM object as HubSpot gives it. */
export interface CrmObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly propertiesWithHistory?: Readonly<Record<string, readonly { readonly value?: unknown }[] | undefined>>;
  readonly archived?: boolean;
  readonly createdAt?: string;
}

/** What makes an object another one. Its history tells what it was made with, so that it may have moved since. */
const telling: readonly string[] = [
  'email',
  'amount',
  'dealname',
  'dealstage',
  'name',
  'subject',
  'pipeline',
  'hs_pipeline',
  'hs_pipeline_stage',
  'hs_timestamp',
  'hs_task_subject',
  'hs_email_subject',
  'hs_call_title',
  'hs_meeting_title',
  'hs_product_id',
  'price',
  'quantity',
];

/** Rich text, which HubSpot cleans: its words tell. */
const worded: readonly string[] = ['hs_note_body', 'hs_task_body', 'hs_call_body', 'hs_meeting_body', 'hs_email_text'];

/** Values that HubSpot writes in ways of its own, whatever they are called in a custom object. */
const rewritten = /phone|url|domain|website|body|html|description|hs_|hubspot_/i;

/** The clocks of HubSpot and of the ledger may differ by so much. */
const skewMs = 60_000;

/** Where HubSpot says which objects were merged into one. */
export const mergedProperty = 'hs_merged_object_ids';

/**
 * Refuses objects that carry our key and never were what was asked for: whoever could write there put the key on them.
 * What somebody changed since is told from it by its history.
 * @throws CannotTell
 */
export async function refuseOthers(
  { type, since }: { readonly type: string; readonly since: number | undefined },
  there: ReadonlyMap<string, CrmObject>,
  wanted: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  historyOf: (ids: readonly string[], properties: readonly string[]) => Promise<readonly CrmObject[]>,
): Promise<void> {
  const other = [...there].flatMap(([key, object]) => {
    // The winner of a merge shows its own values, and answers for what was merged into it.
    if (set(object.properties[mergedProperty])) return [];
    const made = Date.parse(object.createdAt ?? '');
    if (since !== undefined && made < since - skewMs) {
      throw new CannotTell(
        `the object ${object.id} carries our key, and was made before this effect was sent: a person has to look at it`,
      );
    }
    const asked = wanted.get(key) ?? {};
    const names = tellingOf(type, asked).filter(
      (name) => set(asked[name]) && !same(name, asked[name], object.properties[name]),
    );
    return names.length === 0 ? [] : [{ object, asked, names }];
  });
  if (other.length === 0) return;
  const names = [...new Set(other.flatMap((each) => each.names))];
  const histories = await historyOf(
    other.map(({ object }) => object.id),
    names,
  );
  for (const each of other) {
    const known = histories.find(({ id }) => id === each.object.id)?.propertiesWithHistory ?? {};
    const never = each.names.find((name) => !known[name]?.some(({ value }) => same(name, each.asked[name], value)));
    if (never !== undefined) {
      throw new CannotTell(
        `the object ${each.object.id} carries our key, and its ${never} is not and never was what was asked for: a person has to look at it`,
      );
    }
  }
}

/** In a custom object every property is its makers' own; in the others those that are known to tell. */
function tellingOf(type: string, asked: Readonly<Record<string, unknown>>): readonly string[] {
  const own = isStandard(type) ? [] : Object.keys(asked).filter((name) => !rewritten.test(name));
  return [...new Set([...telling, ...worded, ...own])];
}

function same(name: string, asked: unknown, there: unknown): boolean {
  return worded.includes(name) ? wordsOf(asked) === wordsOf(there) : sameValue(asked, there);
}

function wordsOf(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return text
    .replaceAll(/<[^<>]*>|&\w{1,8};|&#\d{1,7};/g, ' ')
    .replaceAll(/[\s&<>"']+/g, '')
    .toLowerCase();
}

function set(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
