import type { Fault } from './faults.ts';
import {
  anything,
  between,
  called,
  count,
  flag,
  milliseconds,
  named,
  needed,
  oneOf,
  refuseOtherFaults,
  refuseOthers,
  seconds,
  text,
  texts,
  type Field,
  type Fields,
} from './refusing.ts';
import type { SmtpFault } from './smtp-faults.ts';

const point = oneOf('before_effect', 'after_effect');
const status: Field = {
  what: 'an HTTP status from 200 to 599',
  fits: (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
};

const httpKinds: Readonly<Record<Fault['kind'], Fields>> = {
  reset_before_effect: {},
  reset_after_effect: {},
  status: { status: needed(status), after: needed(point), body: anything, headers: named, stored: flag },
  truncate: {},
  delay: { ms: needed(milliseconds) },
  slow_execution: { ms: needed(milliseconds) },
  late_landing: { ms: needed(milliseconds), hang: flag },
  rate_limited: { retryAfterS: needed(seconds), policy: text },
  gateway_429: { after: point },
  gateway_502: { after: needed(point) },
  not_json: {},
  no_error_body: { status: needed(status), after: needed(point) },
};

const moments = ['connect', 'greeting', 'ehlo', 'auth', 'mail', 'rcpt', 'data', 'body', 'after_dot'] as const;
const refusing = moments.filter((moment) => moment !== 'connect' && moment !== 'body');
const code: Field = {
  what: 'an SMTP code from 400 to 599',
  fits: (value) => Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 599,
};

const smtpKinds: Readonly<Record<SmtpFault['kind'], Fields>> = {
  drop: { at: needed(oneOf(...moments)) },
  reject: { at: needed(oneOf(...refusing)), code: needed(code), recipients: texts },
  silent: { at: needed(oneOf(...moments)) },
  delay: { at: needed(oneOf('after_dot')), ms: needed(milliseconds) },
  late_landing: { ms: needed(milliseconds) },
};

const ruleOptions: Fields = { times: count, skip: count, match: called };

/** @throws TypeError where a fake of an HTTP vendor knows no such fault or option */
export function refuseHttpFault(fault: unknown, options: unknown): void {
  refuseOtherFaults('fake.fail', fault, httpKinds);
  if (options !== undefined) refuseOthers('fake.fail', options, ruleOptions);
}

/** @throws TypeError where the SMTP fake knows no such fault or option */
export function refuseSmtpFault(fault: unknown, options: unknown): void {
  refuseOtherFaults('fake.fail', fault, smtpKinds);
  if (options !== undefined) refuseOthers('fake.fail', options, { times: count, skip: count });
}

/** @throws TypeError where the rates name another fault, or are more than all */
export function refuseRandomFaults(options: unknown): void {
  const fields = { random: needed(called), rates: needed(named), make: called, match: called };
  refuseOthers('fake.failRandomly', options, fields);
  const { rates } = options as { readonly rates: Readonly<Record<string, number | undefined>> };
  const share = between(0, 1);
  const known = Object.fromEntries(Object.keys(httpKinds).map((kind) => [kind, share]));
  refuseOthers('fake.failRandomly', rates, known, 'fault of kind');
  const sum = Object.values(rates).reduce<number>((all, rate) => all + (rate ?? 0), 0);
  // Shares such as 0.1 do not add up to the last digit.
  if (sum > 1 + 1e-9) throw new TypeError(`fake.failRandomly: rates must be at most 1 together, and are ${sum}.`);
}
