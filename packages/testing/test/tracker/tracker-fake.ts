import { json, startHttpFake, type HttpFake } from '@oncely/testing/fakes/http-fake';

interface Kept {
  readonly id: string;
  readonly project: string;
  state: 'open' | 'closed';
  readonly title: string;
  readonly reference: string;
}

export interface TrackerEffect {
  readonly operation: 'issues.create' | 'issues.close';
  readonly id: string;
}

/** A tracker without idempotency keys: what gets through twice happens twice. */
export function startTrackerFake(): Promise<HttpFake<TrackerEffect>> {
  const effects: TrackerEffect[] = [];
  const issues = new Map<string, Kept>();
  const own = { 'x-tracker-request': 'r_1' };
  const refused = (status: number, error: string): ReturnType<typeof json> => json(status, { error }, own);
  return startHttpFake<TrackerEffect>(
    {
      effects,
      isWrite: ({ method }) => method !== 'GET',
      rateLimited: (seconds) => json(429, { error: 'slow_down' }, { ...own, 'retry-after': String(seconds) }),
      failed: (status) => refused(status, 'failed'),
      handle: async ({ method, path, query, body, headers }, { hold, failure }) => {
        if (headers.authorization === undefined) return refused(401, 'unauthorized');
        const issue = issues.get(path.slice('/issues/'.length));
        if (method === 'GET') {
          if (path !== '/issues') return issue ? json(200, issue, own) : refused(404, 'not_found');
          const reference = query.get('reference');
          const found = [...issues.values()].filter((each) => reference === null || each.reference === reference);
          return json(200, { issues: found }, own);
        }
        if (hold) await hold();
        if (failure?.after === 'before_effect') return failure.answer;
        if (method === 'PATCH') {
          if (!issue) return refused(404, 'not_found');
          issue.state = 'closed';
          effects.push({ operation: 'issues.close', id: issue.id });
          return failure?.answer ?? json(200, issue, own);
        }
        const { project, title, reference } = JSON.parse(body) as Kept;
        if (project === '') return refused(422, 'no_such_project');
        const made: Kept = { id: `i_${issues.size + 1}`, project, title, reference, state: 'open' };
        issues.set(made.id, made);
        effects.push({ operation: 'issues.create', id: made.id });
        return failure?.answer ?? json(201, made, own);
      },
    },
    Date.now,
  );
}
