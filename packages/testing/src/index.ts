/**
 * Vendor fakes with true semantics, crash points and conformance suites for Oncely.
 * @module
 */
export { adapterConformance } from './conformance/adapter.ts';
export { ledgerConformance } from './conformance/ledger.ts';
export { crashTest } from './crash-test.ts';
export type { CrashRow, CrashTestOptions, CrashWorld } from './crash-test.ts';
export type { Fault, FaultOptions, RandomFaults } from './fakes/faults.ts';
export type { FakeRequest, HttpFake } from './fakes/http-fake.ts';
export { startHubSpotFake } from './fakes/hubspot.ts';
export type { ConflictShapes, HubSpotEffect, HubSpotFake, HubSpotFakeOptions } from './fakes/hubspot.ts';
export { startSlackFake } from './fakes/slack.ts';
export type { SlackEffect, SlackFake, SlackFakeOptions } from './fakes/slack.ts';
export { startSmtpFake } from './fakes/smtp.ts';
export type { SmtpEffect, SmtpFake, SmtpFakeOptions, SmtpFault } from './fakes/smtp.ts';
export { startStripeFake } from './fakes/stripe.ts';
export type { StripeEffect, StripeFake, StripeFakeOptions } from './fakes/stripe.ts';
