import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { exampleOf, tryExample } from './examples.ts';
import { flavours } from './flavours.ts';
import {
  entriesOf,
  installLine,
  loadedBy,
  makeProject,
  oursIn,
  readInstalled,
  requireAll,
  type Making,
  type Project,
} from './project.ts';
import type { Registry } from './registry.ts';
import type { Report } from './report.ts';
import type { Subject } from './subjects.ts';
import { uses } from './uses.ts';

export interface Surroundings {
  readonly report: Report;
  readonly registry: Registry;
  /** In which a folder is made for each project. */
  readonly folder: string;
  readonly root: string;
  readonly pnpm?: string;
}

/** What an older project still compiles with. */
const oldestTypescript = 'typescript@5.9.3';

/** Everything that is tried of one package. */
export async function trySubject(subject: Subject, surroundings: Surroundings): Promise<void> {
  const { oldest } = subject;
  const some = flavours.filter(({ name }) => name === 'nodenext' || name === 'esm');
  await tryIn(subject, { manager: 'npm' }, flavours, surroundings, 'npm');
  if (surroundings.pnpm !== undefined)
    await tryIn(subject, { manager: 'pnpm', pnpm: surroundings.pnpm }, some, surroundings, 'pnpm');
  if (oldest) {
    const making = { manager: 'npm', instead: oldest, typescript: oldestTypescript } as const;
    await tryIn(subject, making, some, surroundings, [...oldest, oldestTypescript].join(' '));
  }
}

async function tryIn(
  subject: Subject,
  making: Making,
  which: typeof flavours,
  { report, registry, folder, root }: Surroundings,
  label: string,
): Promise<void> {
  const { name, loads, beside = [] } = subject;
  const say = (what: string): string => `${name}, ${label}: ${what}`;
  const short = name.replace('@oncely/', '');
  const packages = installLine(readFileSync(join(root, 'packages', short, 'README.md'), 'utf8'));
  let project: Project | undefined;
  await report.check(say('installs'), async () => {
    const place = join(folder, `${short}-${label.replaceAll(/[^\w.-]/g, '_')}`);
    project = await makeProject(place, [...packages, ...beside], registry, making);
    return [...packages, ...beside].join(' ');
  });
  const made = project;
  if (made === undefined) return;
  await report.check(
    say('brings no other package of ours than it names, and its licence, changelog and README'),
    async () => {
      const { dependencies = {} } = JSON.parse(readInstalled(made, name, 'package.json')) as { dependencies?: object };
      const named = [...packages, ...beside, ...Object.keys(dependencies)].filter((each) =>
        /^@?oncely(\/|$)/.test(each),
      );
      const wanted = [...named, '@oncely/core'];
      const more = oursIn(made).filter((each) => !wanted.includes(each));
      if (more.length > 0) throw new Error(`it brought ${more.join(', ')}`);
      for (const file of ['LICENSE', 'CHANGELOG.md', 'README.md']) readInstalled(made, name, file);
    },
  );
  const entries = entriesOf(made, name);
  await report.check(say(`its ${entries.length} entries load nothing but ${loads.join(', ')}`), async () => {
    const others = (await loadedBy(made, entries)).filter((each) => !loads.includes(each));
    if (others.length > 0) throw new Error(`they also loaded ${others.join(', ')}`);
  });
  if (which.some((flavour) => flavour.name === 'cjs'))
    await report.check(say('its entries by require'), () => requireAll(made, entries));
  const example = exampleOf(readInstalled(made, name, 'README.md'));
  for (const flavour of example ? which : [])
    await report.check(say(`the README's example, ${flavour.name}, twice`), () =>
      tryExample(made, example as NonNullable<typeof example>, flavour),
    );
  const use = uses[name];
  if (use) await report.check(say(use.what), () => use.work(made));
  else if (!example) await report.check(say('is used'), () => Promise.reject(new Error('nothing uses it')));
}
