import { createHash } from 'node:crypto';

import { isObject, object, parseBody, requiredText, text } from './hubspot-body.ts';
import type { JsonObject } from './hubspot-body.ts';
import { HubSpotFailure, invalid, notFound } from './hubspot-failure.ts';
import { foldersOf } from './hubspot-folders.ts';
import type { FormPart } from './hubspot-form.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';

export interface StoredFile {
  readonly id: string;
  name: string;
  extension: string;
  folder: string;
  access: string;
  size: number;
  md5: string;
  readonly createdAt: number;
  updatedAt: number;
}

export const filesOf = (portal: Portal): Map<string, StoredFile> =>
  portal.store('files', () => new Map<string, StoredFile>());

export function shownFile(file: StoredFile): object {
  const path = `${file.folder}/${file.name}`;
  const url = `https://1.fs1.hubspotusercontent.example${path}.${file.extension}`;
  return {
    id: file.id,
    name: file.name,
    path,
    extension: file.extension,
    type: /^(png|jpe?g|gif|webp)$/.test(file.extension) ? 'IMG' : 'DOCUMENT',
    size: file.size,
    fileMd5: file.md5,
    access: file.access,
    url,
    defaultHostingUrl: url,
    isUsableInContent: true,
    archived: false,
    createdAt: isoTime(file.createdAt),
    updatedAt: isoTime(file.updatedAt),
  };
}

export function fileApplied(portal: Portal, verb: string, file: StoredFile): void {
  const { id, name, folder, access, md5, size } = file;
  portal.record({
    operation: `files.${verb}`,
    objectType: undefined,
    id,
    properties: { name, folder, access, md5, size: String(size) },
  });
}

const partText = (form: ReadonlyMap<string, FormPart>, name: string): string | undefined => {
  const part = form.get(name);
  return typeof part === 'string' ? part : undefined;
};

function folderOf(portal: Portal, form: ReadonlyMap<string, FormPart>): string {
  const path = partText(form, 'folderPath');
  if (path !== undefined) return path.startsWith('/') ? path : `/${path}`;
  const folder = foldersOf(portal).get(partText(form, 'folderId') ?? '');
  if (!folder) throw invalid('folderId or folderPath is required and must exist');
  return folder.path;
}

/**
 * Stores a file. The only thing that keeps a repeat from being a second file is what `options` ask for:
 * `duplicateValidationStrategy` REJECT or RETURN_EXISTING compares the bytes, `overwrite` the name.
 * https://developers.hubspot.com/docs/api-reference/files-files-v3/guide
 */
function upload(call: HubSpotCall): Reply {
  const { portal, form } = call;
  const file = form?.get('file');
  if (!form || file === undefined || typeof file === 'string') throw invalid('file is required');
  const options = optionsOf(partText(form, 'options'));
  const access = requiredText(options['access'], 'access');
  const folder = folderOf(portal, form);
  const fileName = partText(form, 'fileName') ?? file.name;
  const extension = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const name = fileName.replace(/\.[a-z0-9]+$/i, '');
  const md5 = createHash('md5').update(file.bytes).digest('hex');
  const at = portal.now();

  const inFolder = text(options['duplicateValidationScope']) === 'EXACT_FOLDER';
  const twin = [...filesOf(portal).values()].find((one) => one.md5 === md5 && (!inFolder || one.folder === folder));
  const strategy = text(options['duplicateValidationStrategy']) ?? 'NONE';
  if (twin && strategy === 'RETURN_EXISTING') return { status: 201, body: shownFile(twin) };
  if (twin && strategy === 'REJECT') {
    throw new HubSpotFailure(409, `A duplicate of this file exists. Existing ID: ${twin.id}`, { category: 'CONFLICT' });
  }
  const sameName = [...filesOf(portal).values()].find((one) => one.name === name && one.folder === folder);
  if (sameName && options['overwrite'] === true) {
    Object.assign(sameName, { md5, size: file.bytes.length, access, extension, updatedAt: at });
    fileApplied(portal, 'replace', sameName);
    return { status: 201, body: shownFile(sameName) };
  }
  const made: StoredFile = {
    id: portal.newId(),
    name: sameName ? `${name}-${filesOf(portal).size}` : name,
    extension,
    folder,
    access,
    size: file.bytes.length,
    md5,
    createdAt: at,
    updatedAt: at,
  };
  filesOf(portal).set(made.id, made);
  fileApplied(portal, 'upload', made);
  return { status: 201, body: shownFile(made) };
}

function optionsOf(given: string | undefined): JsonObject {
  const parsed = given === undefined ? undefined : parseBody(given);
  if (!isObject(parsed)) throw invalid('options is required');
  return parsed;
}

function named(call: HubSpotCall): StoredFile {
  const file = filesOf(call.portal).get(call.params['fileId'] ?? '');
  if (!file) throw notFound(`No file exists with id ${call.params['fileId']}`);
  return file;
}

function update(call: HubSpotCall): Reply {
  const file = named(call);
  const body = object(call.body, 'body');
  file.name = text(body['name']) ?? file.name;
  file.access = text(body['access']) ?? file.access;
  file.folder = text(body['parentFolderPath']) ?? file.folder;
  file.updatedAt = call.portal.now();
  fileApplied(call.portal, 'update', file);
  return { status: 200, body: shownFile(file) };
}

function replace(call: HubSpotCall): Reply {
  const stored = named(call);
  const file = call.form?.get('file');
  if (file === undefined || typeof file === 'string') throw invalid('file is required');
  stored.md5 = createHash('md5').update(file.bytes).digest('hex');
  stored.size = file.bytes.length;
  stored.updatedAt = call.portal.now();
  fileApplied(call.portal, 'replace', stored);
  return { status: 200, body: shownFile(stored) };
}

const remove =
  (verb: string) =>
  (call: HubSpotCall): Reply => {
    const file = named(call);
    filesOf(call.portal).delete(file.id);
    fileApplied(call.portal, verb, file);
    return { status: 204 };
  };

function search(call: HubSpotCall): Reply {
  const [name, path] = [call.query.get('name'), call.query.get('path')];
  const results = [...filesOf(call.portal).values()]
    .filter((file) => name === null || file.name === name)
    .filter((file) => path === null || `${file.folder}/${file.name}` === path)
    .map(shownFile);
  return { status: 200, body: { results } };
}

const scope = (): string => 'files';
const files = '/files/v3/files';

export const fileRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: files, scope, run: upload },
  { verb: 'GET', path: `${files}/search`, scope, run: search },
  { verb: 'GET', path: `${files}/:fileId`, scope, run: (call) => ({ status: 200, body: shownFile(named(call)) }) },
  { verb: 'PATCH', path: `${files}/:fileId`, scope, run: update },
  { verb: 'PUT', path: `${files}/:fileId`, scope, run: replace },
  { verb: 'DELETE', path: `${files}/:fileId`, scope, run: remove('archive') },
  { verb: 'DELETE', path: `${files}/:fileId/gdpr-delete`, scope, run: remove('purge') },
];
