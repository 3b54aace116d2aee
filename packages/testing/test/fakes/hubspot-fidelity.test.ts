import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startHubSpotFake } from '../../src/fakes/hubspot.ts';
import type { HubSpotFake } from '../../src/fakes/hubspot.ts';
import { findRoute, hubspotRoutes } from '../../src/fakes/hubspot-routes.ts';
import { standardTypes } from '../../src/fakes/hubspot-types.ts';
import { attributesOf, findEndpoint, sdkEndpoints } from './hubspot-sdk.ts';
import type { SdkEndpoint } from './hubspot-sdk.ts';
import { recordingClient, tour } from './hubspot-tour.ts';
import type { Recorded } from './hubspot-tour.ts';
import { checkWire } from './hubspot-wire.ts';

/**
 * Where HubSpot's wire is known to differ from the types that it publishes, with where that is known from. A new entry
 * needs as good a reason: this list is what the fake says on its own account.
 */
const deviations: Readonly<Record<string, { readonly why: string; readonly statuses: readonly number[] }>> = {
  'StandardError.links missing': { why: 'the documented example of a 207 has none', statuses: [207] },
  'StandardError.errors missing': { why: 'the documented example of a 207 has none', statuses: [207] },
  'AssociationSpecWithLabel.label null': {
    why: 'documented examples have null where there is no label',
    statuses: [200, 207],
  },
  'Error.status unknown': {
    why: 'every documented example of an error has "status": "error"',
    statuses: [400, 401, 403, 404, 409, 429, 500],
  },
  'Error.category missing': { why: 'seen in every quoted 429, which has errorType instead', statuses: [429] },
  'Error.errorType unknown': { why: 'seen in every quoted 429', statuses: [429] },
  'Error.policyName unknown': { why: 'seen in every quoted 429; the SDK reads it', statuses: [429] },
  'Error.requestId unknown': { why: 'documented for the daily 429', statuses: [429] },
  'Error.groupName unknown': { why: 'seen in quoted ten-secondly 429s', statuses: [429] },
  'Error.identityProfile unknown': { why: 'quoted in "Updated 409 Conflict responses"', statuses: [409] },
  'Error.error unknown': { why: 'quoted in "Updated 409 Conflict responses"', statuses: [409] },
};

/** Documented endpoints that the SDK has no method for. */
const notInSdk = ['GET /account-info/v3/details', 'POST /marketing/v4/email/single-send'];

let fake: HubSpotFake;
let recorded: readonly Recorded[];
const endpoints = sdkEndpoints();

beforeAll(async () => {
  fake = await startHubSpotFake({ searchLagMs: 0 });
  const client = recordingClient(fake);
  await tour(client.hubspot, fake);
  recorded = [...client.recorded, ...(await refusals())];
});
afterAll(() => fake.close());

/** The refusals that need a fake or a client of their own. */
async function refusals(): Promise<readonly Recorded[]> {
  const strict = await startHubSpotFake({ tokens: { narrow: { scopes: [] }, wide: {} } });
  const seen = ['unknown', 'narrow', 'wide'].map((token) => recordingClient(strict, token));
  const create = { properties: { email: 'a@x.io' } };
  strict.seed('contacts', create.properties);
  for (const { hubspot } of seen) await hubspot.crm.contacts.basicApi.create(create).catch(() => undefined);
  const wide = seen[2]!;
  strict.conflicts({ email: 'identity_profile' });
  for (const policy of ['TEN_SECONDLY_ROLLING', 'SECONDLY', 'DAILY']) {
    strict.fail({ kind: 'rate_limited', retryAfterS: 1, policy });
  }
  strict.fail({ kind: 'status', status: 500, after: 'before_effect' });
  for (let count = 0; count < 5; count += 1) {
    await wide.hubspot.crm.contacts.basicApi.create(create).catch(() => undefined);
  }
  await strict.close();
  return seen.flatMap((one) => one.recorded);
}

interface Typed {
  readonly status: number;
  readonly name: string;
  readonly body: unknown;
  readonly model: string;
  readonly models: string;
}

/** What the SDK's own code expects of an answer: the body of that status, or its error. */
function typed(answer: Recorded): Typed {
  const { verb, path, status } = answer;
  const endpoint = findEndpoint(endpoints, verb, path) as SdkEndpoint;
  const model = status < 400 ? endpoint.answers.get(status) : errorModel;
  const name = `${verb} ${path} ${status}`;
  if (model === undefined) throw new Error(`${name}: the SDK does not expect this status`);
  return {
    status,
    name,
    body: answer.text === '' ? undefined : JSON.parse(answer.text),
    model,
    models: endpoint.models,
  };
}
// The code of the SDK says `Error`; its models call it ModelError.
const errorModel = 'ModelError';

const violationsOf = ({ body, model, models }: Typed): readonly string[] => {
  if (model === 'void') return body === undefined ? [] : ['void with a body'];
  return checkWire(body, model, models).map(({ rule, at }) => `${rule.replace('ModelError.', 'Error.')} at ${at}`);
};
const ruleOf = (violation: string): string => violation.split(' at ')[0] ?? '';
const isKnown = (violation: string, status: number): boolean =>
  deviations[ruleOf(violation)]?.statuses.includes(status) ?? false;

describe('the tour', () => {
  it('visits every endpoint of the fake with success, by requests of the real SDK', () => {
    const visited = new Set(
      recorded
        .filter(({ status }) => status < 300)
        .map(({ verb, path }) => findRoute(verb, path)?.route)
        .map((route) => `${route?.verb} ${route?.path}`),
    );
    const served = hubspotRoutes.map(({ verb, path }) => `${verb} ${path}`);
    expect(served.filter((route) => !visited.has(route)).toSorted()).toEqual(notInSdk.toSorted());
  });

  it('sees successes, partial failures and refusals', () => {
    const statuses = new Set(recorded.map(({ status }) => status));
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([
      200, 201, 202, 204, 207, 400, 401, 403, 404, 409, 429, 500,
    ]);
  });
});

it('knows every object type that the SDK has methods for', () => {
  const named = endpoints.flatMap(({ path }) => /^\/crm\/v3\/objects\/([a-z_]+)/.exec(path)?.[1] ?? []);
  const unknown = [...new Set(named)].filter((name) => !standardTypes.some((type) => type.name === name));
  expect(unknown).toEqual([]);
  expect(new Set(named).size).toBeGreaterThan(15);
});

describe('every answer', () => {
  it('has a status and a body that the published types know', () => {
    const wrong = recorded.flatMap((answer) => {
      const it = typed(answer);
      return violationsOf(it)
        .filter((violation) => !isKnown(violation, answer.status))
        .map((violation) => `${it.name}: ${violation}`);
    });
    expect(wrong).toEqual([]);
  });

  it('differs from them in each of the listed ways, and the list has nothing else', () => {
    const seen = new Set(recorded.flatMap((answer) => violationsOf(typed(answer)).map(ruleOf)));
    expect([...seen].toSorted()).toEqual(Object.keys(deviations).toSorted());
  });
});

describe('the check itself', () => {
  it('turns red when any attribute of any body is dropped, of another type, or invented', () => {
    let broken = 0;
    for (const answer of recorded.map(typed)) {
      const { body, model, models, name } = answer;
      if (model === 'void' || model === 'any' || typeof body !== 'object' || body === null) continue;
      const isRed = (changed: unknown): boolean =>
        violationsOf({ ...answer, body: changed }).some((violation) => !isKnown(violation, answer.status));
      expect(isRed({ ...body, invented: 1 }), `${name}, invented`).toBe(true);
      for (const [key, value] of Object.entries(body)) {
        const isRequired = checkWire({}, model, models).some(({ rule }) => rule === `${model}.${key} missing`);
        if (isRequired && !isKnown(`Error.${key} missing`, answer.status)) {
          expect(isRed({ ...body, [key]: undefined }), `${name}, without ${key}`).toBe(true);
        }
        const isInvented = violationsOf(answer).some((one) => one.includes(`.${key} unknown`));
        const isAny = attributesOf(models, model)?.get(key)?.type === 'any';
        if (!isInvented && !isAny)
          expect(isRed({ ...body, [key]: Symbol(String(value)) }), `${name}, other ${key}`).toBe(true);
        broken += 1;
      }
    }
    expect(broken).toBeGreaterThan(400);
  });
});
