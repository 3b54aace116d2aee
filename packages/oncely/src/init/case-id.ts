import type { CallExpression, Node, Symbol as TsSymbol, Type } from 'ts-morph';

import { chainOf } from './clients.ts';
import { unstableIn } from './stable.ts';
import type { Unit } from './unit.ts';
import type { UserProject } from './user-project.ts';
import type { RawWrite } from './writes.ts';

/** An expression that may name the business case where the write stands. */
export interface CaseId {
  readonly expression: string;
  /** The name that it begins with. */
  readonly root: string;
}

/**
 * What programs call their business cases. Not people and places (customer, channel): they have many cases. Not runs,
 * jobs and calls: they are others in the next run.
 */
const nouns =
  'case|ticket|order|invoice|booking|reservation|claim|refund|return|shipment|quote|deal|lead|application|incident|issue';
const idName = new RegExp(`^(?:\\w*?_)?(?:\\w*)(?:${nouns})_?(?:id|key|number|no|ref|reference)$`, 'i');
const caseName = new RegExp(`(?:^|[a-z_])(?:${nouns})$`, 'i');

/** Whether a chain of names ends in the id of a case: `orderId`, `order.id`, `job.data.invoiceNumber`. */
function namesCase(names: readonly string[]): boolean {
  const last = names.at(-1) ?? '';
  return idName.test(last) || (/^(?:id|key|number)$/.test(last) && caseName.test(names.at(-2) ?? ''));
}

/** The ids of a case that can be used where this write stands, each once. `wanted`: names that the user said it is. */
export function caseIdsAt(
  project: UserProject,
  call: CallExpression,
  unit: Unit,
  writes: readonly RawWrite[],
  wanted: readonly string[],
): readonly CaseId[] {
  const is = (names: readonly string[]): boolean =>
    wanted.length > 0 ? wanted.includes(names.join('.')) || wanted.includes(names.at(-1) ?? '') : namesCase(names);
  const found = new Map<string, CaseId>();
  const aliases = new Set<string>();
  for (const { symbol, declaration } of bindingsAt(project, call, unit)) {
    const root = symbol.getName();
    const init = initOf(project, declaration);
    if (init && (unstableIn(project, init) !== undefined || holdsWrite(init, writes))) continue;
    const add = (names: readonly string[], type: Type | undefined): void => {
      if (!is(names)) return;
      const text = names.join('.');
      const expression = type === undefined ? text : written(text, type);
      if (expression !== undefined) found.set(text, { expression, root });
    };
    add([root], call.getProject().getTypeChecker().getTypeAtLocation(declaration));
    if (found.has(root)) aliases.add(aliasOf(project, declaration, root));
    else for (const { names, type } of chainsFrom(project, symbol, declaration, unit)) add(names, type);
  }
  for (const alias of aliases) found.delete(alias);
  return [...found.values()];
}

/** As a business id has to be: a string. `undefined`: it may be missing, or is no id. */
function written(text: string, type: Type): string | undefined {
  if (type.isNumber() || type.isNumberLiteral()) return `String(${text})`;
  if (type.isString() || type.isStringLiteral() || type.isAny() || type.isTypeParameter()) return text;
  if (type.isUnion() && type.getUnionTypes().every((each) => each.isStringLiteral())) return text;
  if (type.isIntersection() && type.getIntersectionTypes().some((each) => each.isString())) return text;
  return undefined;
}

interface Binding {
  readonly symbol: TsSymbol;
  readonly declaration: Node;
}

/** Constants and parameters that hold where the write stands, and are of this unit or around it. */
function bindingsAt({ tm }: UserProject, call: CallExpression, unit: Unit): readonly Binding[] {
  return call.getSymbolsInScope(tm.SymbolFlags.Variable).flatMap((symbol) => {
    const declaration = symbol.getValueDeclaration();
    if (!declaration || declaration.getSourceFile() !== call.getSourceFile()) return [];
    if (declaration.getEnd() > call.getStart()) return [];
    const list = declaration.getFirstAncestorByKind(tm.SyntaxKind.VariableDeclarationList);
    const isParameter = declaration.getFirstAncestorByKind(tm.SyntaxKind.Parameter) !== undefined;
    if (tm.Node.isParameterDeclaration(declaration) || isParameter) return [{ symbol, declaration }];
    if (!list || list.getDeclarationKind() !== tm.VariableDeclarationKind.Const) return [];
    // A constant of the file is the same for every case, unless it says for which one the script was started.
    const isOfFile = list.getParent()?.getParent() === call.getSourceFile();
    const isArgument = /process\.(?:argv|env)/.test(initOf({ tm }, declaration)?.getText() ?? '');
    return !isOfFile || isArgument || tm.Node.isSourceFile(unit.node) ? [{ symbol, declaration }] : [];
  });
}

function initOf({ tm }: Pick<UserProject, 'tm'>, declaration: Node): Node | undefined {
  const holder = tm.Node.isBindingElement(declaration)
    ? declaration.getFirstAncestorByKind(tm.SyntaxKind.VariableDeclaration)
    : declaration;
  return tm.Node.isVariableDeclaration(holder) ? holder.getInitializer() : undefined;
}

function holdsWrite(init: Node, writes: readonly RawWrite[]): boolean {
  return writes.some(
    ({ call }) => call.getSourceFile() === init.getSourceFile() && init.containsRange(call.getStart(), call.getEnd()),
  );
}

/** What a constant is another name of: `job.data.orderId` for `const { orderId } = job.data`. */
function aliasOf({ tm }: UserProject, declaration: Node, name: string): string {
  const init = initOf({ tm }, declaration)?.getText() ?? '';
  if (!tm.Node.isBindingElement(declaration)) return init;
  return `${init}.${declaration.getPropertyNameNode()?.getText() ?? name}`;
}

/** `order.id` and the like: what the unit's code reads of a binding, and what its declared type says that it has. */
function chainsFrom(
  project: UserProject,
  symbol: TsSymbol,
  declaration: Node,
  unit: Unit,
): readonly { readonly names: readonly string[]; readonly type: Type | undefined }[] {
  const { tm } = project;
  const root = symbol.getName();
  const read = unit.node.getDescendantsOfKind(tm.SyntaxKind.PropertyAccessExpression).flatMap((each) => {
    const chain = chainOf(project, each);
    const isOurs = tm.Node.isIdentifier(chain.root) && chain.root.getSymbol() === symbol;
    return isOurs && !each.hasQuestionDotToken() ? [{ names: [root, ...chain.names], type: each.getType() }] : [];
  });
  const declared = declaration
    .getType()
    .getProperties()
    .flatMap((property) => {
      const type = property.getTypeAtLocation(declaration);
      const own = { names: [root, property.getName()], type };
      if (!type.isObject() || type.isArray()) return [own];
      const deeper = type.getProperties().map((inner) => ({
        names: [root, property.getName(), inner.getName()],
        type: inner.getTypeAtLocation(declaration),
      }));
      return [own, ...deeper];
    });
  return [...read, ...declared];
}

/** What tells one item of a loop from the next: its `id`, or the item itself where it is a text that the write uses. */
export function itemIdOf(project: UserProject, call: CallExpression, names: readonly string[]): string | undefined {
  const { tm } = project;
  const symbols = call.getSymbolsInScope(tm.SymbolFlags.Variable).filter((each) => names.includes(each.getName()));
  for (const symbol of symbols) {
    const declaration = symbol.getValueDeclaration();
    const type = declaration?.getType();
    if (!declaration || !type) continue;
    const id = ['id', 'key', 'sku', 'number'].find((name) => type.getProperty(name) !== undefined);
    if (id !== undefined) return `${symbol.getName()}.${id}`;
    if (type.isString()) return symbol.getName();
  }
  return undefined;
}
