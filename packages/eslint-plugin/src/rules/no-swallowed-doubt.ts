import { field, fields, isFunction, methodOf, pathOf, within, type Node, type Rule } from '../rule.ts';

const loggers = new Set(['console', 'log', 'logger']);

/** A catch around an effect after which nobody knows whether it happened. */
export const noSwallowedDoubt: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'An error of an effect is thrown on or looked at: it may have happened' },
    schema: [],
    messages: {
      swallowed:
        'What is caught here may say that the effect is in doubt, and nobody looks. Throw it on, or decide by isOncelyError(error) and error.next.',
    },
  },
  create: (context) => ({
    TryStatement: (node) => {
      const block = field(node, 'block');
      const handler = field(node, 'handler');
      if (!block || !handler || !holdsEffect(block)) return;
      const body = field(handler, 'body');
      if (body && !isLookedAt(body, field(handler, 'param'))) context.report({ node: handler, messageId: 'swallowed' });
    },
    CallExpression: (node) => {
      if (methodOf(node) !== 'catch') return;
      const promise = field(field(node, 'callee'), 'object');
      const [handler] = fields(node, 'arguments');
      if (!promise || !isFunction(handler) || !holdsEffect(promise)) return;
      const body = field(handler, 'body');
      if (body && !isLookedAt(body, fields(handler, 'params')[0]))
        context.report({ node: handler, messageId: 'swallowed' });
    },
  }),
};

/** Whether an effect is made here: `oncely.effect(id, fn)` or `oncely.scope(scope, fn)`. */
function holdsEffect(node: Node): boolean {
  return [...within(node)].some((each) => {
    const method = methodOf(each);
    return (method === 'effect' || method === 'scope') && fields(each, 'arguments').length > 1;
  });
}

/** Whether the error is thrown, returned or given to something that is not a log. */
function isLookedAt(body: Node, param: Node | undefined): boolean {
  const isLog = (node: Node): boolean =>
    node.type === 'CallExpression' && loggers.has(pathOf(field(node, 'callee')).find((name) => name !== 'this') ?? '');
  const names = new Set(
    param ? [...within(param)].filter(({ type }) => type === 'Identifier').map(({ name }) => name) : [],
  );
  return [...within(body, (node) => !isLog(node))].some(
    (node) => node.type === 'ThrowStatement' || (node.type === 'Identifier' && names.has(node['name'])),
  );
}
