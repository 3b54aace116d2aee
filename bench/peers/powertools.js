/** Powertools: an idempotent function that does nothing, and one that gives an answer to be remembered. */
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { CachePersistenceLayer } from '@aws-lambda-powertools/idempotency/cache';
import { createClient } from '@redis/client';

import { takeTurns } from './turns.js';

const client = await createClient({ url: process.argv[2] }).connect();
const config = new IdempotencyConfig({});
// As in a Lambda, from which it takes how long a record may be in progress.
config.registerLambdaContext({ getRemainingTimeInMillis: () => 60_000 });
const answer = process.argv[3] ?? '';
const work = makeIdempotent(async () => (answer === '' ? undefined : { answer }), {
  persistenceStore: new CachePersistenceLayer({ client }),
  config,
  keyPrefix: 'bench',
});
const run = Date.now();
let calls = 0;
takeTurns(
  (until) => until(() => work({ case: `case_${run}_${(calls += 1)}` })),
  async () => client.destroy(),
);
