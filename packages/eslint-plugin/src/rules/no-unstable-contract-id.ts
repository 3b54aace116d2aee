import { callIds, momentary, randomIds } from '../known.ts';
import {
  field,
  fields,
  initOf,
  isFieldName,
  isFunction,
  methodOf,
  pathOf,
  within,
  type Node,
  type Rule,
  type RuleContext,
} from '../rule.ts';

const parts = new Set(['tenant', 'businessId', 'workflowId', 'stepId']);

/** An id of the contract that is another in the next run: then the effect is another too, and happens again. */
export const noUnstableContractId: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'Ids of scopes and effects are the same in every run of the same case' },
    schema: [],
    messages: {
      unstable:
        '{{what}} is another in the next run, so the next run does this again. Use the id of the business case.',
    },
  },
  create: (context) => {
    const check = (id: Node | undefined): void => {
      if (!id || isFunction(id)) return;
      const found = unstableIn(context, id);
      if (found) context.report({ node: id, messageId: 'unstable', data: { what: context.sourceCode.getText(found) } });
    };
    return {
      CallExpression: (node) => {
        const method = methodOf(node);
        const [first, second] = fields(node, 'arguments');
        if ((method === 'effect' || method === 'value') && second) check(first);
        if (method !== 'scope' || first?.type !== 'ObjectExpression') return;
        for (const property of fields(first, 'properties')) {
          const key = field(property, 'key');
          const name = key?.['name'] ?? key?.['value'];
          if (typeof name === 'string' && parts.has(name)) check(field(property, 'value'));
        }
      },
    };
  },
};

/** What in this expression changes from run to run; constants of the same file are looked into. */
function unstableIn(context: RuleContext, id: Node, seen: ReadonlySet<Node> = new Set()): Node | undefined {
  if (seen.has(id)) return undefined;
  for (const node of within(id, (each) => !isFunction(each))) {
    if (isUnstable(node)) return node;
    if (node.type !== 'Identifier' || isFieldName(node)) continue;
    const init = initOf(context, node, String(node['name']));
    const found = init && !isFunction(init) ? unstableIn(context, init, new Set([...seen, id])) : undefined;
    if (found) return found;
  }
  return undefined;
}

function isUnstable(node: Node): boolean {
  const path = pathOf(field(node, 'callee'));
  switch (node.type) {
    case 'CallExpression':
      return (
        momentary.has(path.join('.')) ||
        randomIds.has(path.at(-1) ?? '') ||
        (path.join('.') === 'Date' && path.length === 1)
      );
    case 'NewExpression':
      return path.join('.') === 'Date' && fields(node, 'arguments').length === 0;
    case 'Identifier':
      return callIds.test(String(node['name']));
    case 'MemberExpression': {
      const property = field(node, 'property');
      return node['computed'] !== true && callIds.test(String(property?.['name']));
    }
    default:
      return false;
  }
}
