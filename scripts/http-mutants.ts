import type { Mutant } from './mutant.ts';

const connection = 'packages/core/src/http/connection.ts';
const inputs = 'packages/core/test/http/inputs.test.ts';
const answers = 'packages/core/test/http/answers.test.ts';
const lookUps = 'packages/core/test/http/look-ups.test.ts';

/** What httpAdapter promises, broken one at a time. */
export const httpMutants: readonly Mutant[] = [
  {
    breaks: "httpAdapter: the caller's own object is what is judged and sent",
    file: connection,
    from: `const input = copyInput(given);`,
    to: `const input = given;`,
    test: inputs,
    named: 'that is filled anew for each payment pays each of them',
  },
  {
    breaks: 'httpAdapter: a request may change the input that the ledger remembers',
    file: connection,
    from: `made(operation.name, input, of.request(copyInput(input), keys) as HttpRequest)`,
    to: `made(operation.name, input, of.request(input, keys) as HttpRequest)`,
    test: inputs,
    named: 'is not changed for the ledger by a request that changes what it is given',
  },
  {
    breaks: 'httpAdapter: a no in a 2xx is a success',
    file: connection,
    from: `if (!proves(response).isYes)`,
    to: `if (response.status >= 400)`,
    test: answers,
    named: 'account_closed is thrown, first and on a replay',
  },
  {
    breaks: "httpAdapter: a vendor's no to a look-up is an empty list",
    file: 'packages/core/src/http/reads.ts',
    from: `no ??= noIn(response, classify);`,
    to: `no ??= undefined;`,
    test: answers,
    named: 'to a look-up is no empty list',
  },
  {
    breaks: 'httpAdapter: the first page of a list is all of it',
    file: 'packages/core/src/http/reads.ts',
    from: `if (![...lists.values()].includes(true)) return undefined;`,
    to: `if (lists.size >= 0) return undefined;`,
    test: lookUps,
    named: 'of a first page proves nothing where there are more .has_more.',
  },
  {
    breaks: 'httpAdapter: what find did not find is found',
    file: connection,
    from: `if (at === -1) return list;`,
    to: `if (at >= -1) return list;`,
    test: lookUps,
    named: 'that gives an undefined in its list is no evidence',
  },
];
