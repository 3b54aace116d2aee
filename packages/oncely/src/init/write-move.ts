import type { CallExpression, Node } from 'ts-morph';

import { caseIdsAt, itemIdOf } from './case-id.ts';
import { indentAt, type Edit } from './edits.ts';
import { freeText } from './free-text.ts';
import { retryAround, type Retry } from './retries.ts';
import { unstableIn } from './stable.ts';
import { callsOf, unitOf, type Unit } from './unit.ts';
import { placeOf, type UserProject } from './user-project.ts';
import type { RawWrite } from './writes.ts';

/** How a write becomes an effect. */
export interface WriteMove {
  readonly write: RawWrite;
  readonly unit: Unit;
  readonly retry: Retry | undefined;
  /** The expression of the business id. */
  readonly businessId: string;
  /** What tells the items of a loop apart, where the business id does not. */
  readonly item: string | undefined;
}

/** Finds how a write moves into a scope of its own, or says why it is left to a person. */
export function writeMoveOf(
  project: UserProject,
  write: RawWrite,
  all: readonly RawWrite[],
  wanted: readonly string[],
): WriteMove | { readonly why: string } {
  const { call } = write;
  const why = unfit(project, call, all);
  if (why !== undefined) return { why };
  const retry = retryAround(project, call);
  const unit = unitOf(project, call, retry?.stays === undefined ? retry : undefined);
  const loops = unit.loops.filter(({ node }) => node !== retry?.node);
  const ids = caseIdsAt(project, call, unit, all, wanted);
  const [innermost] = loops;
  const ofItem = innermost ? ids.filter(({ root }) => innermost.names.includes(root)) : ids;
  const [id, ...others] = ofItem.length > 0 ? ofItem : ids;
  if (!id) return { why: 'nothing here names the business case: give it one, and --business-id with its name' };
  if (others.length > 0) {
    const names = [id, ...others].map(({ expression }) => `\`${expression}\``).join(', ');
    return { why: `several things may name the business case (${names}): say which by --business-id` };
  }
  const item = innermost && ofItem.length === 0 ? itemIdOf(project, call, innermost.names) : undefined;
  if (innermost && ofItem.length === 0 && item === undefined) {
    return { why: 'it is made once for each round of a loop, and nothing names the round' };
  }
  const called = calledTwice(project, unit, id.root) ?? freeText(project, call, unit);
  return called === undefined ? { write, unit, retry, businessId: id.expression, item } : { why: called };
}

function unfit(project: UserProject, call: CallExpression, all: readonly RawWrite[]): string | undefined {
  const { tm } = project;
  const args = call.getArguments();
  const last = args.at(-1);
  const callee = call.getExpression().getText();
  if (/\.(?:update|upsert)$/.test(callee)) {
    return 'it sets a state, which a case may set again and which may be set twice: name it by the state, where it matters';
  }
  if (tm.Node.isArrowFunction(last) || tm.Node.isFunctionExpression(last))
    return 'it takes a callback: await it instead';
  if (callee.includes('?.')) return 'its client may be missing (`?.`)';
  const holds = call
    .getDescendantsOfKind(tm.SyntaxKind.CallExpression)
    .some((each) => each.getExpression().getText().endsWith('.effect'));
  if (holds || all.some((each) => each.call !== call && inside(each.call, call))) {
    return 'another write stands in its arguments: put that before it';
  }
  if (call.getDescendants().some((each) => tm.Node.isYieldExpression(each)))
    return 'there is a `yield` in its arguments';
  const key = call
    .getDescendantsOfKind(tm.SyntaxKind.PropertyAssignment)
    .some((each) => each.getName() === 'idempotencyKey');
  const short = call
    .getDescendantsOfKind(tm.SyntaxKind.ShorthandPropertyAssignment)
    .some((each) => each.getName() === 'idempotencyKey');
  return key || short
    ? 'its `idempotencyKey` names it already: drop that, the name of the effect takes its place'
    : undefined;
}

function inside(inner: Node, outer: Node): boolean {
  return inner.getSourceFile() === outer.getSourceFile() && outer.containsRange(inner.getPos(), inner.getEnd());
}

/**
 * One name for two calls would keep the second from happening, where both are of one case: so a function that is called
 * in several places, or in a loop that its case id does not come from, is left to a person.
 */
function calledTwice(project: UserProject, unit: Unit, root: string): string | undefined {
  const { tm } = project;
  const calls = callsOf(project, unit).filter((each) => !inside(each, unit.node));
  const [only, second] = calls;
  const name = `\`${unit.name}\``;
  if (second) {
    const places = calls.map((each) => placeOf(project, each)).join(', ');
    return `${name} is called at ${places}: one case may need each of them, so name the effects at the callers`;
  }
  if (!only) return undefined;
  const [loop] = unitOf(project, only, undefined).loops;
  if (!loop || loop.names.length === 0) return undefined;
  const params = tm.Node.isParametered(unit.node) ? unit.node.getParameters() : [];
  const at = params.findIndex((each) =>
    [each.getNameNode(), ...each.getNameNode().getDescendants()].some((node) => node.getText() === root),
  );
  const given = only.getArguments()[at];
  const fromLoop = [given, ...(given?.getDescendants() ?? [])].some(
    (node) => tm.Node.isIdentifier(node) && loop.names.includes(node.getText()),
  );
  return fromLoop ? undefined : `${name} is called in a loop at ${placeOf(project, only)}, for one case each time`;
}

/** What a person should look at in a write that moves. */
export function doubtsOf(project: UserProject, { write }: WriteMove): string | undefined {
  const unstable = write.call
    .getArguments()
    .map((each) => unstableIn(project, each))
    .find((each) => each !== undefined);
  if (unstable === undefined) return undefined;
  return `its input holds \`${unstable}\`, so the next run's differs: compute it by oncely.value`;
}

/** The edits that put a write into its scope and effect, and take the retry around it away. */
export function writeEdits(
  project: UserProject,
  move: WriteMove,
  names: { readonly workflowId: string; readonly effectId: string; readonly quote: string },
): readonly Edit[] {
  const { tm } = project;
  const { write, retry, businessId, item } = move;
  const { call } = write;
  const text = call.getSourceFile().getFullText();
  const goes = retry?.stays === undefined ? retry : undefined;
  const base = indentAt(text, goes?.node.getStart() ?? call.getStart());
  const step = base.includes('\t') ? '\t' : '  ';
  const quoted = (value: string): string => `${names.quote}${value}${names.quote}`;
  const id = item === undefined ? quoted(names.effectId) : `\`${names.effectId}:\${${item}}\``;
  const waits = call
    .getDescendantsOfKind(tm.SyntaxKind.AwaitExpression)
    .some(
      (each) => each.getFirstAncestor((outer) => tm.Node.isFunctionLikeDeclaration(outer) || outer === call) === call,
    );
  const start = `oncely.scope({ businessId${businessId === 'businessId' ? '' : `: ${businessId}`}, workflowId: ${quoted(names.workflowId)} }, () =>`;
  const effect = `oncely.effect(${id}, ${waits ? 'async ' : ''}() =>`;
  const isLong = call.getText().includes('\n') || base.length + effect.length + call.getText().length > 100;
  const prefix = isLong
    ? `${start}\n${base}${step}${effect}\n${base}${step}${step}`
    : `${start}\n${base}${step}${effect} `;
  const suffix = isLong ? `,\n${base}${step}),\n${base})` : `),\n${base})`;
  const around = outerEdits(project, goes, call, prefix, suffix);
  return [...around, ...(isLong ? reindented(project, call, `${base}${step}${step}`) : [])];
}

function outerEdits(
  { tm }: UserProject,
  goes: Retry | undefined,
  call: CallExpression,
  prefix: string,
  suffix: string,
): readonly Edit[] {
  const [start, end] = [call.getStart(), call.getEnd()];
  if (goes === undefined)
    return [
      { start, end: start, text: prefix },
      { start: end, end, text: suffix },
    ];
  if (goes.keep === call) {
    return [
      { start: goes.node.getStart(), end: start, text: prefix },
      { start: end, end: goes.node.getEnd(), text: suffix },
    ];
  }
  // Behind a `return` nothing follows any more: the error that the loop threw in the end goes with it.
  const next = tm.Node.isReturnStatement(goes.keep) ? goes.node.getNextSibling() : undefined;
  const trailing = tm.Node.isThrowStatement(next) && next.getLeadingCommentRanges().length === 0 ? next : goes.node;
  return [
    { start: goes.node.getStart(), end: goes.keep.getStart(), text: '' },
    { start, end: start, text: prefix },
    { start: end, end, text: suffix },
    { start: goes.keep.getEnd(), end: trailing.getEnd(), text: '' },
  ];
}

/** Moves the lines of a call to a new indentation; what lies in a text of several lines stays. */
function reindented({ tm }: UserProject, call: CallExpression, to: string): readonly Edit[] {
  const text = call.getSourceFile().getFullText();
  const from = indentAt(text, call.getStart());
  const literal = call
    .getDescendants()
    .filter((each) => tm.Node.isTemplateExpression(each) || tm.Node.isNoSubstitutionTemplateLiteral(each));
  const edits: Edit[] = [];
  for (let at = text.indexOf('\n', call.getStart()); at !== -1 && at < call.getEnd(); at = text.indexOf('\n', at + 1)) {
    const line = at + 1;
    if (literal.some((each) => each.getStart() < line && line < each.getEnd())) continue;
    const own = /^[\t ]*/.exec(text.slice(line))?.[0] ?? '';
    if (/^\r?\n/.test(text.slice(line + own.length, line + own.length + 2))) continue;
    const deeper = own.startsWith(from) ? own.slice(from.length) : own;
    edits.push({ start: line, end: line + own.length, text: to + deeper });
  }
  return edits;
}
