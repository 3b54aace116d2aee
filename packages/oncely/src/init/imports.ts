import type { ImportDeclaration, Node, SourceFile } from 'ts-morph';

import type { Edit } from './edits.ts';
import type { UserProject } from './user-project.ts';

/** The quote that a file's own imports are written in. */
export function quoteOf(file: SourceFile): string {
  const text = file.getFullText();
  return (text.match(/(?:from|require\() ?"/g) ?? []).length > (text.match(/(?:from|require\() ?'/g) ?? []).length
    ? '"'
    : "'";
}

/** The import of the Oncely: from where, and the name that it has there. */
interface NeededOncely {
  readonly specifier: string;
  readonly exported: string;
}

/**
 * The edits that take away the imports which only the removed pieces used, and bring in what the new ones need.
 * Gives the names of the file's own that nothing uses any more as well: those are the user's to remove.
 */
export function importEdits(
  project: UserProject,
  file: SourceFile,
  removed: readonly Edit[],
  needed: NeededOncely | undefined,
): { readonly edits: readonly Edit[]; readonly unused: readonly { readonly name: string; readonly node: Node }[] } {
  const edits: Edit[] = [];
  const gone = removed.filter(({ start, end }) => end > start);
  const isGone = (name: Node): boolean => {
    const uses = file
      .getDescendantsOfKind(project.tm.SyntaxKind.Identifier)
      .filter((each) => each !== name && each.getText() === name.getText() && each.getSymbol() === name.getSymbol());
    return (
      uses.length > 0 &&
      uses.every((use) => gone.some(({ start, end }) => start <= use.getStart() && use.getEnd() <= end))
    );
  };
  const all = file.getImportDeclarations();
  for (const each of all) edits.push(...trimmed(file, each, isGone));
  const { statements, unused } = ownNames(project, file, isGone);
  edits.push(...statements.map((each) => lineOf(file, each)));
  const comes = needed ? [insertion(project, file, needed)] : [];
  return { edits: [...withoutGaps(file.getFullText(), edits, comes[0]?.start), ...comes], unused };
}

/** Where a whole block of lines goes, the empty line behind it goes as well. */
function withoutGaps(text: string, edits: readonly Edit[], keep: number | undefined): readonly Edit[] {
  const inOrder = edits.toSorted((a, b) => a.start - b.start);
  return inOrder.map((edit, index) => {
    if (edit.text !== '' || edit.end === keep || inOrder[index + 1]?.start === edit.end) return edit;
    let first = index;
    while (first > 0 && inOrder[first - 1]?.end === inOrder[first]?.start) first -= 1;
    const before = text.slice(0, inOrder[first]?.start ?? edit.start);
    const gap = before === '' || /\n\r?\n$/.test(before) ? (/^\r?\n/.exec(text.slice(edit.end))?.[0].length ?? 0) : 0;
    return { ...edit, end: edit.end + gap };
  });
}

/** A statement with its line's end, so that no empty line is left. */
function lineOf(file: SourceFile, statement: Node): Edit {
  const text = file.getFullText();
  const end = /^[\t ]*\r?\n/.exec(text.slice(statement.getEnd()))?.[0].length ?? 0;
  return { start: statement.getStart(), end: statement.getEnd() + end, text: '' };
}

function trimmed(file: SourceFile, statement: ImportDeclaration, isGone: (name: Node) => boolean): readonly Edit[] {
  const main = statement.getDefaultImport();
  const space = statement.getNamespaceImport();
  const named = statement.getNamedImports();
  const names = [main, space, ...named.map((each) => each.getAliasNode() ?? each.getNameNode())];
  const going = names.filter((each) => each !== undefined && isGone(each));
  if (going.length === 0) return [];
  if (going.length === names.filter((each) => each !== undefined).length) return [lineOf(file, statement)];
  const clause = statement.getImportClauseOrThrow();
  if (/\/[/*]/.test(clause.getText())) return [];
  const stays = named.filter((each) => !going.includes(each.getAliasNode() ?? each.getNameNode()));
  const parts = [
    ...(main && !going.includes(main) ? [main.getText()] : []),
    ...(space && !going.includes(space) ? [`* as ${space.getText()}`] : []),
    ...(stays.length > 0 ? [`{ ${stays.map((each) => each.getText()).join(', ')} }`] : []),
  ];
  const type = clause.isTypeOnly() ? 'type ' : '';
  return [{ start: clause.getStart(), end: clause.getEnd(), text: type + parts.join(', ') }];
}

/** Names of the file itself that lost their last use; what only required a module goes as an import would. */
function ownNames(
  { tm }: UserProject,
  file: SourceFile,
  isGone: (name: Node) => boolean,
): {
  readonly statements: readonly Node[];
  readonly unused: readonly { readonly name: string; readonly node: Node }[];
} {
  const statements: Node[] = [];
  const unused: { name: string; node: Node }[] = [];
  for (const statement of file.getStatements()) {
    if (tm.Node.isFunctionDeclaration(statement) && !statement.isExported()) {
      const name = statement.getNameNode();
      if (name && isGone(name)) unused.push({ name: name.getText(), node: statement });
    }
    if (!tm.Node.isVariableStatement(statement) || statement.isExported()) continue;
    for (const declaration of statement.getDeclarations()) {
      const pattern = declaration.getNameNode();
      const names = [pattern, ...pattern.getDescendants()].filter((each) => tm.Node.isIdentifier(each));
      if (!names.every(isGone)) continue;
      const requires = declaration.getInitializer()?.getText().startsWith('require(') === true;
      if (requires && statement.getDeclarations().length === 1) statements.push(statement);
      else unused.push({ name: pattern.getText(), node: declaration });
    }
  }
  return { statements, unused };
}

function insertion({ tm }: UserProject, file: SourceFile, { specifier, exported }: NeededOncely): Edit {
  const text = file.getFullText();
  const quote = quoteOf(file);
  const semicolon = /^import .*[^;\s]$/m.test(text) && !/^import .*;$/m.test(text) ? '' : ';';
  const requires = file
    .getStatements()
    .filter((each) => tm.Node.isVariableStatement(each) && /\brequire\(/.test(each.getText()));
  const imports = file.getImportDeclarations();
  const isCommon = imports.length === 0 && requires.length > 0;
  const isSame = exported === 'oncely';
  const from = isCommon ? `require(${quote}${specifier}${quote})` : `${quote}${specifier}${quote}`;
  const esm = exported === 'default' ? 'oncely' : isSame ? '{ oncely }' : `{ ${exported} as oncely }`;
  const line = isCommon
    ? `const ${isSame ? '{ oncely }' : `{ ${exported}: oncely }`} = ${from}${semicolon}`
    : `import ${esm} from ${from}${semicolon}`;
  const last = (isCommon ? requires : imports).at(-1);
  const first = file.getStatements()[0];
  if (!last) return { start: first?.getStart() ?? 0, end: first?.getStart() ?? 0, text: `${line}\n` };
  const after = /^[^\n]*\n?/.exec(text.slice(last.getEnd()))?.[0].length ?? 0;
  const at = last.getEnd() + after;
  return { start: at, end: at, text: `${text[at - 1] === '\n' ? '' : '\n'}${line}\n` };
}
