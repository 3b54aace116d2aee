import type { Mutant } from './mutant.ts';

const clicks = 'packages/slack/test/handle-approval.test.ts';
const approvers = 'packages/slack/test/approvers.test.ts';
const requests = 'packages/slack/test/approval-requests.test.ts';
const signature = 'packages/slack/test/slack-signature.test.ts';
const message = 'packages/slack/test/approval-message.test.ts';

/** What approvals by Slack's buttons promise, broken one at a time. */
export const slackApprovalMutants: readonly Mutant[] = [
  {
    breaks: 'Slack buttons: a signature that need not fit',
    file: 'packages/slack/src/slack-signature.ts',
    from: `given.length === wanted.length && timingSafeEqual(given, wanted)`,
    to: `given.length === wanted.length`,
    test: signature,
    named: 'never fits a body of which one byte is another',
  },
  {
    breaks: 'Slack buttons: an old request taken',
    file: 'packages/slack/src/slack-signature.ts',
    from: `if (!(Math.abs(apart) <= windowMs)) {`,
    to: `if (!(-apart <= windowMs)) {`,
    test: signature,
    named: 'holds for five minutes',
  },
  {
    breaks: 'Slack buttons: a click that Slack delivers twice is two decisions',
    file: 'packages/slack/src/approval-decision.ts',
    from: `id: decisionId, reason`,
    to: `id: decisionId + String(process.hrtime.bigint()), reason`,
    test: clicks,
    named: 'declines, says so in the message',
  },
  {
    breaks: 'Slack buttons: the fingerprint that stands there approved, not the one that was shown',
    file: 'packages/slack/src/approval-click.ts',
    from: `key === click.key && approval?.fingerprint === click.fingerprint && approval.requestedAt === click.requestedAt`,
    to: `key === click.key && approval !== undefined`,
    test: clicks,
    named: 'of other input than was shown changes nothing',
  },
  {
    breaks: 'Slack buttons: a decline that takes an approval back',
    file: 'packages/slack/src/approval-decision.ts',
    from: `if (!open && click.choice === 'decline') return`,
    to: `if (!open && open && click.choice === 'decline') return`,
    test: clicks,
    named: 'it is no way to take it back',
  },
  {
    breaks: 'Slack buttons: a person under a new name counted as another one',
    file: 'packages/slack/src/approval-decision.ts',
    from: 'function byIdAlone({ user }: SlackActor): string {\n  return `slack:${user}`;',
    to: 'function byIdAlone({ user, name }: SlackActor): string {\n  return `slack:${user} (${name})`;',
    test: approvers,
    named: 'under two names too',
  },
  {
    breaks: 'Slack buttons: anybody in a shared channel may decide',
    file: 'packages/slack/src/approval-decision.ts',
    from: `return team !== undefined && team === appTeam;`,
    to: `return team !== '' && appTeam !== '';`,
    test: approvers,
    named: 'by default nobody of another workspace',
  },
  {
    breaks: 'Slack buttons: what is nearly a yes taken for one',
    file: 'packages/slack/src/approval-decision.ts',
    from: `if (allowed !== true) return`,
    to: `if (!allowed) return`,
    test: approvers,
    named: 'only true is a yes',
  },
  {
    breaks: 'Slack buttons: the message left as the slower of two clicks found it',
    file: 'packages/slack/src/approval-reply.ts',
    from: `for (let left = 2; ;`,
    to: `for (let left = 1; ;`,
    test: clicks,
    named: 'the message ends with what stands',
  },
  {
    breaks: 'Slack buttons: Slack kept waiting for a slow ledger',
    file: 'packages/slack/src/handle-approval.ts',
    from: `Promise.race([deciding, clock.sleep(ackWithinMs, over.signal)])`,
    to: `Promise.race([deciding, deciding])`,
    test: requests,
    named: 'does not wait for a decision that takes too long',
  },
  {
    breaks: 'Slack buttons: a mention in what an agent wrote',
    file: 'packages/slack/src/mrkdwn.ts',
    from: `'<': '&lt;', `,
    to: ``,
    test: message,
    named: 'mentions nobody, links nothing',
  },
  {
    breaks: 'Slack buttons: the input carried in a button',
    file: 'packages/slack/src/approval-button.ts',
    from: `    asked: approval.requestedAt,`,
    to: `    asked: approval.requestedAt,\n    preview: approval.preview,`,
    test: message,
    named: 'that carry names and fingerprint and nothing else',
  },
];
