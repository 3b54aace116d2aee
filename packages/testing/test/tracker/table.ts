import { httpAdapter } from '@oncely/core/http';

import type { Issue } from './adapter.ts';

/** The tracker from a table of its writes. */
export const oncelyTracker = (url: string, token: string, landingBoundMs = 10_000) =>
  httpAdapter({
    vendor: 'tracker',
    url,
    landingBoundMs,
    headers: () => ({ authorization: `Bearer ${token}` }),
    // A gateway's answer proves nothing; only the tracker's own carry this header.
    own: ({ headers }) => headers['x-tracker-request'] !== undefined,
    operations: {
      createIssue: {
        safety: { kind: 'probed' },
        material: ['project'],
        wording: ['title', 'body'],
        request: (input: { project: string; title: string; body?: string }, { marker }) => ({
          method: 'POST',
          path: '/issues',
          body: { ...input, reference: marker },
        }),
        find: async (read, { marker }) => ((await read(`/issues?reference=${marker}`)) as { issues: Issue[] }).issues,
        path: (id) => `/issues/${encodeURIComponent(id)}`,
        undo: (issue) => ({ operation: 'closeIssue', input: { issue } }),
      },
      closeIssue: {
        safety: { kind: 'natural' },
        request: ({ issue }: { issue: string }) => ({
          method: 'PATCH',
          path: `/issues/${encodeURIComponent(issue)}`,
          body: { state: 'closed' },
        }),
        find: async (read, { request }) => [await read(request.path)].filter((it) => (it as Issue).state === 'closed'),
      },
    },
  });
