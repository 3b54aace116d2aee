import { decoded } from './object-types.ts';

/** Paths of older versions that make the same: the operation goes by the name of the present one. */
const older: readonly (readonly [method: string, path: RegExp, same: string])[] = [
  ['POST', /^\/contacts\/v1\/contact$/i, '/crm/v3/objects/contacts'],
  ['DELETE', /^\/contacts\/v1\/contact\/vid\/([^/]+)$/i, '/crm/v3/objects/contacts/$1'],
  ['POST', /^\/companies\/v2\/companies$/i, '/crm/v3/objects/companies'],
  ['DELETE', /^\/companies\/v2\/companies\/([^/]+)$/i, '/crm/v3/objects/companies/$1'],
  ['POST', /^\/deals\/v1\/deal$/i, '/crm/v3/objects/deals'],
  ['DELETE', /^\/deals\/v1\/deal\/([^/]+)$/i, '/crm/v3/objects/deals/$1'],
  ['POST', /^\/crm-objects\/v1\/objects\/([^/]+)$/i, '/crm/v3/objects/$1'],
];

/** Versions of the API of objects: by number, and by date behind the name. */
const versioned = /^\/crm\/(?:v\d{1,4}\/objects|objects\/(?:v\d{1,4}|\d{4}-\d{2}))\/(?!.*\/associations(?:\/|$))(.+)$/i;

/** Those of the older versions, as a table has them. */
export const olderPaths: readonly { readonly method: string; readonly path: string }[] = older.map(
  ([method, path]) => ({
    method,
    path: path.source
      .replace(/^\^|\$$/g, '')
      .replaceAll('\\/', '/')
      .replaceAll('([^/]+)', '{id}'),
  }),
);

/** The path of the listed API that does the same, as a server reads it; the path itself where there is none. */
export function sameApi(method: string, plain: string): string {
  const read = `/${plain
    .split('/')
    .map((each) => decoded(each).replaceAll('/', '_'))
    .filter((each) => each !== '')
    .join('/')}`;
  const objects = versioned.exec(read)?.[1];
  if (objects !== undefined) return `/crm/v3/objects/${objects}`;
  for (const [verb, path, same] of older) {
    const found = verb === method ? path.exec(read) : null;
    if (found) return same.replace('$1', () => found[1] ?? '');
  }
  return read;
}
