import { sameValue } from './compare.ts';
import { CannotTell } from './seen.ts';

/** A CRM object as HubSpot gives it. */
export interface CrmObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly propertiesWithHistory?: Readonly<Record<string, readonly { readonly value?: unknown }[] | undefined>>;
  readonly archived?: boolean;
}

/** What makes an object another one. Not what moves by itself, such as the stage of a deal. */
const telling: readonly string[] = ['email', 'amount', 'dealname', 'name', 'subject', 'pipeline'];

/** Where HubSpot says which objects were merged into one. */
export const mergedProperty = 'hs_merged_object_ids';

/**
 * Refuses objects that carry our key and never were what was asked for: whoever could write there put the key on them.
 * What somebody changed since is told from it by its history.
 * @throws CannotTell
 */
export async function refuseOthers(
  there: ReadonlyMap<string, CrmObject>,
  wanted: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  historyOf: (ids: readonly string[], properties: readonly string[]) => Promise<readonly CrmObject[]>,
): Promise<void> {
  const other = [...there].flatMap(([key, object]) => {
    // The winner of a merge shows its own values, and answers for what was merged into it.
    if (set(object.properties[mergedProperty])) return [];
    const asked = wanted.get(key) ?? {};
    const names = telling.filter((name) => set(asked[name]) && !sameValue(asked[name], object.properties[name]));
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
    const never = each.names.find((name) => !known[name]?.some(({ value }) => sameValue(each.asked[name], value)));
    if (never !== undefined) {
      throw new CannotTell(
        `the object ${each.object.id} carries our key, and its ${never} is not and never was what was asked for: a person has to look at it`,
      );
    }
  }
}

function set(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
