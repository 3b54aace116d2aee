/** What is used of ESLint, by its shape, so that any version and oxlint's JS plugins will do. */
export interface Rule {
  readonly meta: {
    readonly type: 'problem';
    readonly docs: { readonly description: string };
    readonly fixable?: 'code';
    readonly schema: readonly [];
    readonly messages: Readonly<Record<string, string>>;
  };
  create(context: RuleContext): Readonly<Record<string, (node: Node) => void>>;
}

export interface RuleContext {
  readonly sourceCode: {
    getText(node: Node): string;
    getScope(node: Node): Scope;
  };
  report(problem: {
    readonly node: Node;
    readonly messageId: string;
    readonly data?: Readonly<Record<string, string>>;
    readonly fix?: ((fixer: Fixer) => readonly unknown[]) | null;
  }): void;
}

export interface Fixer {
  insertTextAfter(node: Node, text: string): unknown;
  replaceTextRange(range: readonly [number, number], text: string): unknown;
}

export interface Scope {
  readonly set: ReadonlyMap<string, Variable>;
  readonly upper: Scope | null;
  readonly type: string;
}

export interface Variable {
  readonly defs: readonly { readonly type: string; readonly node: Node; readonly parent?: Node | null }[];
}

/** A node of the syntax tree; its other fields are read by `field`. */
export interface Node {
  readonly type: string;
  readonly range?: readonly [number, number];
  readonly parent?: Node;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** A field that is a node, where it is one. */
export function field(node: Node | undefined, name: string): Node | undefined {
  const value = node?.[name];
  return isNode(value) ? value : undefined;
}

/** A field that is a list of nodes. */
export function fields(node: Node | undefined, name: string): readonly Node[] {
  const value = node?.[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The nodes under this one and itself; where `into` says no, what lies below is left out. */
export function* within(node: Node, into: (node: Node) => boolean = () => true): Generator<Node> {
  yield node;
  if (!into(node)) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === 'parent') continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield* within(child, into);
    }
  }
}

/** From the parent upwards. */
export function* above(node: Node): Generator<Node> {
  for (let at = node.parent; at; at = at.parent) yield at;
}

export function isFunction(node: Node | undefined): node is Node {
  return (
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration'
  );
}

/** The name that an identifier or a private name has. */
export function nameOf(node: Node | undefined): string {
  const name = node?.['name'];
  return typeof name === 'string' ? name : '';
}

/** `a.b.c` as its names from the root; `this` counts as one. Empty where it is anything else. */
export function pathOf(node: Node | undefined): readonly string[] {
  switch (node?.type) {
    case 'Identifier':
      return [String(node['name'])];
    case 'ThisExpression':
      return ['this'];
    case 'ChainExpression':
      return pathOf(field(node, 'expression'));
    case 'AwaitExpression':
      return pathOf(field(node, 'argument'));
    case 'MemberExpression': {
      const before = pathOf(field(node, 'object'));
      const property = field(node, 'property');
      if (before.length === 0 || node['computed'] === true || property?.type !== 'Identifier') return [];
      return [...before, String(property['name'])];
    }
    case undefined:
    default:
      return [];
  }
}

/** The name of a method call's method, whatever it is called on: `effect` of `oncely.effect(...)`. */
export function methodOf(call: Node): string | undefined {
  const callee = call.type === 'CallExpression' ? field(call, 'callee') : undefined;
  if (callee?.type !== 'MemberExpression' || callee['computed'] === true) return undefined;
  return String(field(callee, 'property')?.['name']);
}

/** Whether this is the name of a field and no variable: `id` of `invoice.id` and of `{ id: 1 }`. */
export function isFieldName(node: Node): boolean {
  const parent = node.parent;
  if (parent?.['computed'] === true) return false;
  if (parent?.type === 'MemberExpression') return field(parent, 'property') === node;
  return parent?.type === 'Property' && field(parent, 'key') === node && field(parent, 'value') !== node;
}

function variableOf(context: RuleContext, node: Node, name: string): Variable | undefined {
  for (let scope: Scope | null = context.sourceCode.getScope(node); scope; scope = scope.upper) {
    const found = scope.set.get(name);
    if (found) return found;
  }
  return undefined;
}

/** The module that a name was imported or required from. */
export function moduleOf(context: RuleContext, node: Node, name: string): string | undefined {
  const definition = variableOf(context, node, name)?.defs[0];
  const source = definition?.type === 'ImportBinding' ? field(definition.parent ?? undefined, 'source') : undefined;
  if (source) return String(source['value']);
  const init = definition?.type === 'Variable' ? field(definition.node, 'init') : undefined;
  if (init?.type !== 'CallExpression' || pathOf(field(init, 'callee')).join('.') !== 'require') return undefined;
  const [module] = fields(init, 'arguments');
  return module?.type === 'Literal' ? String(module['value']) : undefined;
}

/** What a constant was initialised with. */
export function initOf(context: RuleContext, node: Node, name: string): Node | undefined {
  const definition = variableOf(context, node, name)?.defs[0];
  return definition?.type === 'Variable' ? field(definition.node, 'init') : undefined;
}
