import { defineOperation, type Operation, type SafetyClass } from '@oncely/core';
import { pathSpellings, plainPath, refuseTwoNames } from '@oncely/core/adapter';

import { association, nameOf, object, rough } from './name-of.ts';
import { typeName } from './object-types.ts';
import { olderPaths, sameApi } from './same-api.ts';
import { writePaths, type WritePath } from './write-paths.ts';

/**
 * How what an operation does is seen at HubSpot, and so what its doubt is settled by.
 *
 * | kind | read back |
 * |---|---|
 * | `create`, `create_batch` | by our unique property |
 * | `create_named` | by the name that may exist once |
 * | `create_listed` | in the list of its kind, by what was set and when it was made |
 * | `update`, `update_batch`, `upsert_batch` | the same properties of the same objects |
 * | `fields` | a GET of the same path |
 * | `gone` | a GET of the same path, which says 404 |
 * | `archive_batch` | the same objects, which are no longer there |
 * | `associate`, `dissociate`, and `_batch` | the associations of the first object |
 * | `members` | the members of the list |
 * | `send_once` | not at all; HubSpot sends once for a `sendId` |
 * | `none` | nothing shows it |
 */
export type Kind =
  | 'create'
  | 'create_batch'
  | 'create_named'
  | 'create_listed'
  | 'update'
  | 'update_batch'
  | 'upsert_batch'
  | 'fields'
  | 'gone'
  | 'archive_batch'
  | 'associate'
  | 'associate_batch'
  | 'dissociate'
  | 'dissociate_batch'
  | 'members'
  | 'send_once'
  | 'none';

export interface HubSpotOperation extends Operation {
  readonly kind: Kind;
}

/** One write of the SDK, as it is named and treated. */
export interface Listed extends WritePath {
  readonly name: string;
  readonly kind: Kind;
}

const safetyOf: Readonly<Record<Kind, SafetyClass>> = {
  create: { kind: 'constrained' },
  create_batch: { kind: 'constrained' },
  create_named: { kind: 'constrained' },
  create_listed: { kind: 'probed' },
  update: { kind: 'natural' },
  update_batch: { kind: 'natural' },
  upsert_batch: { kind: 'natural' },
  fields: { kind: 'natural' },
  gone: { kind: 'natural' },
  archive_batch: { kind: 'natural' },
  associate: { kind: 'natural' },
  associate_batch: { kind: 'natural' },
  dissociate: { kind: 'natural' },
  dissociate_batch: { kind: 'natural' },
  members: { kind: 'natural' },
  // "No more than one email will be sent with a given sendId"; for how long HubSpot does not say, so for a day only:
  // https://developers.hubspot.com/docs/api-reference/legacy/marketing/transactional-emails/create-transactional-email
  send_once: { kind: 'keyed', windowMs: 24 * 3_600_000 },
  none: { kind: 'unverifiable' },
};

const associations = '/crm/v4/associations/{fromObjectType}/{toObjectType}';

/** Where the rule of `kindOf` does not say it all. */
const kinds: Readonly<Record<string, Kind>> = {
  [`POST ${object}`]: 'create',
  [`POST ${object}/batch/create`]: 'create_batch',
  [`POST ${object}/batch/update`]: 'update_batch',
  [`POST ${object}/batch/upsert`]: 'upsert_batch',
  [`POST ${object}/batch/archive`]: 'archive_batch',
  [`PATCH ${object}/{objectId}`]: 'update',
  [`POST ${associations}/batch/create`]: 'associate_batch',
  [`POST ${associations}/batch/associate/default`]: 'associate_batch',
  [`POST ${associations}/batch/archive`]: 'dissociate_batch',
  [`PUT /crm/v4/objects/{objectType}/{objectId}/${association}`]: 'associate',
  ['PUT /crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId}']: 'associate',
  [`DELETE /crm/v4/objects/{objectType}/{objectId}/${association}`]: 'dissociate',
  'PUT /crm/v3/lists/{listId}/memberships/add': 'members',
  'PUT /crm/v3/lists/{listId}/memberships/remove': 'members',
  'POST /crm/v3/lists': 'create_named',
  'POST /crm/v3/properties/{objectType}': 'create_named',
  'POST /crm/v3/properties/{objectType}/groups': 'create_named',
  'POST /cms/v3/hubdb/tables': 'create_named',
  'POST /crm-object-schemas/v3/schemas': 'create_listed',
  'POST /crm/v3/pipelines/{objectType}': 'create_listed',
  'POST /crm/v3/pipelines/{objectType}/{pipelineId}/stages': 'create_listed',
  'POST /integrators/timeline/v3/{appId}/event-templates': 'create_listed',
  'POST /webhooks/v3/{appId}/subscriptions': 'create_listed',
  'POST /marketing/v3/transactional/single-email/send': 'send_once',
  // What a GET of the same path shows is another thing than what was asked for: a list without members is still there, a
  // file or a function is no JSON, labels come all together, and a schedule is over once it has run.
  'PUT /automation/v4/actions/{appId}/{definitionId}/functions/{functionType}': 'none',
  'PUT /automation/v4/actions/{appId}/{definitionId}/functions/{functionType}/{functionId}': 'none',
  'DELETE /cms/v3/source-code/{environment}/content/{path}': 'none',
  'PUT /crm/associations/v4/{fromObjectType}/{toObjectType}/labels': 'none',
  'PUT /crm/v4/associations/{fromObjectType}/{toObjectType}/labels': 'none',
  'DELETE /crm/v3/lists/{listId}/memberships': 'none',
  'DELETE /crm/v3/lists/{listId}/schedule-conversion': 'none',
  'PUT /crm/v3/lists/{listId}/schedule-conversion': 'none',
  'PUT /cms/v3/source-code/{environment}/content/{path}': 'none',
  'PUT /files/v3/files/{fileId}': 'none',
};

/** Every write of the SDK, with its class: what the table in the README is made from. */
export const listed: readonly Listed[] = writePaths.map((each) => ({
  ...each,
  name: `hubspot.${nameOf(each)}`,
  kind: kindOf(each),
}));

const matchers = listed.map((entry) => ({ entry, pattern: patternOf(entry.path) }));

/** POSTs that only read, beside `/search` and `/batch/read`. */
const reading = [/^\/crm\/v3\/lists\/idmapping$/, /^\/cms\/v3\/source-code\/[^/]+\/validate\/./];

/**
 * Tokens: given to this process, seen by nobody, and full of secrets in the request itself. They are no effect and never
 * come near the ledger.
 */
const credentials = [/^\/oauth\//, /^\/visitor-identification\/v3\/tokens\/create$/];

/** Whether a request changes something at HubSpot. Anything that is not known to read is a write. */
export function isWrite(method: string, path: string): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const plain = plainOf(path);
  if (!onlyReads(method, plain)) return true;
  // What reads as it is spelled may write at a server that takes the spelling for another path.
  const canonical = listedPath(method, plain);
  return canonical !== undefined && !onlyReads(method, canonical);
}

function onlyReads(method: string, plain: string): boolean {
  if (credentials.some((each) => each.test(plain))) return true;
  return method === 'POST' && (/\/(search|batch\/read)$/.test(plain) || reading.some((each) => each.test(plain)));
}

/** Texts that people read; a change of them alone does not make another object. An update of one is its substance. */
const wording: readonly string[] = [
  'description',
  'content',
  'message',
  'hs_note_body',
  'hs_task_body',
  'hs_task_subject',
  'hs_call_body',
  'hs_call_title',
  'hs_email_subject',
  'hs_email_text',
  'hs_email_html',
  'hs_meeting_title',
  'hs_meeting_body',
  'hs_internal_meeting_notes',
  'hs_communication_body',
  'hs_postal_mail_body',
].map((name) => `properties.${name}`);

const material: readonly string[] = ['email', 'amount', 'dealname', 'name', 'subject', 'dealstage', 'pipeline'].map(
  (name) => `properties.${name}`,
);

/** The operation of a write, from its method and path. One that is not of the SDK is unverifiable. */
export function operationOf(method: string, path: string, landingBoundMs: number): HubSpotOperation {
  const plain = plainOf(path);
  const found = listedFor(method, plain);
  const kind = found?.kind ?? 'none';
  const name = nameFor(method, plain, found);
  return {
    ...defineOperation({
      name,
      safety: safetyOf[kind],
      // What has no field of its own is known by the whole of what it says.
      ...(kind === 'create_listed' ? { findsBy: 'content' as const } : {}),
      landingBoundMs,
      material: kind === 'create' ? material : name.endsWith('.sendEmail') ? ['emailId', 'message'] : [],
      wording: kind === 'create' ? wording : kind === 'create_named' ? ['description'] : [],
    }),
    kind,
  };
}

function listedFor(method: string, plain: string): Listed | undefined {
  return matchers.find(({ entry, pattern }) => entry.method === method && pattern.test(plain))?.entry;
}

/**
 * One operation has one name, however its path is written (with encoded letters, doubled slashes, capitals, `;a=1`, another
 * version of the same API), so that what is declared for it holds for all of them. Only the path as it is listed is also
 * looked up.
 */
function nameFor(method: string, plain: string, found: Listed | undefined): string {
  const same = sameApi(method, plain);
  const entry = found ?? listedFor(method, same);
  const canonical = listedPath(method, plain);
  const listedAs = canonical === undefined ? undefined : listedFor(method.toUpperCase(), canonical);
  // Two entries are refused before anything is sent; of one, only the type of object can be spelled in two ways.
  if (canonical !== undefined && listedAs && (entry ?? listedAs) === listedAs) return nameIn(listedAs, canonical);
  return entry ? nameIn(entry, same) : `hubspot.${method.toLowerCase()}${rough(same)}`;
}

function nameIn({ name }: Listed, path: string): string {
  return name.replace('<type>', typeName(path.split('/')[4] ?? ''));
}

const spellings = pathSpellings([
  ...listed.map(({ method, path }) => ({ method, path: path.replace(/\{path\}$/, '**') })),
  ...olderPaths,
]);

/** The listed path that a lenient server would take this one for. */
function listedPath(method: string, plain: string): string | undefined {
  const verb = method.toUpperCase();
  const found = spellings(verb, sameApi(verb, plainPath(plain)));
  return found === undefined ? undefined : sameApi(verb, found);
}

/**
 * A path that is a known operation as it stands, and another to a server that drops `;a=1` or minds no case, has no one
 * name.
 *
 * @throws OncelyError `invalid_input`
 */
export function refuseAmbiguous(method: string, path: string): void {
  const plain = plainOf(path);
  const asItIs = listedFor(method, plain) ?? listedFor(method, sameApi(method, plain));
  const canonical = listedPath(method, plain);
  const other = canonical === undefined ? undefined : listedFor(method.toUpperCase(), canonical);
  if (!asItIs || canonical === undefined || !other || asItIs === other) return;
  refuseTwoNames('HubSpot', plain, canonical, [asItIs.name, other.name]);
}

const notObjects: ReadonlySet<string> = new Set(listed.flatMap(({ kind, name }) => (kind === 'create' ? [] : [name])));

/** The type of CRM object that an operation creates one of, by the operation's name; `undefined` of any other. */
export function createdType(operation: string): string | undefined {
  return notObjects.has(operation) ? undefined : /^hubspot\.crm\.([\w-]+)\.create$/.exec(operation)?.[1];
}

/** The same operation where this portal lacks what its class rests on. */
export function weakened(operation: HubSpotOperation): HubSpotOperation {
  return { ...operation, safety: safetyOf.none, kind: 'none' };
}

/** How an operation of this kind is treated. */
export function safetyOfKind(kind: Kind): SafetyClass['kind'] {
  return safetyOf[kind].kind;
}

/** The type of CRM object that a path is about. */
export function objectTypeOf(path: string): string {
  return decodeURIComponent(plainOf(path).split('/')[4] ?? '');
}

export function plainOf(path: string): string {
  const plain = path.split('?')[0] ?? path;
  return plain.length > 1 ? plain.replace(/\/$/, '') : plain;
}

function kindOf(each: WritePath): Kind {
  const own = kinds[`${each.method} ${each.path}`];
  if (own !== undefined) return own;
  if (!each.readable) return 'none';
  return each.method === 'DELETE' ? 'gone' : 'fields';
}

function patternOf(path: string): RegExp {
  const source = path.replace(/\{path\}/g, '.+').replace(/\{[^{}]+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}

/** Every name there is, `*` for the types of objects and for paths that nobody knows. */
export const operationNames: readonly string[] = [
  ...new Set(listed.map(({ name }) => name.replace('<type>', '*'))),
  ...['post', 'put', 'patch', 'delete'].map((verb) => `hubspot.${verb}.*`),
];

/** The one name of an operation on CRM objects, whatever the type is called in it. */
export function canonicalName(name: string): string {
  if (everyName.has(name)) return name;
  const [, type, action] = /^hubspot\.crm\.([^.*]+)\.([\w.]+)$/.exec(name) ?? [];
  if (type === undefined || action === undefined || !everyName.has(`hubspot.crm.<type>.${action}`)) return name;
  return `hubspot.crm.${typeName(type)}.${action}`;
}

const everyName: ReadonlySet<string> = new Set(listed.map(({ name }) => name));
