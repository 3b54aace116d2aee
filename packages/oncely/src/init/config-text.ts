import type { ObjectLiteralExpression, SourceFile } from 'ts-morph';

import type { ClientMove, NeededImport } from './client-move.ts';
import { specifierOf } from './config-place.ts';
import { applied, indentAt, type Edit } from './edits.ts';
import { quoteOf } from './imports.ts';
import type { UserProject } from './user-project.ts';

export type LedgerKind = 'sqlite' | 'postgres' | 'redis';

/** A client by the name that it has in the config. */
export interface NamedMove {
  readonly name: string;
  readonly move: ClientMove;
}

const ledgers: Readonly<Record<LedgerKind, { readonly imports: readonly NeededImport[]; readonly text: string }>> = {
  sqlite: {
    imports: [{ from: '@oncely/core/ledgers/sqlite', local: 'sqliteLedger', exported: 'sqliteLedger' }],
    text: "sqliteLedger(process.env['ONCELY_FILE'] ?? 'effects.db')",
  },
  postgres: {
    imports: [
      { from: '@oncely/core/ledgers/postgres', local: 'postgresLedger', exported: 'postgresLedger' },
      { from: 'pg', local: 'pg', exported: 'default' },
    ],
    text: "postgresLedger(new pg.Pool({ connectionString: process.env['DATABASE_URL'] }))",
  },
  redis: {
    imports: [
      { from: '@oncely/core/ledgers/redis', local: 'redisLedger', exported: 'redisLedger' },
      { from: 'ioredis', local: 'Redis', exported: 'Redis' },
    ],
    text: "redisLedger(new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'))",
  },
};

/** The text of a new config; it observes, so that nothing changes for a write that is outside of a scope. */
export function newConfig(
  project: UserProject,
  path: string,
  clients: readonly NamedMove[],
  ledger: LedgerKind,
): string {
  const { imports, text } = ledgers[ledger];
  const core = { from: '@oncely/core', local: 'createOncely', exported: 'createOncely' };
  const all = [core, ...imports, ...clients.flatMap(({ move }) => move.imports)];
  return `${importLines(project, path, all)}

export const oncely = createOncely({
  ledger: ${text},
  // Writes outside of a scope are made as before, and counted: \`npx oncely report\`. Later: 'refuse'.
  unscoped: 'observe',
  clients: {
${clients.map((each) => `    ${clientLine(each)},`).join('\n')}
  },
});

export default oncely;
`;
}

function clientLine({ name, move }: NamedMove): string {
  const node = move.construction.node;
  const from = indentAt(node.getSourceFile().getFullText(), node.getStart());
  const { builder, config, made } = move;
  const short = `${name}: ${builder}(${config} => ${made})`;
  if (!short.includes('\n') && short.length < 110) return short;
  const [first = '', ...rest] = made.split('\n');
  const lines = rest.map((line) => `        ${line.startsWith(from) ? line.slice(from.length) : line}`);
  return `${name}: ${builder}(\n      ${config} =>\n        ${[first, ...lines].join('\n')},\n    )`;
}

function importLines(project: UserProject, path: string, all: readonly NeededImport[]): string {
  const byModule = new Map<string, NeededImport[]>();
  for (const each of all) {
    const known = byModule.get(each.from) ?? [];
    if (!known.some(({ local }) => local === each.local)) byModule.set(each.from, [...known, each]);
  }
  const modules = [...byModule].toSorted(
    ([a], [b]) => Number(a.startsWith('/')) - Number(b.startsWith('/')) || (a < b ? -1 : 1),
  );
  return modules
    .map(([from, names]) => {
      const main = names.find(({ exported }) => exported === 'default')?.local;
      const space = names.find(({ exported }) => exported === '*')?.local;
      const named = names
        .filter(({ exported }) => exported !== 'default' && exported !== '*')
        .map(({ exported, local }) => (exported === local ? local : `${exported} as ${local}`));
      const clause = [
        ...(main === undefined ? [] : [main]),
        ...(space === undefined ? [] : [`* as ${space}`]),
        ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : []),
      ].join(', ');
      return `import ${clause} from '${from.startsWith('/') ? specifierOf(project, path, from) : from}';`;
    })
    .join('\n');
}

/** The clients that a config has already, by name, each as its text. */
export function clientsIn({ tm }: UserProject, file: SourceFile): ObjectLiteralExpression | undefined {
  for (const call of file.getDescendantsOfKind(tm.SyntaxKind.CallExpression)) {
    if (call.getExpression().getText() !== 'createOncely') continue;
    const [options] = call.getArguments();
    const clients = tm.Node.isObjectLiteralExpression(options) ? options.getProperty('clients') : undefined;
    const value = tm.Node.isPropertyAssignment(clients) ? clients.getInitializer() : undefined;
    if (tm.Node.isObjectLiteralExpression(value)) return value;
  }
  return undefined;
}

/** The text of a config with more clients in it. */
export function extendedConfig(project: UserProject, file: SourceFile, clients: readonly NamedMove[]): string {
  const text = file.getFullText();
  const list = clientsIn(project, file);
  if (clients.length === 0 || !list) return text;
  const edits: Edit[] = [...listEdits(text, list, clients)];
  const known = new Set(
    file
      .getImportDeclarations()
      .flatMap((each) => each.getImportClause()?.getText() ?? [])
      .join(' ')
      .match(/\w+/g),
  );
  const needed = clients.flatMap(({ move }) => move.imports).filter(({ local }) => !known.has(local));
  const after = file.getImportDeclarations().at(-1)?.getEnd();
  if (needed.length > 0) {
    const lines = importLines(project, file.getFilePath(), needed).replaceAll("'", quoteOf(file));
    edits.push({ start: after ?? 0, end: after ?? 0, text: after === undefined ? `${lines}\n` : `\n${lines}` });
  }
  return applied(text, edits);
}

/** New lines at the end of a list; a comment behind its last entry stays with that. */
function listEdits(text: string, list: ObjectLiteralExpression, clients: readonly NamedMove[]): readonly Edit[] {
  const last = list.getProperties().at(-1);
  const open = list.getStart() + 1;
  const indent = last ? indentAt(text, last.getStart()) : `${indentAt(text, list.getStart())}  `;
  const lines = clients.map((each) => `\n${indent}${clientLine(each)},`).join('');
  if (!last) return [{ start: open, end: list.getEnd() - 1, text: `${lines}\n${indent.slice(0, -2)}` }];
  const at = last.getEnd();
  const comma = /^\s*,/.test(text.slice(at)) ? [] : [{ start: at, end: at, text: ',' }];
  const lineEnd = text.indexOf('\n', at);
  const isOneLine = lineEnd === -1 || lineEnd > list.getEnd();
  const place = isOneLine ? list.getEnd() - 1 : lineEnd;
  return [...comma, { start: place, end: place, text: isOneLine ? `${lines}\n${indent}` : lines }];
}
