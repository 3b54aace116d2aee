import type { Mutant } from './mutant.ts';

const unanswered = 'packages/core/test/oncely/unanswered.test.ts';
const delegating = 'packages/core/test/oncely/delegating.test.ts';
const reminders = 'packages/slack/test/approval-reminders.test.ts';
const observe = 'packages/core/test/oncely/policy-observe.test.ts';
const mayDecide = 'packages/core/test/oncely/may-decide.test.ts';

/** Who decides, and what becomes of a question that nobody answers; broken one at a time. */
export const decidingMutants: readonly Mutant[] = [
  {
    breaks: 'who begins to take something back approves the refund as well',
    file: 'packages/core/src/undo.ts',
    from: `scope: { ...rest, requestedBy },`,
    to: `scope: { ...rest, requestedBy: 'nobody' },`,
    test: 'packages/stripe/test/consent/no-way-around.test.ts',
    named: 'past the word of who began it, of what has happened',
  },
  {
    breaks: 'a question because of a twin that hides which one it is',
    file: 'packages/core/src/twin-watch.ts',
    from: `return isNew || isTold;`,
    to: `return isNew;`,
    test: 'packages/core/test/oncely/twin-named.test.ts',
    named: 'names the other one: its key, what it did, and when',
  },
  {
    breaks: 'an input that is gone counts as one that would not have been asked for',
    file: 'packages/core/src/policy-observe.ts',
    from: `if (request === undefined || request.kind === 'omitted') return 'input not kept';`,
    to: `if (request === undefined || request.kind === 'omitted') return false;`,
    test: observe,
    named: 'what is gone is counted as not known',
  },
  {
    breaks: 'each worker tells a reminder',
    file: 'packages/core/src/lifecycle/attend.ts',
    from: `told: { ...told, ...(reminds ? { reminders } : {}), ...(escalates`,
    to: `told: { ...told, ...(escalates`,
    test: unanswered,
    named: 'is told again once in each period',
  },
  {
    breaks: 'a reminder in the night',
    file: 'packages/core/src/lifecycle/standing.ts',
    from: `const since = Math.min(loudUntil(at, quietHours), expiresAt - 1)`,
    to: `const since = Math.min(at, expiresAt - 1)`,
    test: unanswered,
    named: 'is not told in quiet hours',
  },
  {
    breaks: 'an escalation lets others approve from the first moment',
    file: 'packages/core/src/lifecycle/approve.ts',
    from: `const isAsked = isEscalated(approval, now) && `,
    to: `const isAsked = `,
    test: unanswered,
    named: 'is asked of others after a time',
  },
  {
    breaks: 'who gave their word away approves as well',
    file: 'packages/core/src/lifecycle/approve.ts',
    from: `const away = approval.delegates?.find(({ from }) => isOneOf(word.as ?? word.by, [from]));`,
    to: `const away = approval.delegates?.find(({ from }) => from === '');`,
    test: delegating,
    named: 'is one word: who gave it away approves no more',
  },
  {
    breaks: 'a word given to who asked for it',
    file: 'packages/core/src/lifecycle/approve.ts',
    from: `if (isOneOf(to, notBy)) return`,
    to: `if (notBy.includes(to)) return`,
    test: delegating,
    named: 'never comes to who asked for it',
  },
  {
    breaks: 'an expired question is asked anew without a word of it',
    file: 'packages/core/src/lifecycle/approval.ts',
    from: `...(approval && fits && hasLapsed(approval, expired) ? lapsedOf(approval) : {}),`,
    to: ``,
    test: unanswered,
    named: 'says so to the next call',
  },
  {
    breaks: 'recover() asks anew what expired in place of marking it',
    file: 'packages/core/src/recover.ts',
    from: `if (attended?.waits === true) reason = undefined;`,
    to: `if (attended?.waits === undefined) reason = undefined;`,
    test: unanswered,
    named: 'told once, and not asked anew by it',
  },
  {
    breaks: 'a reminder posts nothing where the question was posted',
    file: 'packages/slack/src/approval-message.ts',
    from: "const again = `${reminders > 0 ? `.r${reminders}` : ''}",
    to: 'const again = `',
    test: reminders,
    named: 'has a step of its own for each reminder',
  },
  {
    breaks: 'buttons under a question that expired',
    file: 'packages/slack/src/approval-message.ts',
    from: `if (effect.approval?.standing?.expired) return expiredMessage(effect, detail);`,
    to: ``,
    test: reminders,
    named: 'says that it expired, when, and what to do, without buttons',
  },
  {
    breaks: 'Slack hides the limit that it is one too many for',
    file: 'packages/slack/src/approval-message.ts',
    from: `if (over.length > 0) {`,
    to: `if (over.length > 1) {`,
    test: reminders,
    named: 'shows for which limit it is one too many',
  },
  {
    breaks: 'a decision that is no approval is applied without asking who may',
    file: 'packages/core/src/deciding.ts',
    from: `const who = await allowed(found, decision, workflow);`,
    to: `const who = decision.kind === 'reopen' ? {} : await allowed(found, decision, workflow);`,
    test: mayDecide,
    named: 'effects.reopen',
  },
  {
    breaks: 'a workflow is resumed with a grant by whoever asks',
    file: 'packages/core/src/workflows.ts',
    from: `      await judge(row);`,
    to: `      if (state !== 'running') await judge(row);`,
    test: mayDecide,
    named: 'workflows.resume',
  },
  {
    breaks: 'aborting takes back what the person may not take back',
    file: 'packages/core/src/workflows.ts',
    from: `if (isOncelyError(error) && error.code === 'not_allowed') return error.message;`,
    to: `if (isOncelyError(error) && error.code === 'not_allowed') return undefined;`,
    test: mayDecide,
    named: 'takes back of an aborted workflow only what the person may take back',
  },
];
