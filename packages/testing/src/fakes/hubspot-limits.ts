import { json } from './http-fake.ts';
import type { Answer } from './http-fake.ts';

/** Which of HubSpot's limits a 429 is for. */
export type LimitPolicy = 'TEN_SECONDLY_ROLLING' | 'SECONDLY' | 'DAILY';

/**
 * HubSpot's own 429: the request was not executed. The daily limit resets at midnight of the portal's time zone and has
 * no `retry-after`. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function rateLimited(correlationId: string, retryAfterS: number, policy: string | undefined): Answer {
  const policyName = policy ?? 'TEN_SECONDLY_ROLLING';
  const body = {
    status: 'error',
    message: messages[policyName] ?? `You have reached your ${policyName.toLowerCase()} limit.`,
    errorType: 'RATE_LIMIT',
    correlationId,
    policyName,
    requestId: correlationId.replaceAll('-', ''),
  };
  const headers = { 'x-hubspot-correlation-id': correlationId };
  return json(429, body, policyName === 'DAILY' ? headers : { ...headers, 'retry-after': String(retryAfterS) });
}

const messages: Readonly<Record<string, string>> = {
  TEN_SECONDLY_ROLLING: 'You have reached your ten_secondly_rolling limit.',
  // The SDK recognises the search limit by this sentence and by nothing else.
  SECONDLY: 'You have reached your secondly limit.',
  DAILY: 'You have reached your daily limit.',
};
