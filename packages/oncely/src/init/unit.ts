import { retryModules } from '@oncely/eslint-plugin/known';
import type { CallExpression, Identifier, Node } from 'ts-morph';

import { chainOf, importOf } from './clients.ts';
import { isLoop, loopNames, type Retry } from './retries.ts';
import type { UserProject } from './user-project.ts';

/** The piece of work that a write belongs to: a function, or the file itself where it is a script. */
export interface Unit {
  readonly node: Node;
  /** The function's name, where it has one. */
  readonly name: string | undefined;
  /** Loops over items between the unit and the write, the innermost first, with the names that they give. */
  readonly loops: readonly ItemLoop[];
}

export interface ItemLoop {
  readonly node: Node;
  readonly names: readonly string[];
}

const overItems = new Set(['map', 'forEach', 'flatMap', 'filter', 'reduce', 'each']);

/** The unit around a write; the loop of a retry that goes away is none over items. */
export function unitOf(project: UserProject, call: CallExpression, retry: Retry | undefined): Unit {
  const { tm } = project;
  const loops: ItemLoop[] = [];
  let inner: Node = call;
  for (const outer of call.getAncestors()) {
    if (isLoop(project, outer) && retry?.node !== outer) {
      loops.push({ node: outer, names: loopNames(project, outer) });
    }
    if (tm.Node.isFunctionLikeDeclaration(outer) || tm.Node.isFunctionExpression(outer)) {
      const takes = roleOf(project, outer);
      if (takes === 'unit') return { node: outer, name: nameOf(project, outer), loops };
      if (takes === 'items') loops.push({ node: outer, names: parameterNames(project, outer) });
    }
    inner = outer;
  }
  return { node: inner, name: undefined, loops };
}

/** What a function is given to: a list that it is called for, something that runs it once, or it stands for itself. */
function roleOf(project: UserProject, fn: Node): 'unit' | 'items' | 'once' {
  const { tm } = project;
  const call = fn.getParent();
  if (tm.Node.isParenthesizedExpression(call)) return 'once';
  if (!tm.Node.isCallExpression(call) || tm.Node.isFunctionDeclaration(fn)) return 'unit';
  const { root, names } = chainOf(project, call.getExpression());
  if (overItems.has(names.at(-1) ?? '')) return 'items';
  if (names.at(-1) === 'then' || names.at(-1) === 'finally') return 'once';
  // What takes nothing gets no case from whoever calls it: a thunk for a retry or a timer.
  if (tm.Node.isParametered(fn) && fn.getParameters().length === 0) return 'once';
  const module = tm.Node.isIdentifier(root) ? importOf(project, root)?.module : undefined;
  return module !== undefined && retryModules.has(module) ? 'once' : 'unit';
}

function parameterNames({ tm }: UserProject, fn: Node): readonly string[] {
  if (!tm.Node.isParametered(fn)) return [];
  return fn
    .getParameters()
    .flatMap((each) =>
      [each.getNameNode(), ...each.getNameNode().getDescendants()]
        .filter((node) => tm.Node.isIdentifier(node))
        .map((node) => node.getText()),
    );
}

function nameNodeOf({ tm }: UserProject, fn: Node): Identifier | undefined {
  const named = tm.Node.isFunctionDeclaration(fn) || tm.Node.isMethodDeclaration(fn) ? fn : fn.getParent();
  if (
    !tm.Node.isFunctionDeclaration(named) &&
    !tm.Node.isMethodDeclaration(named) &&
    !tm.Node.isVariableDeclaration(named) &&
    !tm.Node.isPropertyAssignment(named) &&
    !tm.Node.isPropertyDeclaration(named)
  ) {
    return undefined;
  }
  const name = named.getNameNode();
  return tm.Node.isIdentifier(name) ? name : undefined;
}

function nameOf(project: UserProject, fn: Node): string | undefined {
  return nameNodeOf(project, fn)?.getText();
}

/** The calls of a unit in the project; handing it on (`addNode('refund', refund)`) is none. */
export function callsOf(project: UserProject, { node }: Unit): readonly CallExpression[] {
  const { tm } = project;
  const name = nameNodeOf(project, node);
  if (!name) return [];
  return name.findReferencesAsNodes().flatMap((reference) => {
    const parent = reference.getParent();
    const callee = tm.Node.isPropertyAccessExpression(parent) ? parent : reference;
    const call = callee.getParent();
    return tm.Node.isCallExpression(call) && call.getExpression() === callee ? [call] : [];
  });
}
