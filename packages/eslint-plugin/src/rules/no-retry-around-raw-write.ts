import { retryModules } from '../known.ts';
import { above, field, fields, isFunction, moduleOf, nameOf, pathOf, within, type Node, type Rule } from '../rule.ts';
import { isRawWrite } from '../vendors.ts';

const loops = new Set(['ForStatement', 'WhileStatement', 'DoWhileStatement', 'ForOfStatement']);

/** A write through a raw client that is made again when it fails: the second may be a double. */
export const noRetryAroundRawWrite: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'A raw write is not retried: what failed may have happened' },
    schema: [],
    messages: {
      retried:
        'This raw write is made again when it fails, and what failed may have happened. Make it an effect: Oncely retries it where that is safe.',
    },
  },
  create: (context) => {
    const isRetry = (node: Node): boolean => {
      if (node.type !== 'CallExpression') return false;
      const [root] = pathOf(field(node, 'callee'));
      const module = root === undefined ? undefined : moduleOf(context, node, root);
      return module !== undefined && retryModules.has(module);
    };
    return {
      CallExpression: (node) => {
        if (!isRawWrite(context, node)) return;
        let caught = false;
        let inner = node;
        for (const outer of above(node)) {
          if (outer.type === 'TryStatement' && field(outer, 'block') === inner)
            caught ||= goesOn(field(outer, 'handler'));
          const isLooped = loops.has(outer.type) && caught && !isOfItem(outer, node);
          const isPassed = isRetry(outer) && fields(outer, 'arguments').includes(inner);
          if (isLooped || isPassed) {
            context.report({ node, messageId: 'retried' });
            return;
          }
          if (isFunction(outer) && outer.type === 'FunctionDeclaration') return;
          inner = outer;
        }
      },
    };
  },
};

/** Whether each round writes for an item of its own: then what failed is not made again. */
function isOfItem(loop: Node, write: Node): boolean {
  const declared = loop.type === 'ForOfStatement' ? field(loop, 'left') : undefined;
  const names = new Set(declared ? [...within(declared)].map(nameOf) : []);
  return [...within(write)].some((each) => each.type === 'Identifier' && names.has(nameOf(each)));
}

/** Whether the loop goes on after the catch: it does not where the last statement of it leaves. */
function goesOn(handler: Node | undefined): boolean {
  const last = fields(field(handler, 'body'), 'body').at(-1);
  const leaves = last && ['ThrowStatement', 'ReturnStatement', 'BreakStatement'].includes(last.type);
  return handler !== undefined && leaves !== true && [...within(handler)].length > 0;
}
