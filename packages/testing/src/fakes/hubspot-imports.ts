import { createHash } from 'node:crypto';

import { object, requiredText, text } from './hubspot-body.ts';
import { notFound } from './hubspot-failure.ts';
import { fileApplied, filesOf, shownFile } from './hubspot-files.ts';
import type { StoredFile } from './hubspot-files.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';

const tasksOf = (portal: Portal): Map<string, StoredFile> =>
  portal.store('imports', () => new Map<string, StoredFile>());

/** Takes a file from an address, done at once. The fake never goes there: the bytes are those of the address. */
function importFile(call: HubSpotCall): Reply {
  const { portal } = call;
  const body = object(call.body, 'body');
  const url = requiredText(body['url'], 'url');
  const given = text(body['name']) ?? url.split('/').at(-1) ?? 'file';
  const at = portal.now();
  const file: StoredFile = {
    id: portal.newId(),
    name: given.replace(/\.[a-z0-9]+$/i, ''),
    extension: /\.([a-z0-9]+)$/i.exec(given)?.[1]?.toLowerCase() ?? '',
    folder: text(body['folderPath']) ?? '/',
    access: requiredText(body['access'], 'access'),
    size: Buffer.byteLength(url),
    md5: createHash('md5').update(url).digest('hex'),
    createdAt: at,
    updatedAt: at,
  };
  filesOf(portal).set(file.id, file);
  const taskId = portal.newId();
  tasksOf(portal).set(taskId, file);
  fileApplied(portal, 'import', file);
  const links = { status: `/files/v3/files/import-from-url/async/tasks/${taskId}/status` };
  return { status: 202, body: { id: taskId, links } };
}

function status(call: HubSpotCall): Reply {
  const taskId = call.params['taskId'] ?? '';
  const file = tasksOf(call.portal).get(taskId);
  if (!file) throw notFound(`No task exists with id ${taskId}`);
  const time = isoTime(file.createdAt);
  const times = { requestedAt: time, startedAt: time, completedAt: time };
  return { status: 200, body: { taskId, status: 'COMPLETE', ...times, result: shownFile(file) } };
}

const scope = (): string => 'files';
const imports = '/files/v3/files/import-from-url/async';

export const importRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: imports, scope, run: importFile },
  { verb: 'GET', path: `${imports}/tasks/:taskId/status`, scope, run: status },
];
