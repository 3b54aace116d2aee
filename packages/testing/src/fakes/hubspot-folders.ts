import { object, requiredText, text } from './hubspot-body.ts';
import { HubSpotFailure, notFound } from './hubspot-failure.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';

interface Folder {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
}

export const foldersOf = (portal: Portal): Map<string, Folder> =>
  portal.store('folders', () => new Map<string, Folder>());

function shown(folder: Folder): object {
  const time = isoTime(folder.createdAt);
  return { ...folder, archived: false, createdAt: time, updatedAt: time };
}

function named(call: HubSpotCall): Folder {
  const folder = foldersOf(call.portal).get(call.params['folderId'] ?? '');
  if (!folder) throw notFound(`No folder exists with id ${call.params['folderId']}`);
  return folder;
}

function applied(portal: Portal, verb: string, { id, name, path }: Folder): void {
  portal.record({ operation: `folders.${verb}`, objectType: undefined, id, properties: { name, path } });
}

/** A path is taken by one folder. */
function create(call: HubSpotCall): Reply {
  const { portal } = call;
  const body = object(call.body, 'body');
  const name = requiredText(body['name'], 'name');
  const parent = foldersOf(portal).get(text(body['parentFolderId']) ?? '')?.path ?? text(body['parentPath']) ?? '';
  const path = `${parent.replace(/\/$/, '')}/${name}`;
  if ([...foldersOf(portal).values()].some((folder) => folder.path === path)) {
    throw new HubSpotFailure(409, `A folder with path ${path} already exists.`, { category: 'CONFLICT' });
  }
  const made = { id: portal.newId(), name, path, createdAt: portal.now() };
  foldersOf(portal).set(made.id, made);
  applied(portal, 'create', made);
  return { status: 201, body: shown(made) };
}

function archive(call: HubSpotCall): Reply {
  const folder = named(call);
  foldersOf(call.portal).delete(folder.id);
  applied(call.portal, 'archive', folder);
  return { status: 204 };
}

const scope = (): string => 'files';
const folders = '/files/v3/folders';

export const folderRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: folders, scope, run: create },
  { verb: 'GET', path: `${folders}/:folderId`, scope, run: (call) => ({ status: 200, body: shown(named(call)) }) },
  { verb: 'DELETE', path: `${folders}/:folderId`, scope, run: archive },
];
