import { createTwoFilesPatch } from 'diff';

import type { Change } from './plan.ts';

/** The changes as one unified diff, which `git apply` and `patch -p1` take. */
export function unifiedDiff(changes: readonly Change[]): string {
  return changes
    .filter(({ before, after }) => before !== after)
    .map(({ path, before, after }) => {
      const patch = createTwoFilesPatch(
        before === undefined ? '/dev/null' : `a/${path}`,
        `b/${path}`,
        before ?? '',
        after,
        undefined,
        undefined,
        { context: 3 },
      );
      return patch.replace(/^=+\n/, '');
    })
    .join('');
}
