import type { Mutant } from './mutant.ts';

const plays = 'examples/services/test/plays.test.ts';

/** What the examples show, broken one at a time: mostly a case that is named by a run instead of by the business. */
export const examplesMutants: readonly Mutant[] = [
  {
    breaks: 'examples: an agent whose case is another one in each run',
    file: 'examples/agents/src/ai-sdk.ts',
    from: `businessId: ticket.id,`,
    to: `businessId: ticket.id + performance.now(),`,
    test: 'examples/agents/test/agents.test.ts',
    named: 'ai-sdk refunds once, run three times',
  },
  {
    breaks: 'examples: a webhook that names the case by its event',
    file: 'examples/services/src/stripe-webhook.ts',
    from: `businessId: session,`,
    to: `businessId: event.id,`,
    test: plays,
    named: 'a webhook that fails halfway',
  },
  {
    breaks: 'examples: a cron job whose period is not in the name',
    file: 'examples/services/src/monthly-fee.ts',
    from: 'businessId: `${customer}_${period}`',
    to: 'businessId: customer',
    test: plays,
    named: 'a cron job that ends halfway',
  },
  {
    breaks: 'examples: tenants that share a name',
    file: 'examples/services/src/tenants.ts',
    from: `{ tenant, businessId: invoice,`,
    to: `{ businessId: invoice,`,
    test: plays,
    named: 'tenants with the same invoice',
  },
  {
    breaks: 'tools: a promise for the judgement of a result, which Mastra does not take',
    file: 'packages/core/src/tools/result-schema.ts',
    from: `return checked instanceof Promise ? checked.then(judged) : judged(checked);`,
    to: `return Promise.resolve(checked).then(judged);`,
    test: 'packages/core/test/tools/result-schema.test.ts',
    named: 'a result is judged at once where its output is',
  },
];
