/** DBOS: steps that do nothing, one after another in as many running workflows as are wanted. */
import { DBOS } from '@dbos-inc/dbos-sdk';

import { takeTurns } from './turns.js';

const nothing = async () => {};
let until;
const workflow = DBOS.registerWorkflow(async () => until(() => DBOS.runStep(nothing, { name: 'step' })), {
  name: 'steps',
});

DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: process.argv[2],
  systemDatabasePoolSize: 20,
  logLevel: 'error',
});
await DBOS.launch();
takeTurns(
  (work) => {
    until = work;
    return workflow();
  },
  () => DBOS.shutdown(),
);
