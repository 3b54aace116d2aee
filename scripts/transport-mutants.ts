import type { Mutant } from './mutant.ts';

const led = 'packages/core/test/transport-led.test.ts';
const mocks = 'packages/core/test/transport-mocks.test.ts';

/** How a request leaves, broken one way at a time. */
export const transportMutants: readonly Mutant[] = [
  {
    breaks: 'a wrapper around fetch that tries again sends a write again',
    file: 'packages/core/src/transport-fetch.ts',
    from: `if (begun) throw sentBefore();
      if (real.isMockActive === true) begin();`,
    to: `begun = false;
      if (real.isMockActive === true) begin();`,
    test: 'packages/core/test/transport-led.test.ts',
    named: 'sends once, and what became of it is not known',
  },
  {
    breaks: 'transport: a request that nock does not know is in doubt',
    file: 'packages/core/src/transport-end.ts',
    from: `  'ERR_NOCK_NO_MATCH',\n`,
    to: ``,
    test: mocks,
    named: 'nock, of a request that nothing matches',
  },
  {
    breaks: 'transport: a request that msw does not know is in doubt',
    file: 'packages/core/src/transport-end.ts',
    from: `String(message).startsWith('[MSW] Cannot bypass')`,
    to: `message === ''`,
    test: mocks,
    named: 'msw, whose error has no code',
  },
  {
    breaks: 'transport: a DELETE tells the length of no body',
    file: 'packages/core/src/transport-end.ts',
    from: `return length > 0 || ['POST', 'PUT', 'PATCH'].includes(method) ?`,
    to: `return length >= 0 ?`,
    test: 'packages/core/test/transport-length.test.ts',
    named: 'a DELETE of "" tells the length of its body',
  },
  {
    breaks: 'transport: a request function of its own, past the mocks of a test',
    file: 'packages/core/src/transport-http.ts',
    from: `import http, { Agent as HttpAgent, ClientRequest, type IncomingMessage } from 'node:http';`,
    to: `import * as http from 'node:http';\nimport { Agent as HttpAgent, ClientRequest, type IncomingMessage } from 'node:http';`,
    test: led,
    named: 'a request function that a test set answers',
  },
  {
    breaks: 'transport: it waits for the connection of a socket that a mock made',
    file: 'packages/core/src/transport-http.ts',
    from: `early = !isReal(socket);`,
    to: `early = false;`,
    test: led,
    named: 'a socket that connects only once it is written to',
  },
  {
    breaks: "transport: past the environment's proxy and everybody's global agent",
    file: 'packages/core/src/transport-http.ts',
    from: `return plain && proxyEnv === undefined ?`,
    to: `return plain !== undefined ?`,
    test: led,
    named: 'a global agent that somebody set leads',
  },
  {
    breaks: 'transport: fetch sends again by itself',
    file: 'packages/core/src/transport-fetch.ts',
    from: `if (begun) throw sentBefore();
      begun = true;
      // A mock`,
    to: `begun = true;
      // A mock`,
    test: led,
    named: 'what fetch itself would send again on a 421',
  },
  {
    breaks: 'transport: fetch sends what the permit refuses',
    file: 'packages/core/src/transport-fetch.ts',
    from: `      abort(error as Error);`,
    to: `      void abort;`,
    test: led,
    named: 'a permit that is withdrawn lets no byte out',
  },
  {
    breaks: 'transport: a body of any length is held in memory',
    file: 'packages/core/src/transport-end.ts',
    from: `if (bytes > maxBytes) {`,
    to: `if (bytes > maxBytes * 1_000) {`,
    test: led,
    named: 'that is longer than may be held is lost',
  },
  {
    breaks: 'transport: a time-out of 0 is over at once',
    file: 'packages/core/src/transport.ts',
    from: `ofSdk === undefined || !(ofSdk > 0) ? left`,
    to: `ofSdk === undefined ? left`,
    test: led,
    named: 'has no time-out of its own where that is 0',
  },
  {
    breaks: 'Retry-After as a date is not read',
    file: 'packages/core/src/adapter-kit/retry-after.ts',
    from: `if (Number.isNaN(until)) return undefined;`,
    to: `if (until > 0) return undefined;`,
    test: 'packages/core/test/adapter-kit/retry-after.test.ts',
    named: 'a pause of Wed, 21 Oct 2026 07:28:30 GMT',
  },
];
