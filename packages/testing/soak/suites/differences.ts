import { stripeDifferences } from './differences-stripe.ts';

/** What differs from the SDK on purpose: in the mode `scoped`, and where it says so without a scope too. */
export interface Difference {
  readonly suite: string;
  readonly reason: string;
  readonly unscoped?: true;
  /** The full names of the tests. */
  readonly tests: readonly string[];
}

const differences: readonly Difference[] = [
  ...stripeDifferences,
  {
    suite: 'slack web-api',
    reason:
      'A write is sent once. What proves nothing (no answer, a status without Slack’s own words, an error that Slack does not document) leaves it in doubt, and the error is ours with Slack’s as its cause.',
    tests: [
      'WebClient > apiCall() > should fail with WebAPIPlatformError when the API response has an error',
      'WebClient > apiCall() > should fail with WebAPIHTTPError when the API response has an unexpected status',
      'WebClient > apiCall() > should fail with WebAPIRequestError when the API request fails',
      'WebClient > apiCall() > should set error.body to the raw string when HTTP error response is not valid JSON',
      'WebClient > apiCall() > with string response body for some reason > should work even if the body is not a JSON data',
      'WebClient > has an option to set the retry policy  > retries a request which fails to get a response',
      'WebClient > has an option to set the retry policy  > retries a request whose response has a status code that is not 200 nor 429 (rate limited)',
      'WebClient > should throw an error if the response has an invalid retry-after header',
      "WebClient > request errors always attach original > the 'original' property is always attached to request errors",
    ],
  },
  {
    suite: 'slack web-api',
    reason:
      'A limit on a write is waited for by us, not by the SDK, and a 429 without Slack’s own body is no proof that nothing happened.',
    tests: [
      'WebClient > has rate limit handling > when configured to reject rate-limited calls > should reject with a WebAPIRateLimitedError when a request fails due to rate-limiting',
      'WebClient > has rate limit handling > when configured to reject rate-limited calls > should emit a rate_limited event on the client',
      'WebClient > has rate limit handling > should automatically retry the request after the specified timeout',
      'WebClient > has rate limit handling > should pause the remaining requests in queue',
      'WebClient > has rate limit handling > should emit a rate_limited event on the client',
    ],
  },
  {
    suite: 'slack web-api',
    reason: 'A token that a call brings is asked once whose it is, which the mock of the suite does not answer.',
    tests: [
      'WebClient > apiCall() - when using static headers > should override Authorization header if passed as an option to apiCall()',
      'WebClient > chatStream > streams a long message',
    ],
  },
  {
    suite: 'slack web-api',
    reason: 'A message carries our marker in its metadata, and the mock of the suite takes its exact body alone.',
    tests: ['WebClient > named method aliases (facets) > should properly mount methods as functions'],
  },
  {
    suite: 'slack web-api',
    reason: 'Writes side by side in one scope need names, since order is no identity.',
    tests: ['WebClient > has an option to set request concurrency > should have a default conncurrency of 100'],
  },
  {
    suite: 'nodemailer',
    reason:
      'A mail is composed once, before it is recorded, so its date and boundaries are fixed and stand in the JSON.',
    tests: [
      'JSON Transport Tests > should return an JSON string',
      'JSON Transport Tests > should return an JSON string for calendar event',
    ],
  },
  {
    suite: 'nodemailer',
    reason:
      'What cannot be read is refused before anything is recorded, as invalid_input with nodemailer’s error as its cause.',
    tests: [
      'JSON Transport access control (disableFileAccess / disableUrlAccess) > should reject attachment file access when disableFileAccess is set',
      'JSON Transport access control (disableFileAccess / disableUrlAccess) > should reject URL content access when disableUrlAccess is set',
      'JSON Transport access control (disableFileAccess / disableUrlAccess) > should reject attachDataUrls html file access when disableFileAccess is set',
    ],
  },
  {
    suite: 'nodemailer',
    reason:
      'Content at an address can be read once, so a resend needs the option spool; without it the mail is refused.',
    tests: [
      'JSON Transport access control (disableFileAccess / disableUrlAccess) > should still resolve URL content when the flags are not set',
    ],
  },
];

/** Why a test of a vendor's suite ends otherwise on our client; `undefined` where nobody has said why. */
export function reasonOf(suite: string, mode: 'unscoped' | 'scoped', test: string): string | undefined {
  return differences.find(
    (each) => each.suite === suite && (mode === 'scoped' || each.unscoped === true) && each.tests.includes(test),
  )?.reason;
}

/** The tests of a suite that are said to differ in a mode and do not. */
export function staleIn(suite: string, mode: 'unscoped' | 'scoped', differing: ReadonlySet<string>): string[] {
  return differences
    .filter((each) => each.suite === suite && (mode === 'scoped' || each.unscoped === true))
    .flatMap(({ tests }) => tests.filter((test) => !differing.has(test)));
}
