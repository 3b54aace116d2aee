import { effectTool, type Tool } from '@oncely/core/tools';
import { z } from 'zod';

import type { Tracker } from './adapter.ts';

const issue = z.object({ id: z.string(), project: z.string(), state: z.enum(['open', 'closed']) });

/** The tracker's writes for an agent. */
export function trackerTools(tracker: Tracker): readonly Tool[] {
  return [
    effectTool({
      name: 'tracker_create_issue',
      title: 'Create an issue',
      description: 'Creates an issue in a project, once for a project in this case, whatever its title.',
      inputSchema: z.object({ project: z.string(), title: z.string(), body: z.string().nullish() }),
      outputSchema: issue,
      annotations: { destructive: false, openWorld: false },
      operation: 'tracker.issues.create',
      // What the model writes is no identity: a title worded anew is the same issue.
      identity: ({ project }) => ({ ids: { project } }),
      perform: ({ project, title, body }) => tracker.createIssue({ project, title, ...(body ? { body } : {}) }),
      output: (made) => made,
      say: ({ id, project }) => `the issue ${id} is in ${project}`,
    }),
    effectTool({
      name: 'tracker_close_issue',
      title: 'Close an issue',
      description: 'Closes an issue of the tracker by its id.',
      inputSchema: z.object({ issue: z.string() }),
      outputSchema: issue,
      annotations: { openWorld: false },
      operation: 'tracker.issues.close',
      identity: (input) => ({ ids: { issue: input.issue } }),
      perform: (input) => tracker.closeIssue(input.issue),
      output: (made) => made,
      say: ({ id, state }) => `the issue ${id} is ${state}`,
    }),
  ];
}
