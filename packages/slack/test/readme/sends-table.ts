import { cases } from '../side-by-side-cases.ts';

/** What one call sends where every send of it fails so; measured by side-by-side.test.ts. */
export function sendsTable(): string {
  const rows = cases.map(({ name, raw: [sends, posts] }) => [name, sends, posts, 1, Math.min(1, posts)]);
  const head = ['every send fails by', 'SDK: sends', 'SDK: posts', 'here: sends', 'here: posts'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
