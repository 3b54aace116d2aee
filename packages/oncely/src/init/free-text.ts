import type { CallExpression, Node } from 'ts-morph';

import { callsOf, type Unit } from './unit.ts';
import type { UserProject } from './user-project.ts';

const wording = new Set(['text', 'markdown_text', 'subject', 'html', 'body', 'content', 'message']);
const texty = /^(?:text|message|body|content|summary|reply|answer|draft|note)$/i;

/**
 * Why a message whose words come from elsewhere is left: a case may need several, and under one name the second would
 * be taken for the first in other words. A text that the code itself holds says one thing.
 */
export function freeText(project: UserProject, call: CallExpression, unit: Unit): string | undefined {
  const { tm } = project;
  const [input] = call.getArguments();
  if (!tm.Node.isObjectLiteralExpression(input)) return undefined;
  for (const each of input.getProperties()) {
    const isShort = tm.Node.isShorthandPropertyAssignment(each);
    if (!isShort && !tm.Node.isPropertyAssignment(each)) continue;
    const value = isShort ? each.getNameNode() : each.getInitializer();
    if (!wording.has(each.getName()) || value === undefined || isOfCode(project, value, unit)) continue;
    return `its \`${each.getName()}\` comes from elsewhere, and a case may need several: name each by what it is for`;
  }
  return undefined;
}

function isOfCode(project: UserProject, value: Node, unit: Unit): boolean {
  const { tm } = project;
  if (tm.Node.isCallExpression(value) || tm.Node.isAwaitExpression(value)) return false;
  if (tm.Node.isTemplateExpression(value) || tm.Node.isBinaryExpression(value)) {
    // An order's number in a sentence is of the code; a text in a sentence is as free as the text.
    const texts = value.getDescendantsOfKind(tm.SyntaxKind.Identifier).filter((each) => texty.test(each.getText()));
    return texts.every((each) =>
      tm.Node.isPropertyAccessExpression(each.getParent()) ? false : isOfCode(project, each, unit),
    );
  }
  if (!tm.Node.isIdentifier(value) && !tm.Node.isPropertyAccessExpression(value)) return true;
  const name = tm.Node.isIdentifier(value) ? value : value.getNameNode();
  const isShort = tm.Node.isShorthandPropertyAssignment(value.getParent());
  const symbol = isShort
    ? value.getParentIfKindOrThrow(tm.SyntaxKind.ShorthandPropertyAssignment).getValueSymbol()
    : name.getSymbol();
  const [declaration] = (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations() ?? [];
  if (tm.Node.isVariableDeclaration(declaration)) {
    const init = declaration.getInitializer();
    return init !== undefined && isOfCode(project, init, unit);
  }
  if (!tm.Node.isParameterDeclaration(declaration) || !tm.Node.isParametered(unit.node)) return false;
  const index = unit.node.getParameters().indexOf(declaration);
  // Called in one place, its words are those of that place.
  const [only, ...more] = callsOf(project, unit);
  const given = only?.getArguments()[index];
  return more.length === 0 && given !== undefined && !tm.Node.isIdentifier(given) && isOfCode(project, given, unit);
}
