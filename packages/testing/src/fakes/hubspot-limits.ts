import { json } from './http-fake.ts';
import type { Answer } from './http-fake.ts';

/**
 * HubSpot's own 429: the request was not executed. Three shapes are known. The daily one is documented and resets at
 * midnight of the portal's time zone; the ten-secondly one and that of search, which has no policy and by whose sentence
 * alone the SDK knows it, are as they were quoted from live portals. No published 429 has a `retry-after`: it is sent
 * only where `retryAfterS` is above 0, and never with DAILY.
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function rateLimited(correlationId: string, retryAfterS: number, policy: string | undefined): Answer {
  const policyName = policy ?? 'TEN_SECONDLY_ROLLING';
  const body = {
    status: 'error',
    message: `You have reached your ${policyName.toLowerCase()} limit.`,
    errorType: 'RATE_LIMIT',
    correlationId,
    ...(policyName !== 'SECONDLY' && { policyName }),
    ...(policyName === 'TEN_SECONDLY_ROLLING' && { groupName: 'publicapi:private_app-api-calls-ten-secondly:1:1' }),
    ...(policyName === 'DAILY' && { requestId: correlationId }),
  };
  const wait = policyName !== 'DAILY' && retryAfterS > 0 ? { 'retry-after': String(retryAfterS) } : {};
  return json(429, body, { 'x-hubspot-correlation-id': correlationId, ...wait });
}
