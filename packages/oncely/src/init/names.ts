import { basename, dirname } from 'node:path';

import { pathIn, type UserProject } from './user-project.ts';
import type { Unit } from './unit.ts';

/** Names that say where code runs, and not what it is for. */
const general = new Set(
  `GET POST PUT PATCH DELETE handler handle main default run execute process perform invoke call work start index
   route server app page worker job task action tool node agent lib src actions api script bin cli
   graph packages apps services functions`.split(/\s+/),
);

/** `refund`: the file's name where it tells something, else its folder's, else the project's. */
export function workflowIdOf(project: UserProject, { node }: Unit): string {
  const path = node.getSourceFile().getFilePath();
  const folders = pathIn(project.root, dirname(path)).split('/').toReversed();
  const all = [basename(path).replace(/\.\w+$/, ''), ...folders, project.name.replace(/^@[^/]*\//, '')];
  return kebab(all.find((each) => each !== '' && !/^[.[(]/.test(each) && !general.has(each)) ?? 'agent');
}

/** `refunds-create` of `refunds.create`, `post-message` of `chat.postMessage`; where that is taken, by its function. */
export function effectIdOf(path: readonly string[], { name }: Unit, isFree: (id: string) => boolean): string {
  const telling = path.filter((each) => !['crm', 'basicApi', 'batchApi', 'chat', 'v2'].includes(each)).join('-');
  const wanted = [telling, ...(name === undefined || general.has(name) ? [] : [`${name}-${telling}`])].map(kebab);
  const free = wanted.find(isFree);
  if (free !== undefined) return free;
  let number = 2;
  while (!isFree(`${wanted[0]}-${number}`)) number += 1;
  return `${wanted[0]}-${number}`;
}

function kebab(text: string): string {
  return text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll(/[^\w-]+/g, '-')
    .toLowerCase();
}
