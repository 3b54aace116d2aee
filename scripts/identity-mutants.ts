import type { Mutant } from './mutant.ts';

const names = 'packages/core/test/oncely/ids.test.ts';
const formerNames = 'packages/core/test/oncely/former-names.test.ts';
const effectIds = 'packages/core/test/oncely/effect-ids.test.ts';
const livesOn = 'packages/core/test/oncely/lives-on.test.ts';
const queues = 'packages/stripe/test/queues.test.ts';

/** Whose a call is, taken where it is made: broken one at a time. */
export const identityMutants: readonly Mutant[] = [
  {
    breaks: "HubSpot: a request of the SDK's limiter belongs to the context that it runs in",
    file: 'packages/hubspot/src/hook.ts',
    from: `noting(own.baseServer ?? configuration.baseServer, madeHere())`,
    to: `noting(own.baseServer ?? configuration.baseServer)`,
    test: 'packages/hubspot/test/limiter.test.ts',
    named: 'a method, unnamed, is made for the case that called it',
  },
  {
    breaks: "Slack: a request of the SDK's queue belongs to the context that it runs in",
    file: 'packages/slack/src/api-calls.ts',
    from: `(typeof ticket === 'string' ? calls.of(ticket) : undefined) ?? calls.current()`,
    to: `calls.current()`,
    test: 'packages/slack/test/queue.test.ts',
    named: 'chat.postMessage, unnamed, is made for the case that called it',
  },
  {
    breaks: "a call that a queue starts in another case's context is made for that case",
    file: 'packages/core/src/whose-call.ts',
    from: `...(doubt === undefined ? {} : { doubt })`,
    to: `...(doubt === undefined ? {} : {})`,
    test: queues,
    named: 'no unnamed write is made for another case, and none twice',
  },
  {
    breaks: 'a task that was bound to its scope is taken for a stranger',
    file: 'packages/core/src/lineage.ts',
    from: `      return { kind: 'own' };
    }`,
    to: `    }`,
    test: queues,
    named: 'all is done once where a task is bound as it is handed in',
  },
  {
    breaks: 'a task of queueMicrotask is taken for one that was bound',
    file: 'packages/core/src/lineage.ts',
    from: `if (isMicrotask(all[index + 1])) break;`,
    to: ``,
    test: queues,
    named: 'no unnamed write is made for another case, and none twice',
  },
  {
    breaks: 'the first write in an effect is its own, whoever started it',
    file: 'packages/core/src/scope-guards.ts',
    from: `(isRetry || doubt.waits === 'scope')) return;`,
    to: `(isRetry || doubt.waits !== undefined)) return;`,
    test: queues,
    named: 'no named effect is made for another one that has read something by it first',
  },
  {
    breaks: "a task of a queue by hand opens effects in another case's scope",
    file: 'packages/core/src/whose-call.ts',
    from: `(doubt.queue !== undefined || (doubt.led !== true && scope.returned !== true)) throw`,
    to: `(doubt.queue !== undefined) throw`,
    test: queues,
    named: 'nothing is opened by a task in the case of another one, in whose context it runs',
  },
  {
    breaks: 'an effect ends as soon as its function returned, whatever it returned',
    file: 'packages/core/src/oncely.ts',
    from: `(result) => bindResult(result, { inside, end, rest }),
      end,
    );
  };
  const effectFor`,
    to: `(result) => (end(), result),
      end,
    );
  };
  const effectFor`,
    test: livesOn,
    named: 'that an effect returned makes its write as that effect, with its options',
  },
  {
    breaks: 'a streamed run that a scope returned is cut off from it',
    file: 'packages/core/src/live-results.ts',
    from: `if (isLiveObject(value)) return bindMembers(value);`,
    to: ``,
    test: livesOn,
    named: 'that a scope returned makes its write in that scope',
  },
  {
    breaks: 'a streamed run behind a proxy is asked past it, and breaks',
    file: 'packages/core/src/live-results.ts',
    from: `inside(() => property.get?.call(this) as unknown),`,
    to: `inside(() => property.get?.call(object) as unknown),`,
    test: livesOn,
    named: 'that a scope returned makes its write in that scope',
  },
  {
    breaks: 'an id that names nothing is taken',
    file: 'packages/core/src/names.ts',
    from: `const problem = id === undefined ? undefined : problemOf(id);`,
    to: `const problem = id === '' ? problemOf(id) : undefined;`,
    test: names,
    named: 'is refused wherever a name goes, and nothing is sent or stored',
  },
  {
    breaks: 'one id in two Unicode forms is two cases',
    file: 'packages/core/src/names.ts',
    from: `id.normalize('NFC')`,
    to: `id`,
    test: names,
    named: 'are the same whether their accents are composed or not',
  },
  {
    breaks: 'an effect that was recorded under an id in another form is made once more',
    file: 'packages/core/src/former-names.ts',
    from: `if ((await session.read(slot)).revision > 0) return given;`,
    to: ``,
    test: formerNames,
    named: 'is found there, and nothing is made once more',
  },
  {
    breaks: 'a value that was kept under an id in another form is computed anew',
    file: 'packages/core/src/values.ts',
    from: `for (const before of formerPlaces(contract, former)) {`,
    to: `for (const before of formerPlaces(contract, contract)) {`,
    test: formerNames,
    named: 'is found there, and nothing is made once more',
  },
  {
    breaks: 'a pause does not reach what was recorded under ids in another form',
    file: 'packages/core/src/workflows.ts',
    from: `for (const form of await formsOf(session, id)) {
      const judge`,
    to: `for (const form of (await formsOf(session, id)).slice(0, 1)) {
      const judge`,
    test: formerNames,
    named: 'is held with its workflow, in whichever form that is named',
  },
  {
    breaks: "an operator's text that is one effect's slot and another's key is taken for either",
    file: 'packages/core/src/effect-ids.ts',
    from: `if (first === undefined || second === undefined) return first;`,
    to: `if (first === undefined || second !== null) return first;`,
    test: effectIds,
    named: 'by what is one slot and another key is refused, saying which they are: cancel',
  },
  {
    breaks: 'a key of a version that there was not yet names the effect of an earlier one',
    file: 'packages/core/src/effect-ids.ts',
    from: `if (!record || !mayName(id, slot, record)) continue;`,
    to: `if (!record) continue;`,
    test: effectIds,
    named: 'by a key of a version or generation that there was not yet is none',
  },
  {
    breaks: 'a retry loop inside of a scope makes an unnamed write once a try',
    file: 'packages/core/src/perform.ts',
    from: `if (!pending && scope.made?.has(made) === true) throw guards.madeBefore(write);`,
    to: ``,
    test: names,
    named: 'are refused in the scope, as a retry loop makes them',
  },
  {
    breaks: 'an option that a call does not know is taken in silence',
    file: 'packages/core/src/known-options.ts',
    from: 'if (value === undefined || Object.hasOwn(known, name)) continue;',
    to: "if (name !== 'never') continue;",
    test: 'packages/core/test/oncely/options-known.test.ts',
    named: 'is refused, with the one that was meant: effect',
  },
  {
    breaks: 'a refused call of effect throws among calls that are under way',
    file: 'packages/core/src/effect-options.ts',
    from: "(other === 'throw' || String(kind).endsWith('GeneratorFunction'))",
    to: "(other === 'throw' || other === 'reject')",
    test: 'packages/core/test/oncely/options-known.test.ts',
    named: 'rejects, so that those beside it are awaited',
  },
];
