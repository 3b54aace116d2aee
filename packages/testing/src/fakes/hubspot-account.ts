import type { JsonObject } from './hubspot-body.ts';
import { notFound } from './hubspot-failure.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Reply } from './hubspot-portal.ts';

/** The one owner of every portal. */
function owner(call: HubSpotCall): JsonObject {
  const at = isoTime(0);
  return {
    id: '101',
    email: 'owner@example.com',
    firstName: 'Olga',
    lastName: 'Owner',
    type: 'PERSON',
    userId: 1001,
    userIdIncludingInactive: 1001,
    createdAt: at,
    updatedAt: at,
    archived: false,
    teams: [{ id: '1', name: `Team ${call.portal.id}`, primary: true }],
  };
}

function ownerById(call: HubSpotCall): Reply {
  const found = owner(call);
  if (found['id'] !== call.params['ownerId']) throw notFound(`No owner exists with id ${call.params['ownerId']}`);
  return { status: 200, body: found };
}

function details(call: HubSpotCall): Reply {
  return {
    status: 200,
    body: {
      portalId: call.portal.id,
      accountType: 'STANDARD',
      timeZone: 'UTC',
      companyCurrency: 'USD',
      additionalCurrencies: [],
      utcOffset: '+00:00',
      utcOffsetMilliseconds: 0,
      uiDomain: 'app.hubspot.com',
      dataHostingLocation: 'na1',
    },
  };
}

function tokenInfo(call: HubSpotCall): Reply {
  const token = call.params['token'] ?? '';
  const known = call.caller.of(token);
  if (!known) throw notFound('access token not found', { category: 'INVALID_AUTHENTICATION' });
  const scopes = known.scopes === 'all' ? [] : known.scopes;
  return {
    status: 200,
    body: {
      token,
      token_type: 'access',
      hub_id: known.portalId,
      hub_domain: `portal-${known.portalId}.example`,
      app_id: 1,
      user_id: 1001,
      user: 'owner@example.com',
      scopes,
      expires_in: 1800,
    },
  };
}

const owners = (): string => 'crm.objects.owners.read';
const none = (): undefined => undefined;

export const accountRoutes: readonly HubSpotRoute[] = [
  {
    verb: 'GET',
    path: '/crm/v3/owners',
    scope: owners,
    run: (call) => ({ status: 200, body: { results: [owner(call)] } }),
  },
  { verb: 'GET', path: '/crm/v3/owners/:ownerId', scope: owners, run: ownerById },
  // The SDK has no method for this one; `apiRequest` reaches it.
  { verb: 'GET', path: '/account-info/v3/details', scope: none, run: details },
  { verb: 'GET', path: '/oauth/v1/access-tokens/:token', scope: none, run: tokenInfo },
];
