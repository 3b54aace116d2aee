import type { Mutant } from './mutant.ts';

const classify = 'packages/slack/test/classify.test.ts';
const traps = 'packages/slack/test/traps.test.ts';
const tokens = 'packages/slack/test/traps-uploads-and-tokens.test.ts';
const doubt = 'packages/slack/test/doubt.test.ts';
const streams = 'packages/slack/test/streams.test.ts';
const probing = 'packages/slack/test/probing.test.ts';

/** What the Slack adapter promises, broken one at a time. */
export const slackMutants: readonly Mutant[] = [
  {
    breaks: 'Slack: an undocumented error taken for a refusal',
    file: 'packages/slack/src/classify.ts',
    from: `if (!documentedErrors.has(error)) return`,
    to: `if (documentedErrors.has('')) return`,
    test: traps,
    named: 'is looked up, and not taken for a refusal',
  },
  {
    breaks: 'Slack: "already done" taken for success without a doubt',
    file: 'packages/slack/src/classify.ts',
    from: `if (doubted && meansDone`,
    to: `if (meansDone`,
    test: traps,
    named: 'asked for the first time it is the error of the SDK',
  },
  {
    breaks: 'Slack: "already done" after a doubt taken for a refusal',
    file: 'packages/slack/src/classify.ts',
    from: `if (doubted && meansDone`,
    to: `if (doubted && !doubted && meansDone`,
    test: classify,
    named: 'after a doubt it is done',
  },
  {
    breaks: 'Slack: a name that is taken believed to be ours',
    file: 'packages/slack/src/look-things.ts',
    from: `mine: each.creator === user, response: answered({ channel: each })`,
    to: `mine: true, response: answered({ channel: each })`,
    test: traps,
    named: 'is ours only where we are the creator',
  },
  {
    breaks: 'Slack: a channel of ours from before taken for the one that was to be made',
    file: 'packages/slack/src/look-things.ts',
    from: `if (each.name !== name || !isInTime(looking, each.created)) continue;`,
    to: `if (each.name !== name) continue;`,
    test: traps,
    named: 'is ours only where it was made in the time of the attempts',
  },
  {
    breaks: "Slack: another app's message taken for ours",
    file: 'packages/slack/src/look-messages.ts',
    from: `found.push(matchOf(channel, each, isOurs(each, me)));\n  }\n  return found;`,
    to: `found.push(matchOf(channel, each, isOurs(each, me) || true));\n  }\n  return found;`,
    test: probing,
    named: 'in the metadata of another app is not ours',
  },
  {
    breaks: "Slack: another app's token posting beside the first",
    file: 'packages/slack/src/own-tokens.ts',
    from: `sender !== undefined && client !== undefined && sender !== client`,
    to: `sender !== undefined && client !== undefined && sender === ''`,
    test: tokens,
    named: "a client with another app's token does not post",
  },
  {
    breaks: 'Slack: a call with another token of its own replaying the first',
    file: 'packages/slack/src/request.ts',
    from: `call.ownToken === undefined ? {} : { token: digestOf(call.ownToken) };`,
    to: `call.ownToken === undefined ? {} : {};`,
    test: tokens,
    named: 'a call with another token of its own is other input',
  },
  {
    breaks: 'Slack: a file that is not shared yet taken for done',
    file: 'packages/slack/src/look-things.ts',
    from: `if (channel !== undefined && !there.every(`,
    to: `if (channel === '' && !there.every(`,
    test: tokens,
    named: 'what is there and not shared yet is waited for',
  },
  {
    breaks: 'Slack: a scheduled message looked for without its text',
    file: 'packages/slack/src/look-messages.ts',
    from: `if (looking.isAnothers(vendorId)) continue;`,
    to: ``,
    test: traps,
    named: 'and one that looks alike is not taken for it',
  },
  {
    breaks: "Slack: an appended piece believed by Slack's silence",
    file: 'packages/slack/src/look-streams.ts',
    from: `  return sameText(text, before)\n    ? matches()\n    : cannotKnow(`,
    to: `  return sameText(text, before) || text !== ''\n    ? matches()\n    : cannotKnow(`,
    test: streams,
    named: 'stops for a person where the message says something else',
  },
  {
    breaks: 'Slack: a stream that does not remember how it was cut',
    file: 'packages/slack/src/stream-message.ts',
    from: 'oncely.value(`${id}.text-${pieces + 1}`, () => mine);',
    to: 'Promise.resolve(mine);',
    test: streams,
    named: 'sends what an earlier run had longer, before it ends',
  },
  {
    breaks: 'Slack: a topic set over what a person set',
    file: 'packages/slack/src/look-states.ts',
    from: `(held?.last_set ?? 0) >= Math.floor(earliest(looking))`,
    to: `(held?.last_set ?? 0) > Math.floor(Date.now())`,
    test: traps,
    named: 'is not set over what they set',
  },
  {
    breaks: 'Slack: the scope to add left out of the reason',
    file: 'packages/slack/src/probe.ts',
    from: '`the token lacks the scope ${needed ??',
    to: '`the token lacks the scope ${needed !== undefined ? "" :',
    test: doubt,
    named: 'which it names',
  },
  {
    breaks: 'Slack: an update told by its text alone',
    file: 'packages/slack/src/look-messages.ts',
    from: `if (ours && parts && written`,
    to: `if (ours && written`,
    test: 'packages/slack/test/regressions.test.ts',
    named: 'is not taken for it',
  },
  {
    breaks: 'Slack: an append sent again without a look at the message',
    file: 'packages/slack/src/look-streams.ts',
    from: `  if (sameText(text, after))\n`,
    to: `  if (sameText(text, before + before))\n`,
    test: 'packages/slack/test/schedules/schedules.test.ts',
    named: 'seeded schedules',
  },
];
