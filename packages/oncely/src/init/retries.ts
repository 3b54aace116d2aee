import { retryModules } from '@oncely/eslint-plugin/known';
import type { Block, CallExpression, Identifier, Node, Statement, TryStatement } from 'ts-morph';

import { chainOf, importOf } from './clients.ts';
import type { UserProject } from './user-project.ts';

/** What makes a write again when it fails. */
export interface Retry {
  /** The call of the library, or the loop. */
  readonly node: Node;
  /** What stays of it: the write's own expression, or the statement that holds it. */
  readonly keep: Node;
  /** As it is shown: `p-retry`, `for`. */
  readonly by: string;
  /** Why it must stay around the write; `undefined`: it can go. */
  readonly stays?: string;
}

/** The retry around a write, where there is one; the innermost. */
export function retryAround(project: UserProject, call: CallExpression): Retry | undefined {
  let inner: Node = call;
  let tried: TryStatement | undefined;
  const { tm } = project;
  for (const outer of call.getAncestors()) {
    if (tm.Node.isCallExpression(outer) && outer.getArguments()[0] === inner) {
      const retry = byLibrary(project, outer, call);
      if (retry) return retry;
    }
    if (tm.Node.isTryStatement(outer) && outer.getTryBlock() === inner && goesOn(project, outer)) tried ??= outer;
    if (tried && isLoop(project, outer) && !eachItem(project, outer, call)) return byLoop(project, outer, tried, call);
    if (tm.Node.isFunctionDeclaration(outer) || tm.Node.isMethodDeclaration(outer)) return undefined;
    inner = outer;
  }
  return undefined;
}

type Loop = Node & { getStatement(): Statement };

export function isLoop({ tm }: UserProject, node: Node): node is Loop {
  return tm.Node.isIterationStatement(node);
}

/** Whether each round of the loop makes the write for something else: then it repeats nothing. */
function eachItem(project: UserProject, loop: Node, call: CallExpression): boolean {
  const names = new Set(loopNames(project, loop));
  return call.getDescendantsOfKind(project.tm.SyntaxKind.Identifier).some((each) => names.has(each.getText()));
}

/** The names that a loop declares in its head. */
export function loopNames({ tm }: UserProject, loop: Node): readonly string[] {
  if (!tm.Node.isForOfStatement(loop) && !tm.Node.isForInStatement(loop) && !tm.Node.isForStatement(loop)) return [];
  const init = loop.getInitializer();
  if (!tm.Node.isVariableDeclarationList(init)) return [];
  return init
    .getDeclarations()
    .flatMap((each) => [each.getNameNode(), ...each.getNameNode().getDescendants()])
    .filter((each) => tm.Node.isIdentifier(each))
    .map((each) => each.getText());
}

function byLibrary(project: UserProject, outer: CallExpression, call: CallExpression): Retry | undefined {
  const { tm } = project;
  const { root } = chainOf(project, outer.getExpression());
  const module = tm.Node.isIdentifier(root) ? importOf(project, root)?.module : undefined;
  if (tm.Node.isIdentifier(root) && triesAgain(project, root)) {
    return { node: outer, keep: call, by: root.getText(), stays: 'it is a function of yours' };
  }
  if (module === undefined || !retryModules.has(module)) return undefined;
  const [fn, ...options] = outer.getArguments();
  const retry = { node: outer, keep: call, by: module };
  if (!tm.Node.isArrowFunction(fn) && !tm.Node.isFunctionExpression(fn)) return undefined;
  if (onlyResult(project, fn.getBody()) !== call) return { ...retry, stays: 'it does more than this write' };
  if (options.some((each) => each.getDescendants().some((inner) => tm.Node.isFunctionLikeDeclaration(inner)))) {
    return { ...retry, stays: 'its options call functions of yours' };
  }
  const params = new Set(fn.getParameters().map((each) => each.getName()));
  if (call.getDescendantsOfKind(tm.SyntaxKind.Identifier).some((each) => params.has(each.getText()))) {
    return { ...retry, stays: 'the write uses the number of the try' };
  }
  return hasComment(project, outer, call) ? { ...retry, stays: 'a comment stands in it' } : retry;
}

/** Whether a function of the project calls one of its parameters in a loop around a catch. */
function triesAgain(project: UserProject, name: Identifier): boolean {
  const { tm } = project;
  const symbol = name.getSymbol();
  return ((symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations() ?? []).some((declaration) => {
    const fn = tm.Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : declaration;
    if (!tm.Node.isFunctionDeclaration(fn) && !tm.Node.isArrowFunction(fn)) return false;
    const names = new Set(fn.getParameters().map((each) => each.getName()));
    return fn
      .getDescendantsOfKind(tm.SyntaxKind.CallExpression)
      .some(
        (each) =>
          names.has(each.getExpression().getText()) &&
          each.getAncestors().some((outer) => isLoop(project, outer)) &&
          each.getAncestors().some((outer) => tm.Node.isTryStatement(outer)),
      );
  });
}

/** The expression that a function's body is: itself, or what its one statement returns or awaits. */
function onlyResult({ tm }: UserProject, body: Node): Node | undefined {
  let result: Node | undefined = body;
  if (tm.Node.isBlock(body)) {
    const [only, ...more] = body.getStatements();
    if (more.length > 0) return undefined;
    if (!tm.Node.isReturnStatement(only) && !tm.Node.isExpressionStatement(only)) return undefined;
    result = only.getExpression();
  }
  while (tm.Node.isAwaitExpression(result) || tm.Node.isParenthesizedExpression(result))
    result = result.getExpression();
  return result;
}

function byLoop(project: UserProject, loop: Loop, tried: TryStatement, call: CallExpression): Retry {
  const { tm } = project;
  const by = loop.getKindName().replace('Statement', '').toLowerCase();
  const [keep, leaves, ...rest] = tried.getTryBlock().getStatements();
  const body = loop.getStatement();
  const only = tm.Node.isBlock(body) ? body.getStatements() : [body];
  const base = { node: loop, by, keep: keep ?? loop };
  if (!keep || only.length !== 1 || only[0] !== tried || tried.getFinallyBlock() || rest.length > 0) {
    return { ...base, stays: 'it does more than this write' };
  }
  const left = tm.Node.isReturnStatement(keep) ? !leaves : isBareExit(project, leaves);
  if (!left || !keep.containsRange(call.getPos(), call.getEnd()) || !isPlain(project, keep, call)) {
    return { ...base, stays: 'it does more than this write' };
  }
  if (
    !tried
      .getCatchClauseOrThrow()
      .getBlock()
      .getStatements()
      .every((each) => isWaiting(project, each))
  ) {
    return { ...base, stays: 'its catch does more than wait and throw' };
  }
  const names = new Set(loopNames(project, loop));
  if (keep.getDescendantsOfKind(tm.SyntaxKind.Identifier).some((each) => names.has(each.getText()))) {
    return { ...base, stays: 'the write uses the number of the try' };
  }
  return hasComment(project, loop, keep) ? { ...base, stays: 'a comment stands in it' } : base;
}

function isBareExit({ tm }: UserProject, node: Node | undefined): boolean {
  return tm.Node.isBreakStatement(node) || (tm.Node.isReturnStatement(node) && !node.getExpression());
}

/** `return await W`, `await W`, `x = await W`: a declaration inside the loop would not be seen behind it. */
function isPlain({ tm }: UserProject, keep: Node, call: CallExpression): boolean {
  let at = tm.Node.isReturnStatement(keep) || tm.Node.isExpressionStatement(keep) ? keep.getExpression() : undefined;
  if (tm.Node.isBinaryExpression(at)) at = at.getRight();
  while (tm.Node.isAwaitExpression(at) || tm.Node.isParenthesizedExpression(at)) at = at.getExpression();
  return at === call;
}

/** A statement of a catch that only decides whether there is another round, remembers the error, or waits. */
function isWaiting(project: UserProject, node: Node): boolean {
  const { tm } = project;
  if (tm.Node.isThrowStatement(node) || tm.Node.isContinueStatement(node)) return true;
  if (tm.Node.isIfStatement(node)) {
    const then = node.getThenStatement();
    const all = tm.Node.isBlock(then) ? then.getStatements() : [then];
    return !node.getElseStatement() && all.every((each) => isWaiting(project, each));
  }
  const expression = tm.Node.isExpressionStatement(node) ? node.getExpression() : undefined;
  if (tm.Node.isAwaitExpression(expression)) {
    return /^(?:await )?(?:new Promise\b|[\w.]{0,200}(?:sleep|delay|wait|setTimeout)[\w.]{0,200}\()/i.test(
      expression.getText(),
    );
  }
  if (tm.Node.isBinaryExpression(expression)) return tm.Node.isIdentifier(expression.getRight());
  return tm.Node.isPostfixUnaryExpression(expression) || tm.Node.isPrefixUnaryExpression(expression);
}

/** Whether the loop goes on after the catch: it does not where the last statement of it leaves. */
function goesOn({ tm }: UserProject, tried: TryStatement): boolean {
  const block: Block | undefined = tried.getCatchClause()?.getBlock();
  const last = block?.getStatements().at(-1);
  return (
    block !== undefined &&
    !tm.Node.isThrowStatement(last) &&
    !tm.Node.isReturnStatement(last) &&
    !tm.Node.isBreakStatement(last)
  );
}

/** Whether something that goes away holds a comment: what the user wrote for people is never dropped. */
function hasComment({ tm }: UserProject, whole: Node, keep: Node): boolean {
  const text = whole.getSourceFile().getFullText();
  const scanner = tm.ts.createScanner(tm.ts.ScriptTarget.Latest, false, tm.ts.LanguageVariant.Standard);
  return [
    [whole.getStart(), keep.getStart()],
    [keep.getEnd(), whole.getEnd()],
  ].some(([start = 0, end = 0]) => {
    scanner.setText(text.slice(start, end));
    for (let token = scanner.scan(); token !== tm.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
      if (token === tm.SyntaxKind.SingleLineCommentTrivia || token === tm.SyntaxKind.MultiLineCommentTrivia)
        return true;
    }
    return false;
  });
}
