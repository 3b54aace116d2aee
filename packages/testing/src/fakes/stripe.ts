/**
 * A Stripe with true idempotency, of v1 and of v2, on loopback.
 *
 * @module
 */
import { json, startHttpFake } from './http-fake.ts';
import type { Answer, Execution, FakeRequest, HttpFake } from './http-fake.ts';
import { called, flag, milliseconds, named, oneOf, refuseOthers } from './refusing.ts';
import { customerRoutes, invoiceRoutes } from './stripe-billing.ts';
import { catalogRoutes } from './stripe-catalog.ts';
import { addCharge, chargeRoutes } from './stripe-charges.ts';
import type { ChargeSeed } from './stripe-charges.ts';
import { expanded } from './stripe-expand.ts';
import { errorBody, StripeFailure, unknownParam } from './stripe-failure.ts';
import { decodeForm, decodeJson, decodeMultipart } from './stripe-form.ts';
import type { FormRecord } from './stripe-form.ts';
import { authenticate, createResponder, header } from './stripe-http.ts';
import type { Responder } from './stripe-http.ts';
import { checkoutRoutes } from './stripe-checkout.ts';
import { createKeyStore } from './stripe-keys.ts';
import { moneyRoutes } from './stripe-money.ts';
import { createStripeState } from './stripe-objects.ts';
import type { RefundStatus, StripeCall, StripeResult, StripeRoute, StripeState } from './stripe-objects.ts';
import { paymentIntentRoutes } from './stripe-payment-intents.ts';
import { refundRoutes } from './stripe-refunds.ts';
import { setupRoutes } from './stripe-setup.ts';
import { subscriptionRoutes } from './stripe-subscriptions.ts';

export type { ChargeSeed } from './stripe-charges.ts';

export interface StripeFakeOptions {
  /** Milliseconds; for `created` and the age of keys. Default `Date.now`. */
  readonly now?: () => number;
  /** How long a key is remembered, in milliseconds; default 24 h. */
  readonly keyWindowMs?: number;
  /** Whether keys are forgotten behind the window; default true. Stripe may, and need not. */
  readonly keyPruning?: boolean;
  /** Valid API keys and the account of each; by default every `sk_test_` and `rk_test_` key is `acct_platform`'s. */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** Whether an unknown `ch_` id becomes a charge of 1,000.00 usd on first reference; default false. */
  readonly autoCharges?: boolean;
  /** The state of new refunds; default `succeeded`. Only `requires_action` can be cancelled. */
  readonly refundStatus?: RefundStatus;
}

/** One write that happened. A replay, a refusal and a declined card add none. */
export interface StripeEffect {
  /** Resource and verb as in the API's paths: `refunds.create`, `payment_intents.capture`, `customers.delete`. */
  readonly operation: string;
  readonly id: string;
  /** `Stripe-Account`, or the API key's own account. */
  readonly account: string;
  readonly key: string | undefined;
  readonly params: FormRecord;
  readonly at: number;
}

export interface StripeFake extends HttpFake<StripeEffect> {
  /** Every operation that it knows, reads included, as its effects name them. */
  readonly operations: readonly string[];
  /** Puts a paid charge there, without counting an effect. */
  seedCharge(seed: ChargeSeed): void;
}

const platformAccount = 'acct_platform';
const dayMs = 24 * 60 * 60 * 1000;
const maxKeyLength = 255;

const routes: readonly StripeRoute[] = [
  ...catalogRoutes,
  ...checkoutRoutes,
  ...moneyRoutes,
  ...setupRoutes,
  ...subscriptionRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...paymentIntentRoutes,
  ...customerRoutes,
  ...invoiceRoutes,
];

/**
 * Starts the fake. Under a key an effect happens at most once within the window, whatever happens to the connection;
 * `effects()` is what happened. Point the SDK at it by `{ host, port, protocol: 'http', telemetry: false }`.
 */
export async function startStripeFake(options: StripeFakeOptions = {}): Promise<StripeFake> {
  refuseOthers('startStripeFake', options, {
    now: called,
    keyWindowMs: milliseconds,
    keyPruning: flag,
    apiKeys: named,
    autoCharges: flag,
    refundStatus: oneOf('succeeded', 'pending', 'requires_action', 'canceled'),
  });
  const now = options.now ?? Date.now;
  const effects: StripeEffect[] = [];
  const states = new Map<string, StripeState>();
  const pruning = options.keyPruning ?? true;
  const keysOfV1 = createKeyStore({ now, windowMs: options.keyWindowMs ?? dayMs, pruning });
  const keysOfV2 = createKeyStore({ now, windowMs: options.keyWindowMs ?? 30 * dayMs, pruning });
  let serial = 0;
  const newId = (prefix: string): string => `${prefix}_1Fake${String((serial += 1)).padStart(9, '0')}`;
  const created = (): number => Math.floor(now() / 1000);

  function stateOf(account: string, livemode: boolean): StripeState {
    const name = scopeOf(account, livemode);
    const state = states.get(name) ?? createStripeState();
    states.set(name, state);
    return state;
  }

  async function handle(request: FakeRequest, execution: Execution): Promise<Answer> {
    const respond = createResponder(request, newId('req'));
    const caller = authenticate(request, platformAccount, options.apiKeys);
    if (caller.kind === 'refused') return respond.error(401, caller.message);
    // The account that a key belongs to, which has no id in its address.
    if (request.method === 'GET' && request.path === '/v1/account') {
      return respond.ok({ id: header(request, 'stripe-account') ?? caller.account, object: 'account' });
    }
    const found = findRoute(request);
    if (!found) return respond.error(404, `Unrecognized request URL (${request.method}: ${request.path}).`);

    const { route, id } = found;
    const account = header(request, 'stripe-account') ?? caller.account;
    const call: StripeCall = {
      state: stateOf(account, caller.livemode),
      params: paramsOf(request),
      id,
      livemode: caller.livemode,
      created: created(),
      url: fake.url,
      autoCharges: options.autoCharges ?? false,
      refundStatus: options.refundStatus ?? 'succeeded',
      newId,
    };
    if (route.verb === 'GET') return read(route, call, respond);
    // Of v1 only POST is keyed: a DELETE happens each time.
    const isKeyed = route.verb === 'POST' || isV2(route);
    const key = isKeyed ? header(request, 'idempotency-key') : undefined;
    return write(route, call, respond, execution, { account, key, endpoint: `${request.method} ${request.path}` });
  }

  async function write(
    route: StripeRoute,
    call: StripeCall,
    respond: Responder,
    { hold, failure }: Execution,
    { account, key, endpoint }: { account: string; key: string | undefined; endpoint: string },
  ): Promise<Answer> {
    const { params } = call;
    let keep = (answer: Answer, _isKept: boolean): Answer => answer;
    if (key !== undefined) {
      if (key.length > maxKeyLength)
        return respond.error(400, `Idempotency keys have at most ${maxKeyLength} characters.`);
      const keyed = { account: scopeOf(account, call.livemode), key, endpoint, params };
      const keys = isV2(route) ? keysOfV2 : keysOfV1;
      const verdict = keys.begin(keyed);
      if (verdict.kind !== 'new') return respond.verdict(verdict, key);
      keep = (answer, isKept) => {
        if (isKept) keys.store(keyed, { status: answer.status, body: answer.body, requestId: respond.requestId });
        else keys.release(keyed);
        return answer;
      };
    }
    try {
      if (params['metadata'] !== undefined && !route.metadata) throw unknownParam('metadata');
      const commit = route.prepare(call);
      if (hold) await hold();
      if (failure?.after === 'before_effect') {
        return keep(respond.as(failure.answer), failure.stored && !isV2(route));
      }
      const result = commit();
      effects.push({ operation: route.operation, id: idOf(result), account, key, params, at: now() });
      if (!failure) return keep(respond.ok(result), true);
      // What v2 began under a key is driven on by the next request under it, whatever the first one was answered.
      if (isV2(route)) keep(respond.ok(result), true);
      else keep(respond.as(failure.answer), failure.stored);
      return respond.as(failure.answer);
    } catch (error) {
      if (!(error instanceof StripeFailure)) throw error;
      return keep(respond.refusal(error), error.stage === 'execution');
    }
  }

  const fake = await startHttpFake<StripeEffect>(
    {
      effects,
      isWrite: (request) => request.method !== 'GET',
      handle,
      rateLimited: (retryAfterS) =>
        json(429, errorBody('Too many requests hit the API too quickly.', { code: 'rate_limit' }), {
          'request-id': newId('req'),
          'retry-after': String(retryAfterS),
          'stripe-rate-limited-reason': 'global-rate',
        }),
      failed: (status) =>
        json(status, errorBody('An unknown error occurred.', { type: 'api_error' }), { 'request-id': newId('req') }),
    },
    now,
  );
  return {
    ...fake,
    operations: routes.map(({ operation }) => operation),
    seedCharge({ account = platformAccount, ...seed }) {
      addCharge({ state: stateOf(account, false), created: created(), livemode: false, newId }, seed);
    },
  };
}

function isV2({ path }: StripeRoute): boolean {
  return path.startsWith('v2/');
}

/** Accounts and modes share nothing: neither objects nor keys. */
function scopeOf(account: string, livemode: boolean): string {
  return `${account} ${livemode ? 'live' : 'test'}`;
}

function read(route: StripeRoute, call: StripeCall, respond: Responder): Answer {
  try {
    return respond.ok(expanded(call, route.prepare(call)()));
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
    return respond.refusal(error);
  }
}

function findRoute(request: FakeRequest): { route: StripeRoute; id: string } | undefined {
  const parts = request.path.slice(1).split('/');
  for (const route of routes) {
    const pattern = (route.path.startsWith('v2/') ? route.path : `v1/${route.path}`).split('/');
    if (route.verb !== request.method || pattern.length !== parts.length) continue;
    if (pattern.every((part, index) => part === ':id' || part === parts[index])) {
      return { route, id: parts[pattern.indexOf(':id')] ?? '' };
    }
  }
  return undefined;
}

/** What a request asks for, whichever way it is written. */
function paramsOf(request: FakeRequest): FormRecord {
  const type = header(request, 'content-type') ?? '';
  const boundary = /^multipart\/form-data; *boundary=(.+)$/.exec(type)?.[1];
  if (boundary !== undefined) return decodeMultipart(request.body, boundary);
  if (type.includes('json') && request.body !== '') return decodeJson(request.body);
  return decodeForm([...request.query, ...new URLSearchParams(request.body)]);
}

function idOf(result: StripeResult): string {
  return 'id' in result ? String(result.id) : '';
}
