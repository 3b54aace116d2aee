import { knownVendors, writeMethods } from './known.ts';
import { above, field, moduleOf, pathOf, initOf, type Node, type RuleContext } from './rule.ts';

export interface Construction {
  readonly builder: string;
  readonly takesConfig: boolean;
  readonly module: string;
}

/** Which vendor's client this expression makes, where it makes one. */
export function constructionOf(context: RuleContext, node: Node): Construction | undefined {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const path = pathOf(field(node, 'callee'));
  const [root, method] = path;
  if (root === undefined || path.length > 2) return undefined;
  const module = moduleOf(context, node, root);
  const vendor = module === undefined ? undefined : knownVendors[module];
  if (!vendor || module === undefined) return undefined;
  if (vendor.isClass !== (node.type === 'NewExpression')) return undefined;
  if (!vendor.isClass && (method ?? root) !== vendor.makes) return undefined;
  return { builder: vendor.builder, takesConfig: vendor.takesConfig, module };
}

/** The function given to a builder of ours that this lies in; `undefined`: none. */
export function builderAround(context: RuleContext, node: Node): Node | undefined {
  let inner = node;
  for (const outer of above(node)) {
    if (outer.type === 'CallExpression' && inner !== field(outer, 'callee')) {
      const [root] = pathOf(field(outer, 'callee'));
      const module = root === undefined ? undefined : moduleOf(context, node, root);
      if (module?.startsWith('@oncely/') === true) return inner;
    }
    inner = outer;
  }
  return undefined;
}

/** Whether this call changes something through a client that this file made past every builder of ours. */
export function isRawWrite(context: RuleContext, call: Node): boolean {
  if (call.type !== 'CallExpression') return false;
  const path = pathOf(field(call, 'callee'));
  const [root] = path;
  if (root === undefined || path.length < 2 || !writeMethods.has(path.at(-1) ?? '')) return false;
  const init = initOf(context, call, root);
  return init !== undefined && constructionOf(context, init) !== undefined && !builderAround(context, init);
}

/** Whether this call changes something through a client of ours: `oncely.clients.stripe.refunds.create(...)`, or a name for it. */
export function isOwnWrite(context: RuleContext, call: Node): boolean {
  if (call.type !== 'CallExpression') return false;
  const path = pathOf(field(call, 'callee'));
  if (!writeMethods.has(path.at(-1) ?? '')) return false;
  if (path.includes('clients')) return true;
  const init = path[0] === undefined ? undefined : initOf(context, call, path[0]);
  return pathOf(init).includes('clients');
}
