import type { SourceFile } from 'ts-morph';

import { clientMoveOf, type ClientMove } from './client-move.ts';
import { constructionOf, type Construction } from './clients.ts';
import { configOf, exportedOncely, isOurConfig, newConfigPath, specifierOf } from './config-place.ts';
import { clientsIn, extendedConfig, newConfig, type LedgerKind, type NamedMove } from './config-text.ts';
import { applied, type Edit } from './edits.ts';
import { importEdits, quoteOf } from './imports.ts';
import { effectIdOf, workflowIdOf } from './names.ts';
import { byteOrderMark, pathIn, placeOf, type UserProject } from './user-project.ts';
import { doubtsOf, writeEdits, writeMoveOf } from './write-move.ts';
import { writesIn, type RawWrite } from './writes.ts';

/** One thing that was found. `becomes`: it moves; `why`: it is left to a person; both: it moves, and should be looked at. */
export interface Finding {
  /** `src/refund.ts:12` */
  readonly place: string;
  readonly kind: 'client' | 'write' | 'retry' | 'unused';
  /** As it is written: `new Stripe`, `stripe.refunds.create`, `p-retry`. */
  readonly what: string;
  readonly becomes?: string;
  readonly why?: string;
}

/** A file that changes, by its path from the root; `before` is `undefined` where it is new. */
export interface Change {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

export interface Plan {
  readonly findings: readonly Finding[];
  readonly changes: readonly Change[];
  /** The packages that the changed code imports and the project does not have. */
  readonly install: readonly string[];
  /** What else the changed project needs before it runs. */
  readonly notes: readonly string[];
}

export interface PlanOptions {
  /** Names that the user said are the business case's. */
  readonly businessIds: readonly string[];
  readonly ledger: LedgerKind | undefined;
  /** Whether writes go into scopes; else clients alone move, and the writes are observed. */
  readonly scopes: boolean;
}

/** What would be changed in a project, and what cannot be; nothing is written. */
export function planOf(project: UserProject, options: PlanOptions): Plan {
  const findings: Finding[] = [];
  const edits = new Map<SourceFile, Edit[]>();
  const edit = (file: SourceFile, more: readonly Edit[]): void => {
    edits.set(file, [...(edits.get(file) ?? []), ...more]);
  };
  const config = configOf(project);
  const exported = config ? exportedOncely(project, config) : 'oncely';
  if (exported === undefined) {
    const place = config ? placeOf(project, config) : '';
    const why = 'it is not exported, so nothing can move to it: export const oncely = createOncely({ ... })';
    return { findings: [{ place, kind: 'client', what: 'createOncely', why }], changes: [], install: [], notes: [] };
  }
  const { clients, raw } = moveClients(project, findings, edit);
  moveWrites(project, options, raw, findings, edit);

  const path = config?.getFilePath() ?? newConfigPath(project);
  const changes: Change[] = [];
  for (const [file, own] of edits) {
    const specifier = specifierOf(project, file.getFilePath(), path);
    const needed = file.getLocal('oncely') ? undefined : { specifier, exported };
    const { edits: more, unused } = importEdits(project, file, own, needed);
    for (const { name, node } of unused) {
      findings.push({ place: placeOf(project, node), kind: 'unused', what: name, why: 'nothing uses it any more' });
    }
    changes.push(changeOf(project, file, applied(file.getFullText(), [...own, ...more])));
  }
  const isNeeded = clients.length > 0 || (edits.size > 0 && config === undefined);
  const store = options.ledger ?? (project.dependencies.has('pg') ? 'postgres' : 'sqlite');
  if (isNeeded) {
    changes.push(
      config
        ? changeOf(project, config, extendedConfig(project, config, clients))
        : { path: pathIn(project.root, path), before: undefined, after: newConfig(project, path, clients, store) },
    );
  }
  const ledger = isNeeded && config === undefined ? store : undefined;
  const driver = ledger === 'postgres' ? ['pg'] : ledger === 'redis' ? ['ioredis'] : [];
  const adapters = clients.map(({ move }) => move.construction.vendor.adapter);
  const wanted = isNeeded ? ['@oncely/core', ...adapters, ...driver] : [];
  return {
    findings,
    changes: changes.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    install: [...new Set(wanted)].filter((name) => !project.dependencies.has(name)),
    notes: notesOf(adapters, ledger),
  };
}

function changeOf(project: UserProject, file: SourceFile, text: string): Change {
  const mark = project.marked.has(file) ? byteOrderMark : '';
  return {
    path: pathIn(project.root, file.getFilePath()),
    before: mark + file.getFullText(),
    after: mark + text,
  };
}

function notesOf(adapters: readonly string[], ledger: LedgerKind | undefined): readonly string[] {
  const hubspot = adapters.includes('@oncely/hubspot')
    ? ['HubSpot needs a unique property, once: npx @oncely/hubspot provision --dry-run --objects contacts,deals']
    : [];
  const sqlite =
    ledger === 'sqlite'
      ? [
          'effects.db* belongs into .gitignore and on a disk that stays; on several machines or serverless: --store postgres',
        ]
      : [];
  return [...hubspot, ...sqlite];
}

/** Moves the clients that can; gives those, and the vendors of which one stays raw. */
function moveClients(
  project: UserProject,
  findings: Finding[],
  edit: (file: SourceFile, edits: readonly Edit[]) => void,
): { readonly clients: readonly NamedMove[]; readonly raw: ReadonlySet<string | Construction['node']> } {
  const config = configOf(project);
  const list = config && clientsIn(project, config);
  const known = new Map<string, string>();
  for (const each of list?.getProperties() ?? []) {
    const [name = '', ...text] = each.getText().split(':');
    known.set(name.trim(), plain(text.join(':')));
  }
  const clients: NamedMove[] = [];
  const raw = new Set<string | Construction['node']>();
  for (const construction of constructionsIn(project)) {
    const { node, module, vendor } = construction;
    const what = `${vendor.isClass ? 'new ' : ''}${node.getExpression().getText()}`;
    const place = placeOf(project, node);
    const move =
      config && !list
        ? { why: 'the config has no list `clients: { ... }` to put it in' }
        : clientMoveOf(project, construction);
    if ('why' in move) {
      findings.push({ place, kind: 'client', what, why: move.why });
      raw.add(module).add(node);
      continue;
    }
    const same = [...known].find(([, text]) => text === textOf(move))?.[0];
    const name = same ?? freeName([vendor.client, move.name ?? vendor.client], known);
    if (same === undefined) {
      known.set(name, textOf(move));
      clients.push({ name, move });
    }
    const becomes = `oncely.clients.${name}`;
    findings.push({ place, kind: 'client', what, becomes });
    edit(node.getSourceFile(), [{ start: node.getStart(), end: node.getEnd(), text: becomes }]);
  }
  return { clients, raw };
}

function constructionsIn(project: UserProject): readonly Construction[] {
  const { NewExpression, CallExpression } = project.tm.SyntaxKind;
  return project.files
    .filter((file) => !isOurConfig(file))
    .flatMap((file) => file.getDescendants())
    .filter((node) => node.isKind(NewExpression) || node.isKind(CallExpression))
    .flatMap((node) => constructionOf(project, node) ?? []);
}

function freeName(wanted: readonly string[], taken: ReadonlyMap<string, string>): string {
  const free = wanted.find((each) => !taken.has(each));
  if (free !== undefined) return free;
  let number = 2;
  while (taken.has(`${wanted[0]}${number}`)) number += 1;
  return `${wanted[0]}${number}`;
}

function textOf({ builder, config, made }: ClientMove): string {
  return plain(`${builder}(${config} => ${made})`);
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, '').replaceAll(',}', '}').replaceAll(',)', ')');
}

function moveWrites(
  project: UserProject,
  { scopes, businessIds }: PlanOptions,
  raw: ReadonlySet<string | Construction['node']>,
  findings: Finding[],
  edit: (file: SourceFile, edits: readonly Edit[]) => void,
): void {
  const writes = writesIn(project);
  const taken = new Set(effectsIn(project));
  for (const write of writes) {
    const found = { place: placeOf(project, write.call), what: write.call.getExpression().getText() } as const;
    const move = staysRaw(write, raw)
      ? { why: 'its client stays raw' }
      : scopes
        ? writeMoveOf(project, write, writes, businessIds)
        : { why: 'it is observed: run init without --no-scopes to protect it' };
    if ('why' in move) {
      findings.push({ ...found, kind: 'write', why: move.why });
      continue;
    }
    const workflowId = workflowIdOf(project, move.unit);
    const effectId = effectIdOf(write.path, move.unit, (id) => !taken.has(id) && !taken.has(`${workflowId}:${id}`));
    taken.add(`${workflowId}:${effectId}`);
    const file = write.call.getSourceFile();
    edit(file, writeEdits(project, move, { workflowId, effectId, quote: quoteOf(file) }));
    const doubts = doubtsOf(project, move);
    const becomes = `effect ${effectId}${move.item === undefined ? '' : `:\${${move.item}}`} of ${workflowId}, businessId: ${move.businessId}`;
    findings.push({ ...found, kind: 'write', becomes, ...(doubts === undefined ? {} : { why: doubts }) });
    const { retry } = move;
    if (!retry) continue;
    const place = placeOf(project, retry.node);
    const what = `retry by ${retry.by}`;
    if (retry.stays === undefined)
      findings.push({ place, kind: 'retry', what, becomes: 'nothing: the effect is retried' });
    else findings.push({ place, kind: 'retry', what, why: `${retry.stays}, so it stays: it is safe around an effect` });
  }
}

/** The names of the effects that are there already: another write never takes one of them. */
function effectsIn({ tm, files }: UserProject): readonly string[] {
  return files
    .flatMap((file) => file.getDescendantsOfKind(tm.SyntaxKind.CallExpression))
    .filter((call) => call.getExpression().getText().endsWith('.effect'))
    .map((call) => /^['"`]([\w-]+)/.exec(call.getArguments()[0]?.getText() ?? '')?.[1] ?? '');
}

function staysRaw({ client }: RawWrite, raw: ReadonlySet<string | Construction['node']>): boolean {
  switch (client.from) {
    case 'own':
      return false;
    case 'raw':
      return raw.has(client.construction.node);
    case 'given':
      return raw.has(client.module);
  }
}
