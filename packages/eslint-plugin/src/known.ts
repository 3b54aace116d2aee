/**
 * What is known of vendors, retries and unstable ids by their names: the rules and `oncely init` read the same tables.
 * @module
 */

/** A vendor's SDK, and what takes its place. */
export interface KnownVendor {
  /** The class or function of the module that makes a client. */
  readonly makes: string;
  /** Whether it is made by `new`. */
  readonly isClass: boolean;
  readonly builder: string;
  /** Whether the builder gives a configuration that the client has to take. */
  readonly takesConfig: boolean;
  readonly adapter: string;
  /** The name that the client has among `oncely.clients`. */
  readonly client: string;
}

/** By the module of the SDK. */
export const knownVendors: Readonly<Record<string, KnownVendor>> = {
  stripe: {
    makes: 'Stripe',
    isClass: true,
    builder: 'oncelyStripe',
    takesConfig: true,
    adapter: '@oncely/stripe',
    client: 'stripe',
  },
  '@hubspot/api-client': {
    makes: 'Client',
    isClass: true,
    builder: 'oncelyHubspot',
    takesConfig: true,
    adapter: '@oncely/hubspot',
    client: 'hubspot',
  },
  '@slack/web-api': {
    makes: 'WebClient',
    isClass: true,
    builder: 'oncelySlack',
    takesConfig: true,
    adapter: '@oncely/slack',
    client: 'slack',
  },
  nodemailer: {
    makes: 'createTransport',
    isClass: false,
    builder: 'oncelyEmail',
    takesConfig: false,
    adapter: '@oncely/email',
    client: 'email',
  },
};

/** Methods that change something at a vendor. */
export const writeMethods: ReadonlySet<string> = new Set(
  `create update del delete cancel capture confirm refund pay void voidInvoice finalizeInvoice sendInvoice approve
   decline archive merge upsert attach detach postMessage postEphemeral scheduleMessage sendMail send`.split(/\s+/),
);

/** Modules whose function makes again what it is given when that fails. */
export const retryModules: ReadonlySet<string> = new Set([
  'p-retry',
  'async-retry',
  'exponential-backoff',
  'retry',
  'cockatiel',
  'promise-retry',
  'ts-retry-promise',
]);

/** Functions that give another id at every call. */
export const randomIds: ReadonlySet<string> = new Set([
  'randomUUID',
  'randomBytes',
  'randomInt',
  'nanoid',
  'uuid',
  'uuidv4',
  'uuidv7',
  'v4',
  'v7',
  'ulid',
  'cuid',
  'createId',
]);

/** Calls that give another value in the next run. */
export const momentary: ReadonlySet<string> = new Set(['Date.now', 'performance.now', 'process.hrtime', 'Math.random']);

/** Names of the ids that a model gives its calls. */
export const callIds: RegExp = /^(?:tool_?call_?id|tool_?use_?id|call_?id)$/i;
