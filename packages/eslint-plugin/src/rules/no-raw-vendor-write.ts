import { field, fields, isFunction, within, type Fixer, type Node, type Rule, type RuleContext } from '../rule.ts';
import { builderAround, constructionOf, type Construction } from '../vendors.ts';

/** A vendor's client made past the builder, or in it without the configuration that carries the ledger's transport. */
export const noRawVendorWrite: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'A vendor client is made in its builder, with the configuration that the builder gives' },
    fixable: 'code',
    schema: [],
    messages: {
      raw: 'This client writes past the ledger: a retry is a second write. Make it in {{builder}}((config) => ...).',
      ignored: 'The configuration of {{builder}} is not used here, so this client writes past the ledger.',
    },
  },
  create: (context) => {
    const check = (node: Node): void => {
      const made = constructionOf(context, node);
      if (!made) return;
      const data = { builder: made.builder };
      const builder = builderAround(context, node);
      if (!builder) context.report({ node, messageId: 'raw', data });
      else if (made.takesConfig && isFunction(builder) && !usesConfiguration(builder, node)) {
        context.report({ node, messageId: 'ignored', data, fix: fixFor(context, made, builder, node) });
      }
    };
    return { NewExpression: check, CallExpression: check };
  },
};

function usesConfiguration(builder: Node, construction: Node): boolean {
  const [first] = fields(builder, 'params');
  if (!first) return false;
  const names = new Set([...within(first)].filter(({ type }) => type === 'Identifier').map(({ name }) => name));
  return fields(construction, 'arguments').some((argument) =>
    [...within(argument)].some(({ type, name }) => type === 'Identifier' && names.has(name)),
  );
}

/** Stripe's configuration is an argument of its own; elsewhere it is merged with what is there, which a person reads. */
function fixFor(
  context: RuleContext,
  { module }: Construction,
  builder: Node,
  construction: Node,
): ((fixer: Fixer) => readonly unknown[]) | null {
  const [key, ...more] = fields(construction, 'arguments');
  const body = field(builder, 'body');
  const isPlain = module === 'stripe' && key && more.length === 0 && key.type !== 'SpreadElement';
  if (!isPlain || fields(builder, 'params').length > 0 || body !== construction) return null;
  if (!builder.range || !context.sourceCode.getText(builder).startsWith('()')) return null;
  const [start] = builder.range;
  return (fixer) => [fixer.replaceTextRange([start, start + 2], '(config)'), fixer.insertTextAfter(key, ', config')];
}
