import { callIds, momentary, randomIds } from '@oncely/eslint-plugin/known';
import type { Node } from 'ts-morph';

import type { UserProject } from './user-project.ts';

/** What in an expression is another in the next run: a time, chance, a call id of the model; as it is written. */
export function unstableIn({ tm }: UserProject, node: Node): string | undefined {
  for (const each of [node, ...node.getDescendants()]) {
    if (tm.Node.isCallExpression(each)) {
      const callee = each.getExpression().getText();
      if (momentary.has(callee) || randomIds.has(callee.split('.').at(-1) ?? '')) return `${callee}()`;
    }
    if (tm.Node.isNewExpression(each) && each.getText().replaceAll(/\s/g, '') === 'newDate()') return 'new Date()';
    if (tm.Node.isIdentifier(each) && callIds.test(each.getText())) return each.getText();
  }
  return undefined;
}
