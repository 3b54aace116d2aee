/**
 * A HubSpot with unique values that arbitrate and a search that lags, on loopback.
 *
 * @module
 */
import { json, startHttpFake } from './http-fake.ts';
import type { Answer, Execution, FakeRequest, HttpFake } from './http-fake.ts';
import { called, count, milliseconds, named, oneOf, refuseOthers } from './refusing.ts';
import { parseBody } from './hubspot-body.ts';
import { errorBody, HubSpotFailure, missingScope } from './hubspot-failure.ts';
import { readForm } from './hubspot-form.ts';
import { rateLimited } from './hubspot-limits.ts';
import { createPortal } from './hubspot-new-portal.ts';
import type { SetPortal } from './hubspot-new-portal.ts';
import type {
  Caller,
  ConflictShapes,
  HubSpotCall,
  HubSpotEffect,
  HubSpotRoute,
  PortalRules,
  Reply,
} from './hubspot-portal.ts';
import { findRoute } from './hubspot-routes.ts';

export type { ConflictShapes, HubSpotEffect } from './hubspot-portal.ts';

export interface HubSpotFakeOptions {
  /** Milliseconds; for every time and the lag of search. Default `Date.now`. */
  readonly now?: () => number;
  /** Valid tokens; by default every token is portal 1's and has all scopes. */
  readonly tokens?: Readonly<Record<string, { readonly portalId?: number; readonly scopes?: readonly string[] }>>;
  /** How a taken value is refused; both can be changed later by `conflicts`. */
  readonly conflicts?: Partial<ConflictShapes>;
  /** Whether an archived record's unique values can be taken by another; default `released`. Undocumented. */
  readonly archivedValues?: PortalRules['archivedValues'];
  /** Whether a merged-away record's unique values find the winner; default `released`. Undocumented; e-mails always do. */
  readonly mergedValues?: PortalRules['mergedValues'];
  /** Milliseconds until reads find a new record by a unique value, while the value is taken at once; default 0. Undocumented. */
  readonly valueLagMs?: number;
  /** Milliseconds until a write shows in search; default 30,000. */
  readonly searchLagMs?: number;
  /** Searches that must be answered since a write until it shows; default 0. */
  readonly searchLagSearches?: number;
}

export interface HubSpotFake extends HttpFake<HubSpotEffect> {
  /** Changes how taken values are refused from now on. */
  conflicts(shapes: Partial<ConflictShapes>): void;
  /** Puts a property there, without counting an effect; a unique text by default. */
  seedProperty(
    objectType: string,
    name: string,
    options?: { readonly hasUniqueValue?: boolean; readonly portalId?: number },
  ): void;
  /** Puts a record there, without counting an effect; returns its id. */
  seed(objectType: string, properties: Readonly<Record<string, string>>, portalId?: number): string;
  /** The values of a live record as they are now, or undefined; merged-away ids find the winner. */
  peek(objectType: string, id: string, portalId?: number): Readonly<Record<string, string>> | undefined;
  /** A person's edit in HubSpot's own pages: no request, no effect. */
  edit(objectType: string, id: string, properties: Readonly<Record<string, string>>, portalId?: number): void;
  /** The next batch write applies so many of its inputs, or all if there are fewer, and then fails with a 500. */
  cutBatch(appliedInputs: number): void;
}

const firstPortal = 1;

/**
 * Starts the fake. Every write that happens is one effect, an input of a batch each; a refusal is none. Point the SDK at
 * it by `new Client({ accessToken: 'any', basePath: fake.url })`.
 */
export async function startHubSpotFake(options: HubSpotFakeOptions = {}): Promise<HubSpotFake> {
  refuseOthers('startHubSpotFake', options, {
    now: called,
    tokens: named,
    conflicts: named,
    archivedValues: oneOf('released', 'held'),
    mergedValues: oneOf('released', 'redirect'),
    valueLagMs: milliseconds,
    searchLagMs: milliseconds,
    searchLagSearches: count,
  });
  const now = options.now ?? Date.now;
  const effects: HubSpotEffect[] = [];
  const portals = new Map<number, SetPortal>();
  let shapes: ConflictShapes = { email: 'conflict', property: 'coordinates', ...options.conflicts };
  let cut: number | undefined;
  let serial = 0;
  let requestSerial = 0;

  const rules = (): PortalRules => ({
    conflicts: shapes,
    archivedValues: options.archivedValues ?? 'released',
    mergedValues: options.mergedValues ?? 'released',
    valueLagMs: options.valueLagMs ?? 0,
    searchLagMs: options.searchLagMs ?? 30_000,
    searchLagSearches: options.searchLagSearches ?? 0,
  });
  const newId = (): string => String(10_000_001 + (serial += 1));
  const correlationId = (): string => {
    requestSerial += 1;
    return `00000000-0000-4000-8000-${requestSerial.toString(16).padStart(12, '0')}`;
  };

  function portalOf(id: number = firstPortal): SetPortal {
    const known = portals.get(id) ?? createPortal({ id, now, newId, rules, effects, passInput });
    portals.set(id, known);
    return known;
  }

  function passInput(): void {
    if (cut === 0) throw cutFailure();
    if (cut !== undefined) cut -= 1;
  }

  /** Runs an endpoint; a batch write that a test cut fails, at the latest when all of its inputs are applied. */
  function runCut(route: HubSpotRoute, call: HubSpotCall): Reply {
    if (cut === undefined || !/\/batch\/(?!read$)/.test(route.path)) return route.run(call);
    try {
      route.run(call);
      throw cutFailure();
    } finally {
      cut = undefined;
    }
  }

  async function handle(request: FakeRequest, { hold, failure }: Execution): Promise<Answer> {
    const id = correlationId();
    const answer = (status: number, body?: unknown): Answer => reply(status, body, id);
    const refuse = (error: HubSpotFailure): Answer => answer(error.status, errorBody(error.message, id, error.detail));

    const found = findRoute(request.method, request.path);
    const caller = authenticate(request, options.tokens, found?.route.path.startsWith('/oauth/') ?? false);
    if (!caller) return refuse(badToken());
    if (!found) return answer(404, { status: 'error', message: 'resource not found', correlationId: id });
    try {
      const call = await readCall(request, caller, portalOf(caller.portalId).portal, found.params);
      const scope = found.route.scope(call);
      if (scope !== undefined && caller.scopes !== 'all' && !caller.scopes.includes(scope)) throw missingScope(scope);
      if (hold) await hold();
      if (failure?.after === 'before_effect') return failure.answer;
      const { status, body } = runCut(found.route, call);
      return failure ? failure.answer : answer(status, body);
    } catch (error) {
      if (!(error instanceof HubSpotFailure)) throw error;
      return refuse(error);
    }
  }

  const fake = await startHttpFake<HubSpotEffect>(
    {
      effects,
      isWrite: ({ method, path }) => isHubSpotWrite(method, path),
      handle,
      rateLimited: (retryAfterS, policy) => rateLimited(correlationId(), retryAfterS, policy),
      failed(status) {
        const id = correlationId();
        const category = status >= 500 ? 'INTERNAL_ERROR' : 'VALIDATION_ERROR';
        return reply(status, errorBody('internal error', id, { category }), id);
      },
    },
    now,
  );
  return {
    ...fake,
    conflicts: (changed) => (shapes = { ...shapes, ...changed }),
    seedProperty(objectType, name, { hasUniqueValue = true, portalId } = {}) {
      portalOf(portalId).seedProperty(objectType, name, hasUniqueValue);
    },
    seed: (objectType, properties, portalId) => portalOf(portalId).seed(objectType, properties),
    peek: (objectType, id, portalId) => portalOf(portalId).peek(objectType, id),
    edit: (objectType, id, properties, portalId) => portalOf(portalId).edit(objectType, id, properties),
    cutBatch: (appliedInputs) => (cut = appliedInputs),
  };
}

/** Whether a request changes something: all but GET, searches and batch reads. */
export function isHubSpotWrite(method: string, path: string): boolean {
  if (method === 'GET' || path.startsWith('/oauth/')) return false;
  return !(method === 'POST' && /\/(search|batch\/read)$/.test(path));
}

function reply(status: number, body: unknown, correlationId: string): Answer {
  const headers = {
    'x-hubspot-correlation-id': correlationId,
    'x-hubspot-ratelimit-max': '190',
    'x-hubspot-ratelimit-remaining': '189',
    'x-hubspot-ratelimit-interval-milliseconds': '10000',
  };
  if (body === undefined) return { status, headers, body: '' };
  const answer = json(status, body, headers);
  return { ...answer, headers: { ...answer.headers, 'content-type': 'application/json;charset=utf-8' } };
}

function cutFailure(): HubSpotFailure {
  return new HubSpotFailure(500, 'internal error', { category: 'INTERNAL_ERROR' });
}

function badToken(): HubSpotFailure {
  const message =
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview';
  return new HubSpotFailure(401, message, { category: 'INVALID_AUTHENTICATION' });
}

function authenticate(request: FakeRequest, tokens: HubSpotFakeOptions['tokens'], isOpen: boolean): Caller | undefined {
  const of: Caller['of'] = (token) => {
    if (!tokens) return { portalId: firstPortal, scopes: 'all' };
    const known = tokens[token];
    return known && { portalId: known.portalId ?? firstPortal, scopes: known.scopes ?? 'all' };
  };
  // The endpoints of OAuth name the token that they are about, and need none.
  if (isOpen) return { portalId: firstPortal, scopes: 'all', of };
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const known = token === undefined ? undefined : of(token);
  return known && { ...known, of };
}

async function readCall(
  request: FakeRequest,
  caller: Caller,
  portal: HubSpotCall['portal'],
  params: HubSpotCall['params'],
): Promise<HubSpotCall> {
  const contentType = request.headers['content-type'] ?? '';
  return {
    portal,
    caller,
    params,
    query: request.query,
    body: contentType.includes('json') ? parseBody(request.body) : undefined,
    form: contentType.startsWith('multipart/') ? await readForm(request.bytes, contentType) : undefined,
    method: request.method,
  };
}
