import { createTransport, type Transporter } from 'nodemailer';
import { describe, test, vi } from 'vitest';

import { startMailWorld } from './mail-world.ts';
import { emailOperations as operations } from './operations/email.ts';
import { runsOf, runWide, type WideVendor } from './wide.ts';

// A run waits most of its time, for leases to be over.
vi.setConfig({ maxConcurrency: 6 });

const email: WideVendor<Transporter> = {
  name: 'email',
  operations,
  // A mail is a conversation, and what may have begun and did not end in time stops.
  leaseMs: 15_000,
  start: async () => {
    const fake = await startMailWorld();
    const { host, port, places } = fake;
    return { fake, raw: createTransport({ host, port }), mail: places };
  },
  isWrite: ({ method }) => method !== 'GET',
};

const runs = runsOf('email');

describe.concurrent(`E-mail: ${operations.length} operations, ${operations.length * runs.length} cells`, () => {
  for (const run of runs) {
    const { store, place, revival } = run;
    test(`on ${store}, killed at ${place}, then ${revival}: one mail each`, { timeout: 240_000 }, () =>
      runWide(email, run),
    );
  }
});
