import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

/** Where a process has one of a thing, or a framework makes itself at home in it: telemetry, signals, mocked modules. */
const needProcesses = [
  'packages/{agents,eslint-plugin,oncely}/test/**/*.test.ts',
  'packages/core/test/otel/**/*.test.ts',
  'packages/core/test/oncely/sigterm.test.ts',
  'packages/core/test/ledgers/sqlite-unusable.test.ts',
  'examples/*/test/**/*.test.ts',
  'scripts/test/*.test.ts',
];

export default defineConfig({
  // Node resolves workspace packages, so the condition stands under ssr: tests run the sources, never a stale build.
  ssr: { resolve: { conditions: ['@oncely/source'] } },
  test: {
    projects: [
      { extends: true, test: { name: 'own processes', include: needProcesses } },
      {
        extends: true,
        // A process runs one file after the other: a third less work.
        test: {
          name: 'shared processes',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: needProcesses,
          isolate: false,
        },
      },
    ],
    // Starts a database server when the first test asks for it.
    globalSetup: ['packages/testing/src/servers/global-setup.ts'],
    setupFiles: ['scripts/test-setup.ts'],
    pool: 'forks',
    // Most tests here wait more than they compute.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // Many tests start processes that load the same modules; compiled once, they take half the time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node', import.meta.url)) },
    // How long a busy machine may take for what is quick: no test takes part of its meaning from these.
    testTimeout: 180_000,
    // A mutant names its test by its title, and so does the log of a red run: whole.
    taskTitleValueFormatTruncate: 0,
    expect: { poll: { timeout: 20_000 } },
    // Hooks start real database servers; a busy runner starts them slowly, and a new one has to install them first.
    hookTimeout: 180_000,
    teardownTimeout: 10_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
