import {
  field,
  fields,
  isFunction,
  methodOf,
  pathOf,
  within,
  type Node,
  type Rule,
  type RuleContext,
} from '../rule.ts';
import { isOwnWrite, isRawWrite } from '../vendors.ts';

/** A write inside of `value`: it is remembered that a value was computed, and not that something happened. */
export const noSideEffectInValue: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'A value is computed and changes nothing' },
    schema: [],
    messages: {
      write: 'A value may be computed again after a crash, and this with it. Make it an effect beside the value.',
    },
  },
  create: (context) => ({
    CallExpression: (node) => {
      const [, compute] = fields(node, 'arguments');
      if (methodOf(node) !== 'value' || !isFunction(compute)) return;
      for (const inner of within(compute)) {
        if (isWrite(context, inner)) context.report({ node: inner, messageId: 'write' });
      }
    },
  }),
};

function isWrite(context: RuleContext, node: Node): boolean {
  if (node.type !== 'CallExpression') return false;
  if (isRawWrite(context, node) || isOwnWrite(context, node)) return true;
  if (methodOf(node) === 'effect' && fields(node, 'arguments').length > 1) return true;
  return pathOf(field(node, 'callee')).join('.') === 'fetch' && isChanging(fields(node, 'arguments')[1]);
}

function isChanging(options: Node | undefined): boolean {
  const method = fields(options, 'properties').find((property) => field(property, 'key')?.['name'] === 'method');
  const value = field(method, 'value')?.['value'];
  return typeof value === 'string' && !['GET', 'HEAD', 'OPTIONS'].includes(value.toUpperCase());
}
