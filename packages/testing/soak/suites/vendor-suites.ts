import { startApiStandIn } from './api-stand-in.ts';

/** A vendor's own test suite, and how it is run beside its wrapped client. */
export interface VendorSuite {
  readonly name: string;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** The folder of the package within the repository. */
  readonly folder: string;
  /** Prepares the fetched folder; each is run there, one after the other. */
  readonly install: readonly (readonly string[])[];
  readonly command: readonly string[];
  /** What runs the tests, and so how their results are read. */
  readonly runner: 'mocha' | 'node' | 'jasmine';
  /** The preload that puts the wrapped client in place of the SDK's. */
  readonly preload: string;
  /** A server that the suite expects to run. */
  readonly server?: () => Promise<{
    readonly env: Readonly<Record<string, string>>;
    close(): Promise<void>;
  }>;
}

const npmInstall = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'];

const jasmine = 'node_modules/jasmine/bin/jasmine.js';

const testsIn = (folder: string): string => `test/${folder}/*-test.js`;

export const vendorSuites: readonly VendorSuite[] = [
  {
    name: 'stripe-node',
    repository: 'stripe/stripe-node',
    folder: '.',
    install: [npmInstall, ['npx', 'tsc', '-p', 'tsconfig.cjs.json', '--skipLibCheck']],
    // A test that fails leaves its server open, which would keep the process for ever.
    command: ['npx', 'mocha', '--exit', '--no-parallel', '--no-color', '--reporter', 'json'],
    runner: 'mocha',
    preload: 'preload-stripe.ts',
    server: startApiStandIn,
  },
  {
    name: 'slack web-api',
    repository: 'slackapi/node-slack-sdk',
    folder: 'packages/web-api',
    install: [
      [...npmInstall, '--prefix', '../..'],
      ['npx', 'tsc', '-p', '../logger'],
      ['npx', 'tsc', '-p', '../types'],
    ],
    command: ['node', '--test', '--import', 'tsx', 'src/*.test.ts'],
    runner: 'node',
    preload: 'preload-slack.ts',
  },
  {
    name: 'nodemailer',
    repository: 'nodemailer/nodemailer',
    folder: '.',
    install: [npmInstall],
    // The tests that make transporters; the others are of the SDK's inner parts.
    command: ['node', '--test', ...['json-transport', 'ses-transport', 'mailer', 'nodemailer'].map(testsIn)],
    runner: 'node',
    preload: 'preload-nodemailer.ts',
  },
  {
    name: 'hubspot',
    repository: 'HubSpot/hubspot-api-nodejs',
    folder: '.',
    install: [npmInstall],
    command: [
      'node',
      '--require',
      'ts-node/register/transpile-only',
      jasmine,

      '--random=false',
    ],
    runner: 'jasmine',
    preload: 'preload-hubspot.ts',
  },
];
