import { dirname } from 'node:path';

import { knownVendors } from '@oncely/eslint-plugin/known';

import { unstableIn } from './stable.ts';
import { importedByEquals, type Construction } from './clients.ts';
import { pathIn, type UserProject } from './user-project.ts';
import type { Identifier, Node, ObjectLiteralExpression } from 'ts-morph';

/** An import that a moved construction needs in the config. `from` is a package, or an absolute path without its ending. */
export interface NeededImport {
  readonly from: string;
  readonly local: string;
  /** `default`, `*`, or the exported name. */
  readonly exported: string;
}

/** How a construction is made in the config. */
export interface ClientMove {
  readonly construction: Construction;
  /** `oncelyStripe` */
  readonly builder: string;
  readonly config: '(config)' | '()';
  /** `new Stripe(key, config)` */
  readonly made: string;
  readonly imports: readonly NeededImport[];
  /** The first name that it has in the user's code, where it has one. */
  readonly name: string | undefined;
}

/** Options that would take the place of what the builder gives, by the module of the SDK. */
const inTheWay: Readonly<Record<string, readonly string[]>> = {
  stripe: ['httpClient', 'httpAgent'],
  '@slack/web-api': ['fetch'],
  '@hubspot/api-client': ['middleware', 'httpAgent'],
};

/** How a construction moves into the config, or why it cannot. */
export function clientMoveOf(project: UserProject, construction: Construction): ClientMove | { readonly why: string } {
  const { tm } = project;
  const { node, vendor } = construction;
  const args = node.getArguments();
  const names = [node.getExpression(), ...args].flatMap((each) => freeNames(project, each));
  const imports: NeededImport[] = [];
  for (const name of names) {
    const origin = originOf(project, name);
    if (origin.kind === 'import') imports.push(origin.needed);
    const back = leadsBack(project, name);
    if (back !== undefined) {
      return {
        why: `\`${name.getText()}\` comes from ${back}, which makes or uses clients: the two would import each other`,
      };
    }
    if (origin.kind === 'local') {
      return {
        why: `it is made with \`${name.getText()}\` of this file, which the config cannot see: ${fixFor(name)}`,
      };
    }
  }
  for (const each of args) {
    if (
      [each, ...each.getDescendants()].some(
        (inner) => tm.Node.isAwaitExpression(inner) || tm.Node.isThisExpression(inner),
      )
    ) {
      return { why: 'its arguments use `await` or `this`: make them where the config can see them' };
    }
    const unstable = unstableIn(project, each);
    if (unstable !== undefined) return { why: `its arguments hold \`${unstable}\`, which differs from run to run` };
  }
  const merged = argumentsWith(project, construction);
  if (typeof merged !== 'string') return merged;
  const callee = `${vendor.isClass ? 'new ' : ''}${node.getExpression().getText()}`;
  return {
    construction,
    builder: vendor.builder,
    config: vendor.takesConfig ? '(config)' : '()',
    made: `${callee}(${merged})`,
    imports: [{ from: vendor.adapter, local: vendor.builder, exported: vendor.builder }, ...imports],
    name: nameOf(project, node),
  };
}

function nameOf({ tm }: UserProject, node: Node): string | undefined {
  const variable = node.getFirstAncestorByKind(tm.SyntaxKind.VariableDeclaration);
  const name = variable?.getInitializer() === node ? variable.getNameNode() : undefined;
  return tm.Node.isIdentifier(name) ? name.getText() : undefined;
}

/** The construction's arguments with the builder's configuration merged in, ours last. */
function argumentsWith({ tm }: UserProject, { node, module, vendor }: Construction): string | { readonly why: string } {
  const args = node.getArguments();
  const texts = args.map((each) => each.getText());
  if (args.some((each) => tm.Node.isSpreadElement(each))) return { why: 'its arguments are spread' };
  if (!vendor.takesConfig) return texts.join(', ');
  const place = module === '@hubspot/api-client' ? 0 : 1;
  if (args.length < place) return { why: `${vendor.makes} is made without its key` };
  const given = args[place];
  if (!given) return [...texts, 'config'].join(', ');
  if (!tm.Node.isObjectLiteralExpression(given)) {
    texts[place] = `{ ...${given.getText()}, ...config }`;
    return texts.join(', ');
  }
  const taken = (inTheWay[module] ?? []).find((name) => given.getProperty(name) !== undefined);
  if (taken !== undefined) {
    return { why: `its option \`${taken}\` and ours are two answers to one question: merge them by hand` };
  }
  texts[place] = withConfig(given);
  return texts.join(', ');
}

function withConfig(given: ObjectLiteralExpression): string {
  const text = given.getText();
  if (given.getProperties().length === 0) return 'config';
  const inner = text.slice(1, -1);
  const last = given.getProperties().at(-1);
  const tail = last ? text.slice(last.getEnd() - given.getStart(), -1) : '';
  const before = inner.slice(0, inner.length - tail.length);
  if (!inner.includes('\n')) return `{${before}, ...config }`;
  const indent = /\n([\t ]*)\S/.exec(inner)?.[1] ?? '  ';
  const rest = tail.replace(/^,/, '');
  // What stands behind the last property stays there, a comment included.
  return `{${before},${rest.trimEnd()}\n${indent}...config,\n${indent.slice(0, -2)}}`;
}

/** The file that a name is imported from, where that leads, over the project's own files, to a client again. */
function leadsBack(project: UserProject, name: Identifier): string | undefined {
  const { tm, root } = project;
  const statement = name.getSymbol()?.getDeclarations()[0]?.getFirstAncestorByKind(tm.SyntaxKind.ImportDeclaration);
  const first = statement?.getModuleSpecifierSourceFile();
  if (!first || knownVendors[statement?.getModuleSpecifierValue() ?? '']) return undefined;
  const seen = new Set([first]);
  for (const file of seen) {
    for (const each of file.getImportDeclarations()) {
      if (knownVendors[each.getModuleSpecifierValue()] && !each.isTypeOnly()) return pathIn(root, file.getFilePath());
      const next = each.getModuleSpecifierSourceFile();
      if (next) seen.add(next);
    }
  }
  return undefined;
}

/** Identifiers that stand for a value and are not declared inside the node itself. */
function freeNames({ tm }: UserProject, node: Node): Identifier[] {
  const all = [node, ...node.getDescendants()].filter((each) => tm.Node.isIdentifier(each));
  return all.filter((name) => {
    const parent = name.getParent();
    if (tm.Node.isPropertyAccessExpression(parent) && parent.getNameNode() === name) return false;
    if (tm.Node.isPropertyAssignment(parent) && parent.getNameNode() === name) return false;
    const declared = name.getSymbol()?.getDeclarations()[0];
    return !declared || declared.getStart() < node.getStart() || declared.getEnd() > node.getEnd();
  });
}

type Origin =
  | { readonly kind: 'global' }
  | { readonly kind: 'local' }
  | { readonly kind: 'import'; readonly needed: NeededImport };

function originOf({ tm }: UserProject, name: Identifier): Origin {
  const symbol = tm.Node.isShorthandPropertyAssignment(name.getParent())
    ? name.getParentIfKindOrThrow(tm.SyntaxKind.ShorthandPropertyAssignment).getValueSymbol()
    : name.getSymbol();
  const [declaration] = symbol?.getDeclarations() ?? [];
  if (!declaration || declaration.getSourceFile() !== name.getSourceFile()) return { kind: 'global' };
  const equals = importedByEquals({ tm }, declaration);
  if (equals !== undefined) {
    return { kind: 'import', needed: { from: equals, local: name.getText(), exported: 'default' } };
  }
  const statement = declaration.getFirstAncestorByKind(tm.SyntaxKind.ImportDeclaration);
  if (!statement) return required({ tm }, declaration, name.getText());
  const specifier = statement.getModuleSpecifierValue();
  const relative = specifier.startsWith('.');
  const base = dirname(name.getSourceFile().getFilePath());
  const from = relative ? new URL(specifier, `file://${base}/`).pathname : specifier;
  const exported = tm.Node.isImportSpecifier(declaration)
    ? declaration.getName()
    : tm.Node.isNamespaceImport(declaration)
      ? '*'
      : 'default';
  return { kind: 'import', needed: { from, local: name.getText(), exported } };
}

/** `const Stripe = require('stripe')`: the config imports what the file required. */
function required({ tm }: Pick<UserProject, 'tm'>, declaration: Node, local: string): Origin {
  const variable = tm.Node.isBindingElement(declaration)
    ? declaration.getFirstAncestorByKind(tm.SyntaxKind.VariableDeclaration)
    : declaration;
  const init = tm.Node.isVariableDeclaration(variable) ? variable.getInitializer() : undefined;
  const isRequire = tm.Node.isCallExpression(init) && init.getExpression().getText() === 'require';
  const [module] = isRequire ? init.getArguments() : [];
  if (!tm.Node.isStringLiteral(module) || module.getLiteralValue().startsWith('.')) return { kind: 'local' };
  const exported = tm.Node.isBindingElement(declaration)
    ? (declaration.getPropertyNameNode()?.getText() ?? declaration.getName())
    : 'default';
  return { kind: 'import', needed: { from: module.getLiteralValue(), local, exported } };
}

function fixFor(name: Identifier): string {
  return `read it from \`process.env\`, or export \`${name.getText()}\` from a file of its own`;
}
