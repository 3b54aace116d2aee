import { writeMethods } from '@oncely/eslint-plugin/known';
import type { CallExpression, Node } from 'ts-morph';

import { chainOf, clientOf, isInOurs, type KnownClient } from './clients.ts';
import { isOurConfig } from './config-place.ts';
import type { UserProject } from './user-project.ts';

/** One call that changes something at a vendor, outside of any effect. */
export interface RawWrite {
  readonly call: CallExpression;
  readonly client: KnownClient;
  /** `['refunds', 'create']` */
  readonly path: readonly string[];
}

/** The writes of the project that nothing protects yet, in the order of its files. */
export function writesIn(project: UserProject): readonly RawWrite[] {
  const { tm } = project;
  return project.files
    .filter((file) => !isOurConfig(file))
    .flatMap((file) =>
      file.getDescendantsOfKind(tm.SyntaxKind.CallExpression).flatMap((call) => writeOf(project, call) ?? []),
    );
}

function writeOf(project: UserProject, call: CallExpression): RawWrite | undefined {
  const { tm } = project;
  let at: Node = call.getExpression();
  const path: string[] = [];
  if (!tm.Node.isPropertyAccessExpression(at) || !writeMethods.has(at.getName())) return undefined;
  // The longest beginning of `a.b.c.d` that is a client: `this.clients.stripe` of `this.clients.stripe.refunds.create`.
  while (tm.Node.isPropertyAccessExpression(at)) {
    path.unshift(at.getName());
    at = at.getExpression();
    const client = clientOf(project, at);
    if (client) return isGuarded(project, call) || isInOurs(project, call) ? undefined : { call, client, path };
  }
  return undefined;
}

/** Whether it lies in a function given to `effect`, `scope` or `value` of an Oncely. */
function isGuarded(project: UserProject, call: CallExpression): boolean {
  const { tm } = project;
  return call.getAncestors().some((outer) => {
    if (!tm.Node.isCallExpression(outer)) return false;
    const callee = outer.getExpression();
    if (!tm.Node.isPropertyAccessExpression(callee)) return false;
    if (!['effect', 'scope', 'value'].includes(callee.getName())) return false;
    const { root } = chainOf(project, callee);
    return outer.getArguments().some((each) => each.containsRange(call.getPos(), call.getEnd())) && root !== call;
  });
}
