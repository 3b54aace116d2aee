import type { Mutant } from './mutant.ts';

const writes = 'packages/oncely/test/init/writes.test.ts';
const retries = 'packages/oncely/test/init/retries.test.ts';
const clients = 'packages/oncely/test/init/clients.test.ts';
const templates = 'packages/oncely/test/init/templates.test.ts';

/** What `oncely init` promises, and the gates that its templates write, broken. */
export const initMutants: readonly Mutant[] = [
  {
    breaks: 'init: a case id taken though two things may be it',
    file: 'packages/oncely/src/init/write-move.ts',
    from: `if (others.length > 0) {`,
    to: `if (others.length > 9) {`,
    test: writes,
    named: 'is asked for where several things may name it',
  },
  {
    breaks: 'init: one name for a function that is called twice in a case',
    file: 'packages/oncely/src/init/write-move.ts',
    from: `  if (second) {`,
    to: `  if (second && calls.length === 0) {`,
    test: writes,
    named: 'a function that is called in two places is left',
  },
  {
    breaks: 'init: one name for whatever a model has to say in a case',
    file: 'packages/oncely/src/init/write-move.ts',
    from: ` ?? freeText(project, call, unit)`,
    to: ``,
    test: writes,
    named: 'is left: from a model',
  },
  {
    breaks: 'init: an id that is new in each run taken for the case',
    file: 'packages/oncely/src/init/case-id.ts',
    from: `unstableIn(project, init) !== undefined || `,
    to: ``,
    test: writes,
    named: 'is nothing that differs in the next run',
  },
  {
    breaks: 'init: a comment that goes with a retry',
    file: 'packages/oncely/src/init/retries.ts',
    from: `return hasComment(project, outer, call) ?`,
    to: `return hasComment(project, call, call) ?`,
    test: retries,
    named: 'a comment stands in it',
  },
  {
    breaks: 'init: a write moved though its client stays raw',
    file: 'packages/oncely/src/init/plan.ts',
    from: `raw.add(module).add(node);`,
    to: `raw.add('');`,
    test: clients,
    named: 'it is made with `key` of this file',
  },
  {
    breaks: "init: the user's options put after the builder's",
    file: 'packages/oncely/src/init/client-move.ts',
    from: `\`{\${before}, ...config }\``,
    to: `\`{ ...config,\${before} }\``,
    test: clients,
    named: 'of CommonJS',
  },
  {
    breaks: 'init: writes without --write',
    file: 'packages/oncely/src/commands/init.ts',
    from: `const written = options.write === true && diff`,
    to: `const written = options.write !== false && diff`,
    test: clients,
    named: 'shows, and writes only when it is told to',
  },
  {
    breaks: "gates: a template's refund past its scope",
    file: 'packages/oncely/templates/short-tools/agent.ts',
    from: `app.effect('refund', { expect`,
    to: `app.effect(\`refund-\${Math.random()}\`, { expect`,
    test: templates,
    named: 'the gates are green',
  },
  {
    breaks: 'gates: recovery that asks nobody',
    file: 'packages/core/src/lifecycle/approval.ts',
    from: `if (approval || record.approval) return true;`,
    to: `if (approval || (record.approval && request.run)) return true;`,
    test: templates,
    named: 'the gates are green',
  },
  {
    breaks: 'gates: a yes to one input taken for another',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `return unchanged ? send(record, request, now, 'stored') : reopened(record, request, now);`,
    to: `return send(record, request, now, 'stored');`,
    test: templates,
    named: 'the gates are green',
  },
  {
    breaks: 'gates: an amount that is left out is below every limit',
    file: 'packages/core/src/policy-rules.ts',
    from: `  if (values.length === 0) return true;`,
    to: `  if (values.length === 0) return false;`,
    test: templates,
    named: 'the gates are green',
  },
  {
    breaks: 'gates: a policy that asks nobody',
    file: 'packages/oncely/templates/long-research/oncely.config.ts',
    from: `when: (input) => input['channel'] !== ours,`,
    to: `when: (input) => input['channel'] === 'C0NOBODY',`,
    test: templates,
    named: 'the gates are green',
  },
];
