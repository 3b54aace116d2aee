/**
 * What an adapter of your own is built from, beside the contract that `@oncely/core` exports.
 * @module
 */
export { bindMethods } from './adapter-kit/bind-methods.ts';
export { createCalls } from './adapter-kit/calls.ts';
export type { Calls } from './adapter-kit/calls.ts';
export { copyInput } from './adapter-kit/copy-input.ts';
export { isMarked, markersIn } from './adapter-kit/is-marked.ts';
export { ledFetch } from './adapter-kit/led-fetch.ts';
export { mustBuild } from './adapter-kit/must-build.ts';
export { retryAfterMs } from './adapter-kit/retry-after.ts';
export { entrust } from './adapter-kit/entrusting.ts';
export { firstLines, isThere, money, named, plain, sentence, verbOf } from './adapter-kit/saying.ts';
export { nameSpellings, pathSpellings, plainPath, refuseTwoNames } from './adapter-kit/spellings.ts';
export type { KnownPath } from './adapter-kit/spellings.ts';
export { UnclearAnswer, unclearAnswer } from './adapter-kit/unclear-answer.ts';
export { vendorsOwn } from './adapter-kit/vendors-own.ts';
export { withValue } from './adapter-kit/with-value.ts';
export { refuseUnknown } from './known-options.ts';
export type { NamesOf } from './known-options.ts';
export { takeCall } from './whose-call.ts';
export type { Call } from './whose-call.ts';
