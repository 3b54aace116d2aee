import { knownVendors, type KnownVendor } from '@oncely/eslint-plugin/known';
import type { CallExpression, Identifier, NewExpression, Node, Symbol as TsSymbol } from 'ts-morph';

import type { UserProject } from './user-project.ts';

/** A vendor's client made in the user's code. */
export interface Construction {
  readonly node: NewExpression | CallExpression;
  readonly module: string;
  readonly vendor: KnownVendor;
}

/** What an expression is known to be, when it is a vendor's client. */
export type KnownClient =
  | { readonly from: 'raw'; readonly construction: Construction }
  /** One of `oncely.clients`. */
  | { readonly from: 'own' }
  /** Handed in by a caller: a parameter or a field with the vendor's type. */
  | { readonly from: 'given'; readonly module: string };

/** Where a name was imported from, and under which name it is exported there (`default`, `*`, or its own). */
export function importOf(
  { tm }: UserProject,
  name: Identifier,
): { readonly module: string; readonly exported: string } | undefined {
  for (const declaration of name.getSymbol()?.getDeclarations() ?? []) {
    const module = declaration.getFirstAncestorByKind(tm.SyntaxKind.ImportDeclaration)?.getModuleSpecifierValue();
    if (module !== undefined) {
      if (tm.Node.isImportSpecifier(declaration)) return { module, exported: declaration.getName() };
      return { module, exported: tm.Node.isNamespaceImport(declaration) ? '*' : 'default' };
    }
    const equals = importedByEquals({ tm }, declaration);
    if (equals !== undefined) return { module: equals, exported: 'default' };
    const variable = tm.Node.isBindingElement(declaration)
      ? declaration.getFirstAncestorByKind(tm.SyntaxKind.VariableDeclaration)
      : declaration;
    const required = tm.Node.isVariableDeclaration(variable)
      ? requiredBy({ tm }, variable.getInitializer())
      : undefined;
    if (required === undefined) continue;
    const exported = tm.Node.isBindingElement(declaration)
      ? (declaration.getPropertyNameNode()?.getText() ?? declaration.getName())
      : '*';
    return { module: required, exported };
  }
  return undefined;
}

/** The module of `import Stripe = require('stripe')`. */
export function importedByEquals({ tm }: Pick<UserProject, 'tm'>, declaration: Node): string | undefined {
  const reference = tm.Node.isImportEqualsDeclaration(declaration) ? declaration.getModuleReference() : undefined;
  const module = tm.Node.isExternalModuleReference(reference) ? reference.getExpression() : undefined;
  return tm.Node.isStringLiteral(module) ? module.getLiteralValue() : undefined;
}

function requiredBy({ tm }: Pick<UserProject, 'tm'>, init: Node | undefined): string | undefined {
  if (!tm.Node.isCallExpression(init) || init.getExpression().getText() !== 'require') return undefined;
  const [module] = init.getArguments();
  return tm.Node.isStringLiteral(module) ? module.getLiteralValue() : undefined;
}

/** The names of `a.b.c` from its root, with the root's node; `this` and calls count as roots. */
export function chainOf({ tm }: UserProject, node: Node): { readonly root: Node; readonly names: readonly string[] } {
  const names: string[] = [];
  let at = node;
  while (tm.Node.isPropertyAccessExpression(at) || tm.Node.isNonNullExpression(at)) {
    if (tm.Node.isPropertyAccessExpression(at)) names.unshift(at.getName());
    at = at.getExpression();
  }
  return { root: at, names };
}

/** Which vendor's client this expression makes, where it makes one past our builders. */
export function constructionOf(project: UserProject, node: Node): Construction | undefined {
  const { tm } = project;
  if (!tm.Node.isNewExpression(node) && !tm.Node.isCallExpression(node)) return undefined;
  const { root, names } = chainOf(project, node.getExpression());
  if (!tm.Node.isIdentifier(root) || names.length > 1) return undefined;
  const imported = importOf(project, root);
  const vendor = imported && knownVendors[imported.module];
  if (!vendor || vendor.isClass !== tm.Node.isNewExpression(node)) return undefined;
  const made =
    names[0] ?? (imported.exported === 'default' || imported.exported === '*' ? undefined : imported.exported);
  // `new Stripe()` by the default import, whatever that is called here; a function needs its name.
  if (made === undefined ? !vendor.isClass : made !== vendor.makes) return undefined;
  return isInOurs(project, node) ? undefined : { node, module: imported.module, vendor };
}

/** Whether this lies in the arguments of a function of ours, such as a builder. */
export function isInOurs(project: UserProject, node: Node): boolean {
  const { tm } = project;
  return node.getAncestors().some((outer) => {
    if (!tm.Node.isCallExpression(outer)) return false;
    const { root } = chainOf(project, outer.getExpression());
    if (node.getPos() < root.getEnd() || !tm.Node.isIdentifier(root)) return false;
    return importOf(project, root)?.module.startsWith('@oncely/') === true;
  });
}

/** Follows an expression to where its client comes from, over files; `undefined`: it is none that is known. */
export function clientOf(project: UserProject, node: Node, depth = 0): KnownClient | undefined {
  const { tm } = project;
  if (depth > 8) return undefined;
  if (tm.Node.isParenthesizedExpression(node) || tm.Node.isNonNullExpression(node) || tm.Node.isAsExpression(node)) {
    return clientOf(project, node.getExpression(), depth + 1);
  }
  if (tm.Node.isBinaryExpression(node)) return clientOf(project, node.getRight(), depth + 1);
  const construction = constructionOf(project, node);
  if (construction) return { from: 'raw', construction };
  const { names } = chainOf(project, node);
  if (names.includes('clients')) return { from: 'own' };
  if (tm.Node.isCallExpression(node)) return ofFunction(project, node, depth);
  if (!tm.Node.isIdentifier(node) && !tm.Node.isPropertyAccessExpression(node)) return undefined;
  const name = tm.Node.isIdentifier(node) ? node : node.getNameNode();
  return ofSymbol(project, name.getSymbol(), depth);
}

function ofSymbol(project: UserProject, symbol: TsSymbol | undefined, depth: number): KnownClient | undefined {
  const { tm } = project;
  for (const declaration of (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations() ?? []) {
    if (tm.Node.isBindingElement(declaration)) {
      const from = declaration.getFirstAncestorByKind(tm.SyntaxKind.VariableDeclaration)?.getInitializer();
      if (from && chainOf(project, from).names.includes('clients')) return { from: 'own' };
    }
    if (tm.Node.isShorthandPropertyAssignment(declaration)) {
      return ofSymbol(project, declaration.getValueSymbol(), depth + 1);
    }
    const init = tm.Node.isInitializerExpressionGetable(declaration) ? declaration.getInitializer() : undefined;
    const found = init && clientOf(project, init, depth + 1);
    if (found) return found;
    const module = vendorTypeOf(project, declaration);
    if (module !== undefined) return { from: 'given', module };
  }
  return undefined;
}

/** `getStripe().refunds`: what the function returns. */
function ofFunction(project: UserProject, call: CallExpression, depth: number): KnownClient | undefined {
  const { tm } = project;
  const callee = call.getExpression();
  if (!tm.Node.isIdentifier(callee)) return undefined;
  const symbol = callee.getSymbol();
  for (const declaration of (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations() ?? []) {
    const fn = tm.Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : declaration;
    if (!tm.Node.isFunctionDeclaration(fn) && !tm.Node.isArrowFunction(fn)) continue;
    const body = fn.getBody();
    const returned = tm.Node.isBlock(body)
      ? body.getDescendantsOfKind(tm.SyntaxKind.ReturnStatement).map((each) => each.getExpression())
      : [body];
    for (const each of returned) {
      const found = each && clientOf(project, each, depth + 1);
      if (found) return found;
    }
  }
  return undefined;
}

/** The vendor whose client's class a declaration names as its type. */
function vendorTypeOf(project: UserProject, declaration: Node): string | undefined {
  const { tm } = project;
  const typed =
    tm.Node.isParameterDeclaration(declaration) ||
    tm.Node.isPropertyDeclaration(declaration) ||
    tm.Node.isPropertySignature(declaration) ||
    tm.Node.isVariableDeclaration(declaration);
  for (const reference of (typed ? declaration.getTypeNode() : undefined)?.getDescendantsOfKind(
    tm.SyntaxKind.Identifier,
  ) ?? []) {
    const imported = importOf(project, reference);
    const vendor = imported && knownVendors[imported.module];
    if (!vendor) continue;
    if (imported.exported === 'default' || imported.exported === vendor.makes || imported.exported === 'Transporter') {
      // `Stripe.Refund` is a type of the namespace, and no client.
      if (!tm.Node.isQualifiedName(reference.getParent())) return imported.module;
    }
  }
  return undefined;
}
