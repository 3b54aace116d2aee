import { NotAllowed, Unreachable, CredentialsGone, type Read } from './reading.ts';

/** Whether a type of object has our unique property. `unknown`: this token may not look, or HubSpot did not answer. */
export type Standing = 'unique' | 'missing' | 'not_unique' | 'unknown';

/** Looks once a type for as long as the process runs; what is not right is looked at again after a minute. */
export interface UniqueProperty {
  /** `whose` tells the portals apart that one client reaches. */
  of(type: string, read: Read, whose: string | undefined): Promise<Standing>;
}

const againMs = 60_000;

export function createUniqueProperty(property: string, now: () => number = Date.now): UniqueProperty {
  const known = new Map<string, { readonly standing: Standing; readonly at: number }>();
  return {
    async of(type, read, whose) {
      const place = whose === undefined ? type : `${whose}/${type}`;
      const before = known.get(place);
      if (before && (before.standing === 'unique' || now() - before.at < againMs)) return before.standing;
      const standing = await standingOf(type, property, read);
      // What could not be seen may be seen the next time.
      if (standing !== 'unknown') known.set(place, { standing, at: now() });
      return standing;
    },
  };
}

async function standingOf(type: string, property: string, read: Read): Promise<Standing> {
  try {
    const { status, body } = await read(
      'GET',
      `/crm/v3/properties/${encodeURIComponent(type)}/${encodeURIComponent(property)}`,
    );
    if (status === 404) return 'missing';
    if (status !== 200) return 'unknown';
    if (body?.archived === true) return 'missing';
    return body?.hasUniqueValue === true ? 'unique' : 'not_unique';
  } catch (error) {
    if (error instanceof NotAllowed || error instanceof Unreachable || error instanceof CredentialsGone)
      return 'unknown';
    throw error;
  }
}

/** What to do about a type that lacks the property. */
export function provisionFix(type: string, property: string): string {
  const named = property === 'oncely_key' ? '' : ` --property ${property}`;
  return `npx @oncely/hubspot provision --objects ${type}${named}, or await provisionHubspot(client, { objectTypes: ['${type}'] }); or set missingProperty: 'weaker'`;
}
