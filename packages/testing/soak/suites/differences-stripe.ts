import type { Difference } from './differences.ts';

export const stripeDifferences: readonly Difference[] = [
  {
    suite: 'stripe-node',
    reason:
      'A private field: the client’s authenticator stands in a function of ours, which calls it, so that a rotated key is known as the client’s own.',
    unscoped: true,
    tests: ['Stripe Module authenticator can create client using authenticator'],
  },
  {
    suite: 'stripe-node',
    reason:
      'A write whose answer is lost, cut, no JSON, a 500 or of an error that says nothing of the write is in doubt, and the error is ours with that of the SDK as its cause.',
    tests: [
      'RequestSender Retry Network Requests _request throws an error on connection failure',
      'RequestSender Retry Network Requests _request throws an error on connection timeout',
      'RequestSender Retry Network Requests _request throws an error on invalid JSON',
      'RequestSender Retry Network Requests _request throws an valid headers but connection error',
      'RequestSender Retry Network Requests _request throws a StripeError based on the underlying error type',
      'RequestSender Retry Network Requests _request retries connection timeout errors',
      'RequestSender Retry Network Requests _request throws on multiple closed connection errors',
      'RequestSender Retry Network Requests _request should retry the request if max retries are set',
      'RequestSender Retry Network Requests _request should not retry when a header says not to',
      'RequestSender Retry Network Requests _request response body failures with the Node client throws a timeout error when the body stalls after the headers arrive',
      'RequestSender Retry Network Requests _request response body failures with the Node client throws an API error when the connection drops after the headers arrive',
      'RequestSender Retry Network Requests _request response body failures with the fetch client throws a timeout error when the body stalls after the headers arrive',
      'RequestSender Retry Network Requests _request response body failures with the fetch client throws an API error when the connection drops after the headers arrive',
    ],
  },
  {
    suite: 'stripe-node',
    reason: 'How often a write is sent is ours to say, under its key, whatever number of retries the SDK is given.',
    tests: [
      'RequestSender Retry Network Requests _request should give precedence to request-level (1) vs client-level maxNetworkRetries (0)',
      'RequestSender Retry Network Requests _request should give precedence to request-level (0) vs client-level maxNetworkRetries (1)',
    ],
  },
  {
    suite: 'stripe-node',
    reason: 'A no of Stripe is the end of the call, though a header of the mock invites another attempt.',
    tests: [
      "RequestSender Retry Network Requests _request should retry when a header says it should, even on status codes we ordinarily wouldn't",
    ],
  },
  {
    suite: 'stripe-node',
    reason: 'Stripe gets our key: a key of the caller names the effect, and the SDK makes none.',
    tests: [
      'RequestSender Retry Network Requests _request reuses an idempotency key on the closed-connection retry',
      'RequestSender Retry Network Requests _request should reuse the given idempotency key provided for retries',
    ],
  },
  {
    suite: 'stripe-node',
    reason: 'It passes alone, and not after the tests before it, whose writes are in doubt; why is not known.',
    tests: [
      'RequestSender Retry Network Requests _request should add an idempotency key for retries using the POST method',
    ],
  },
  {
    suite: 'stripe-node',
    reason: 'A write carries our marker in its metadata, and a server of the test takes its exact body alone.',
    tests: [
      'Stripe Module rawRequest should make request with specified encoding FORM',
      'Stripe Module rawRequest defaults to form encoding request if not specified',
    ],
  },
  {
    suite: 'stripe-node',
    reason: 'The suite makes the same write twice, which one scope refuses without a name.',
    tests: [
      "Stripe Module rawRequest should include 'raw_request' in usage telemetry",
      'Client Telemetry Sends usage telemetry when registered',
    ],
  },
];
