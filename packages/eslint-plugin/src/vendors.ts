import { above, field, moduleOf, pathOf, initOf, type Node, type RuleContext } from './rule.ts';

interface Vendor {
  /** What makes a client: a class, or a function of the module. */
  readonly makes: string;
  readonly builder: string;
}

const vendors: Readonly<Record<string, Vendor>> = {
  stripe: { makes: 'new Stripe', builder: 'oncelyStripe' },
  '@hubspot/api-client': { makes: 'new Client', builder: 'oncelyHubspot' },
  '@slack/web-api': { makes: 'new WebClient', builder: 'oncelySlack' },
  nodemailer: { makes: 'createTransport', builder: 'oncelyEmail' },
};

/** Methods that change something at a vendor. */
const writes = new Set(
  `create update del delete cancel capture confirm refund pay void voidInvoice finalizeInvoice sendInvoice approve
   decline archive merge upsert attach detach postMessage postEphemeral scheduleMessage sendMail send`.split(/\s+/),
);

export interface Construction {
  readonly builder: string;
  readonly module: string;
}

/** Which vendor's client this expression makes, where it makes one. */
export function constructionOf(context: RuleContext, node: Node): Construction | undefined {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const path = pathOf(field(node, 'callee'));
  const [root, method] = path;
  if (root === undefined || path.length > 2) return undefined;
  const module = moduleOf(context, node, root);
  const vendor = module === undefined ? undefined : vendors[module];
  if (!vendor || module === undefined) return undefined;
  const isNew = vendor.makes.startsWith('new ');
  if (isNew !== (node.type === 'NewExpression')) return undefined;
  if (!isNew && (method ?? root) !== vendor.makes) return undefined;
  return { builder: vendor.builder, module };
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
  if (root === undefined || path.length < 2 || !writes.has(path.at(-1) ?? '')) return false;
  const init = initOf(context, call, root);
  return init !== undefined && constructionOf(context, init) !== undefined && !builderAround(context, init);
}

/** Whether this call changes something through a client of ours: `oncely.clients.stripe.refunds.create(...)`, or a name for it. */
export function isOwnWrite(context: RuleContext, call: Node): boolean {
  if (call.type !== 'CallExpression') return false;
  const path = pathOf(field(call, 'callee'));
  if (!writes.has(path.at(-1) ?? '')) return false;
  if (path.includes('clients')) return true;
  const init = path[0] === undefined ? undefined : initOf(context, call, path[0]);
  return pathOf(init).includes('clients');
}
