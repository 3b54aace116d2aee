import { writePaths, type WritePath } from './write-paths.ts';

/** Parts of paths that more than one table speaks of. */
export const object = '/crm/v3/objects/{objectType}';
export const association = 'associations/{toObjectType}/{toObjectId}';

/** Names that the rule of `nameOf` would make clumsy, as the SDK calls them. */
const names: Readonly<Record<string, string>> = {
  'POST /events/v3/send': 'events.send',
  'POST /events/v3/send/batch': 'events.send.batch',
  'POST /files/v3/files': 'files.upload',
  'PUT /files/v3/files/{fileId}': 'files.replace',
  'POST /files/v3/files/import-from-url/async': 'files.importFromUrl',
  'POST /marketing/v3/transactional/single-email/send': 'marketing.transactional.sendEmail',
  'PUT /crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId}':
    'crm.associations.createDefault',
  [`PUT /crm/v4/objects/{objectType}/{objectId}/${association}`]: 'crm.associations.create',
  [`DELETE /crm/v4/objects/{objectType}/{objectId}/${association}`]: 'crm.associations.archive',
  'POST /crm/v3/lists': 'crm.lists.create',
  'PUT /crm/v3/lists/{listId}/memberships/add': 'crm.lists.memberships.add',
  'PUT /crm/v3/lists/{listId}/memberships/remove': 'crm.lists.memberships.remove',
};

/** The name of a write of the SDK, without the vendor's; `<type>` stands for the type of object. */
export function nameOf({ method, path, readable }: WritePath): string {
  const own = names[`${method} ${path}`];
  if (own !== undefined) return own;
  const segments = path.split('/').filter((each) => each !== '' && !/^v\d+$/.test(each));
  const objects = path.startsWith(object);
  const words = segments
    .filter((each) => !each.startsWith('{') && !(objects && each === 'objects'))
    .map(camel)
    .filter((each, index, all) => each !== all[index - 1])
    .flatMap((each) => (each === 'crmObjectSchemas' ? ['crm'] : [each]));
  if (objects) words.splice(1, 0, '<type>');
  // Version 4 came second, so it goes by the plain name, and what is older says so.
  if (path.startsWith('/crm/associations/v4/') || path.startsWith('/crm/v3/associations/')) words.push('legacy');
  const verb = { POST: 'create', PATCH: 'update', PUT: 'replace', DELETE: 'archive' }[method] ?? method.toLowerCase();
  // Of a thing, which goes by the verb, or an action of its own name.
  const action = !path.endsWith('}') && (method === 'POST' ? !isThing(path) : !readable);
  return (action ? words : [...words, verb]).join('.');
}

function isThing(path: string): boolean {
  return writePaths.some((each) => each.method !== 'POST' && (each.path === path || each.path.startsWith(`${path}/{`)));
}

function camel(segment: string): string {
  return segment.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A name for a path that nobody knows: without what looks like an id. */
export function rough(plain: string): string {
  return plain
    .split('/')
    .slice(0, mostSegments)
    .map((each) => (/^([a-z_-]{0,40}|v\d{1,4})$/.test(each) ? each : ':id'))
    .join('.')
    .slice(0, 250);
}

const mostSegments = 16;
