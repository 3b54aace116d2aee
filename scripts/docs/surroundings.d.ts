// What a block of a page may leave out: what an earlier block or the reader's own application has. A block that imports
// or declares one of these names itself gets its own. What only one page needs stands there, in `<!-- given: ... -->`.

// Public exports, without their import.
declare const createOncely: typeof import('@oncely/core').createOncely;
declare const isOncelyError: typeof import('@oncely/core').isOncelyError;
declare const aesCodec: typeof import('@oncely/core').aesCodec;
declare const memoryLedger: typeof import('@oncely/core/ledgers/memory').memoryLedger;
declare const sqliteLedger: typeof import('@oncely/core/ledgers/sqlite').sqliteLedger;
declare const postgresLedger: typeof import('@oncely/core/ledgers/postgres').postgresLedger;
declare const redisLedger: typeof import('@oncely/core/ledgers/redis').redisLedger;
declare const oncelyStripe: typeof import('@oncely/stripe').oncelyStripe;
declare const stripeTools: typeof import('@oncely/stripe/tools').stripeTools;
declare const oncelySlack: typeof import('@oncely/slack').oncelySlack;
declare const checkSlack: typeof import('@oncely/slack').checkSlack;
declare const streamMessage: typeof import('@oncely/slack').streamMessage;
declare const approvalStep: typeof import('@oncely/slack').approvalStep;
declare const approvalMessage: typeof import('@oncely/slack').approvalMessage;
declare const approvalRoute: typeof import('@oncely/slack').approvalRoute;
declare const handleApproval: typeof import('@oncely/slack').handleApproval;
declare const oncelyHubspot: typeof import('@oncely/hubspot').oncelyHubspot;
declare const existingIdOf: typeof import('@oncely/hubspot').existingIdOf;
declare const oncelyEmail: typeof import('@oncely/email').oncelyEmail;
declare const imapProbe: typeof import('@oncely/email').imapProbe;
declare const restOf: typeof import('@oncely/email').restOf;
declare const sendEach: typeof import('@oncely/email').sendEach;
declare const aiSdkTools: typeof import('@oncely/agents/ai-sdk').aiSdkTools;
declare const registerMcpTools: typeof import('@oncely/agents/mcp').registerMcpTools;
declare const startStripeFake: typeof import('@oncely/testing').startStripeFake;
declare const startHubSpotFake: typeof import('@oncely/testing').startHubSpotFake;

// Vendors, frameworks and the test runner.
declare const Stripe: typeof import('stripe').default;
declare const WebClient: typeof import('@slack/web-api').WebClient;
declare const Client: typeof import('@hubspot/api-client').Client;
declare const ImapFlow: typeof import('imapflow').ImapFlow;
declare const generateText: typeof import('ai').generateText;
declare const isStepCount: typeof import('ai').isStepCount;
declare const z: typeof import('zod').z;
declare const describe: typeof import('vitest').describe;
declare const it: typeof import('vitest').it;

// The application: its clients, its ledger, its Oncely.
interface Tracker {
  createIssue(input: { readonly project: string; readonly title: string }): Promise<{ readonly id: string }>;
  closeIssue(issue: string): Promise<{ readonly id: string }>;
}
type ClientOf<C> = import('@oncely/core').Adapter<C, 'one'>;
type Clients = {
  readonly stripe: ClientOf<import('stripe').default>;
  readonly slack: ClientOf<import('@slack/web-api').WebClient>;
  readonly hubspot: ClientOf<import('@hubspot/api-client').Client>;
  readonly email: ClientOf<import('nodemailer').Transporter>;
  readonly tracker: ClientOf<Tracker>;
};
declare const clients: Clients;
declare const oncely: import('@oncely/core').Oncely<Clients>;
declare const stripe: import('stripe').default;
declare const slack: import('@slack/web-api').WebClient;
declare const hubspot: import('@hubspot/api-client').Client;
declare const email: import('nodemailer').Transporter;
declare const ledger: import('@oncely/core').Ledger;
declare const pool: import('pg').Pool;
declare const redis: import('ioredis').Redis;
declare const build: () => never;
declare const scope: import('@oncely/core').Scope;

// Its business, and its model.
declare const businessId: string;
declare const ticket: string;
declare const order: string;
declare const customer: string;
declare const payment: string;
declare const price: string;
declare const year: string;
declare const channel: string;
declare const ts: string;
declare const user: string;
declare const team: string;
declare const to: string;
declare const key: string;
declare const amount: number;
declare const day: number;
declare const newKey: Buffer;
declare const oldKey: Buffer;
declare const model: import('ai').LanguageModel;
declare const prompt: string;
