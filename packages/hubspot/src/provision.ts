import type { Read } from './reading.ts';
import { createVendor, type HubSpotLike, type Vendor } from './vendor.ts';

export interface ProvisionOptions {
  /** Such as `contacts` or `deals`, a custom type by its id. */
  readonly objectTypes: readonly string[];
  /** Default `oncely_key`. */
  readonly property?: string;
  /** Changes nothing and says what it would do. */
  readonly dryRun?: boolean;
}

/** What was done for one type of object, or would be. */
export interface Provisioned {
  readonly objectType: string;
  /** `unusable`: there is a property of this name that is not unique, which cannot be changed at HubSpot. */
  readonly property: 'exists' | 'created' | 'would_create' | 'unusable';
  readonly group: 'exists' | 'created' | 'would_create' | 'not_needed';
}

const groupName = 'oncely';

/**
 * Gives each type of object the unique property by which what we create is found again. It may be called any number of
 * times; what is there stays as it is. The token needs `crm.schemas.<type>.read` and `.write`.
 * @throws Error with HubSpot's own words where it refuses.
 *
 * @example
 * await provisionHubspot(new Client({ accessToken }), { objectTypes: ['contacts', 'deals'], dryRun: true });
 */
export async function provisionHubspot(
  client: HubSpotLike,
  { objectTypes, property = 'oncely_key', dryRun = false }: ProvisionOptions,
): Promise<readonly Provisioned[]> {
  if (!/^[a-z][a-z0-9_]*$/.test(property)) {
    throw new TypeError(`${property} is no name for a property: lower-case letters, digits and underscores only`);
  }
  const vendor = createVendor(() => client);
  const read = vendor.reader({ auth: 'bearer' });
  const done: Provisioned[] = [];
  for (const objectType of objectTypes) done.push(await provisionOne(vendor, read, objectType, property, dryRun));
  return done;
}

async function provisionOne(
  vendor: Vendor,
  read: Read,
  objectType: string,
  property: string,
  dryRun: boolean,
): Promise<Provisioned> {
  const properties = `/crm/v3/properties/${encodeURIComponent(objectType)}`;
  const there = await lookFor(read, `${properties}/${property}`);
  if (there !== undefined) {
    const unusable = there['hasUniqueValue'] !== true;
    return { objectType, property: unusable ? 'unusable' : 'exists', group: 'not_needed' };
  }
  const group = (await lookFor(read, `${properties}/groups/${groupName}`)) !== undefined;
  if (dryRun) return { objectType, property: 'would_create', group: group ? 'exists' : 'would_create' };
  if (!group) await create(vendor, `${properties}/groups`, { name: groupName, label: 'Oncely', displayOrder: -1 });
  await create(vendor, properties, {
    name: property,
    label: 'Oncely key',
    description: 'Tells which record an automated action made, so that it is made once. Do not edit.',
    groupName,
    type: 'string',
    fieldType: 'text',
    hasUniqueValue: true,
    formField: false,
    hidden: false,
  });
  return { objectType, property: 'created', group: group ? 'exists' : 'created' };
}

async function lookFor(read: Read, path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { status, body } = await read('GET', path);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`HubSpot answered ${status} for ${path}: ${String(body?.message ?? '')}`);
  return body as Readonly<Record<string, unknown>>;
}

/** Outside of the ledger: a name can be there once, so a second one is refused as being there. */
async function create(vendor: Vendor, path: string, body: object): Promise<void> {
  const end = await vendor.send(
    {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      text: JSON.stringify(body),
      encoding: 'text',
      auth: 'bearer',
    },
    { check: () => undefined, remainingMs: () => 30_000 },
  );
  if (end.kind !== 'answered') throw new Error(`HubSpot did not answer to POST ${path} (${end.reason})`);
  const { status, body: text } = end.response;
  if (status >= 200 && status < 300) return;
  if (status === 409) return;
  throw new Error(`HubSpot refused POST ${path} with ${status}: ${messageOf(text)}`);
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { readonly message?: string }).message ?? text);
  } catch {
    return text.slice(0, 200);
  }
}
