import { readdirSync, readFileSync } from 'node:fs';

import type { Change } from './plan.ts';

/** The classes of work of docs/playbook.md. */
export type TemplateName = 'short-tools' | 'long-research' | 'hand-offs';

const slack = ['@oncely/core', '@oncely/slack', '@slack/web-api'];
const both = [...slack, '@oncely/stripe', 'stripe'];

/** What the files of each template import; they lie in `templates/`. */
export const templates: Readonly<Record<TemplateName, { readonly install: readonly string[] }>> = {
  'short-tools': { install: both },
  'long-research': { install: slack },
  'hand-offs': { install: both },
};

/** The files of a template, as files that are new. */
export function templateFiles(name: TemplateName): readonly Change[] {
  const folder = new URL(`../../templates/${name}/`, import.meta.url);
  return readdirSync(folder)
    .toSorted()
    .map((path) => ({ path, before: undefined, after: readFileSync(new URL(path, folder), 'utf8') }));
}
