import { OncelyError } from '../errors.ts';
import type { EffectOptions } from '../scope.ts';
import type { Tool } from './tool.ts';

/** What a set of tools may do. */
export interface ToolPolicy<Name extends string = string> {
  /** The tools that the model is given, by name. Nothing is allowed that is not named. */
  readonly allow: readonly Name[];
  /** How often the same may be done in a case, for all tools or by name, in place of each tool's own bound. */
  readonly maxOccurrence?: number | { readonly [Key in Name]?: number };
  /** Tools that do nothing before a person approved exactly that input. */
  readonly approval?: { readonly [Key in Name]?: Exclude<EffectOptions['approval'], undefined> };
}

/** What a policy says of one tool. */
export interface ToolBounds {
  readonly maxOccurrence: number;
  readonly approval?: Exclude<EffectOptions['approval'], undefined>;
}

/** How one tool of a vendor is built. */
export interface ToolRow<Client> {
  readonly build: (client: Client, bounds: ToolBounds) => Tool;
  /** How often the same may be done in a case unless the policy says otherwise. Default 1. */
  readonly maxOccurrence?: number;
}

/**
 * Builds the allowed tools of a table, in the order in which they were allowed.
 * @throws OncelyError `invalid_config` for a name that is not in it, where a typing error would hide a tool or a bound.
 */
export function selectTools<Client, Name extends string>(
  table: Readonly<Record<Name, ToolRow<Client>>>,
  client: Client,
  policy: ToolPolicy<Name>,
): readonly Tool[] {
  const { allow, maxOccurrence } = policy;
  const approval: { readonly [Key in Name]?: ToolBounds['approval'] } = policy.approval ?? {};
  const bounded = typeof maxOccurrence === 'object' ? Object.keys(maxOccurrence) : [];
  for (const name of [...allow, ...bounded, ...Object.keys(approval)]) {
    if (Object.hasOwn(table, name)) continue;
    throw new OncelyError('invalid_config', {
      message: `there is no tool "${name}".`,
      fix: `allow some of: ${Object.keys(table).join(', ')}`,
    });
  }
  return [...new Set(allow)].map((name) => {
    const row = table[name];
    const own = typeof maxOccurrence === 'object' ? maxOccurrence[name] : maxOccurrence;
    const asked = approval[name];
    return row.build(client, {
      maxOccurrence: own ?? row.maxOccurrence ?? 1,
      ...(asked === undefined ? {} : { approval: asked }),
    });
  });
}
