import { field, fields, nameOf, pathOf, type Node, type Rule } from '../rule.ts';

const named = /approv/i;
const collections = new Set(['Map', 'Set', 'WeakMap', 'WeakSet']);

/** Approvals that a restart forgets: then nothing happens, or it happens without the person. */
export const noApprovalInMemory: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'Approvals are kept in the ledger, not in the memory of a process' },
    schema: [],
    messages: {
      memory:
        '{{name}} is lost with this process, and another process never sees it. Ask by the effect itself: { approval: "required" }.',
    },
  },
  create: (context) => {
    const check = (node: Node, name: string, value: Node | undefined, isLet: boolean): void => {
      if (named.test(name) && isKept(value, isLet)) context.report({ node, messageId: 'memory', data: { name } });
    };
    return {
      VariableDeclarator: (node) => {
        const declaration = node.parent;
        const outer = declaration?.parent?.type;
        // What a function keeps for its own time only is no store.
        if (outer !== 'Program' && outer !== 'ExportNamedDeclaration') return;
        check(node, pathOf(field(node, 'id'))[0] ?? '', field(node, 'init'), declaration?.['kind'] === 'let');
      },
      PropertyDefinition: (node) => {
        check(node, nameOf(field(node, 'key')), field(node, 'value'), true);
      },
    };
  },
};

function isKept(value: Node | undefined, isLet: boolean): boolean {
  if (value?.type === 'NewExpression') return collections.has(pathOf(field(value, 'callee'))[0] ?? '');
  if (value?.type === 'ArrayExpression') return fields(value, 'elements').length === 0;
  if (value?.type === 'ObjectExpression') return fields(value, 'properties').length === 0;
  return value?.type === 'Literal' && isLet && typeof value['value'] === 'boolean';
}
