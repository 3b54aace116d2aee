import { startHubSpotFake, startSlackFake, startSmtpFake, startStripeFake } from '@oncely/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

interface AnyFake {
  fail(fault: unknown, options?: unknown): void;
  failRandomly?(faults: unknown): void;
  close(): Promise<void>;
}
type Start = (options?: unknown) => Promise<AnyFake>;

const http = [
  ['Stripe', startStripeFake],
  ['HubSpot', startHubSpotFake],
  ['Slack', startSlackFake],
] as unknown as readonly (readonly [string, Start])[];
const smtp = startSmtpFake as unknown as Start;

async function started(start: Start): Promise<AnyFake> {
  const fake = await start();
  onTestFinished(() => fake.close());
  return fake;
}

describe.each(http)('the fake of %s refuses', (name, start) => {
  it.each([
    [{ kind: 'explode' }, undefined, /no fault of kind 'explode'\. Known kinds: reset_before_effect, .*no_error_body/],
    [{ kind: 'toString' }, undefined, /no fault of kind 'toString'\. Known kinds/],
    ['reset_after_effect', undefined, /a fault must be an object.*was 'reset_after_effect'/],
    [{ kind: 'delay' }, undefined, /fake\.fail of delay: ms is missing\. It must be a number of milliseconds/],
    [{ kind: 'delay', ms: '10' }, undefined, /of delay: ms must be .*was '10'/],
    [{ kind: 'delay', ms: Number.NaN }, undefined, /of delay: ms must be .*was NaN/],
    [{ kind: 'delay', ms: 1, after: 'before_effect' }, undefined, /of delay: there is no field 'after'\. Known: ms/],
    [{ kind: 'truncate', ms: 1 }, undefined, /of truncate: there is no field 'ms'\. It has none/],
    [{ kind: 'status', status: 500 }, undefined, /of status: after is missing\. It must be 'before_effect' or/],
    [{ kind: 'status', status: 5, after: 'before_effect' }, undefined, /status must be an HTTP status.*was 5/],
    [{ kind: 'gateway_502', after: 'before' }, undefined, /after must be 'before_effect' or 'after_effect', and was/],
    [{ kind: 'rate_limited' }, undefined, /of rate_limited: retryAfterS is missing/],
    [{ kind: 'truncate' }, { time: 2 }, /fake\.fail: there is no option 'time'\. Known: times, skip, match/],
    [{ kind: 'truncate' }, { times: -1 }, /fake\.fail: times must be a whole number from 0, and was -1/],
    [{ kind: 'truncate' }, { match: '/v1/refunds' }, /fake\.fail: match must be a function/],
  ])('fail(%j, %j)', async (fault, options, message) => {
    const fake = await started(start);
    expect(() => fake.fail(fault, options)).toThrow(message);
  });

  it.each([
    [{ random: Math.random, rates: { explode: 0.5 } }, /no fault of kind 'explode'\. Known: reset_before_effect/],
    [{ random: Math.random, rates: { truncate: 2 } }, /truncate must be a number from 0 to 1, and was 2/],
    [
      { random: Math.random, rates: { truncate: 0.6, not_json: 0.6 } },
      /rates must be at most 1 together, and are 1\.2/,
    ],
    [{ rates: {} }, /random is missing/],
    [{ random: Math.random, rates: {}, seed: 1 }, /no option 'seed'\. Known: random, rates, make, match/],
  ])('failRandomly(%j)', async (faults, message) => {
    const fake = await started(start);
    expect(() => fake.failRandomly?.(faults)).toThrow(message);
  });

  it('an option that it does not know when it is started', async () => {
    await expect(start({ nwo: () => 0 })).rejects.toThrow(`start${name}Fake: there is no option 'nwo'. Known: now`);
    await expect(start({ now: 5 })).rejects.toThrow('now must be a function, and was 5');
  });

  it('none of those that it knows', async () => {
    const fake = await started(start);
    for (const kind of ['reset_before_effect', 'reset_after_effect', 'truncate', 'not_json', 'gateway_429']) {
      fake.fail({ kind }, { times: Number.POSITIVE_INFINITY, skip: 1, match: () => true });
    }
    for (const kind of ['delay', 'slow_execution', 'late_landing']) fake.fail({ kind, ms: 0 });
    fake.fail({ kind: 'late_landing', ms: 5, hang: true });
    fake.fail({ kind: 'rate_limited', retryAfterS: 0.05, policy: undefined });
    fake.fail({ kind: 'gateway_502', after: 'after_effect' });
    fake.fail({ kind: 'no_error_body', status: 500, after: 'before_effect' });
    fake.fail({ kind: 'status', status: 402, after: 'after_effect', body: 'no', headers: { a: 'b' }, stored: true });
    fake.failRandomly?.({ random: Math.random, rates: { truncate: 0.5, delay: 0.5 } });
  });
});

describe('the fake of SMTP refuses', () => {
  it.each([
    [
      { kind: 'explode' },
      undefined,
      /no fault of kind 'explode'\. Known kinds: drop, reject, silent, delay, late_landing/,
    ],
    [{ kind: 'reset_after_effect' }, undefined, /no fault of kind 'reset_after_effect'\. Known kinds: drop/],
    [{ kind: 'drop' }, undefined, /of drop: at is missing\. It must be 'connect' or/],
    [{ kind: 'drop', at: 'quit' }, undefined, /of drop: at must be .*was 'quit'/],
    [{ kind: 'reject', at: 'body', code: 550 }, undefined, /of reject: at must be/],
    [{ kind: 'reject', at: 'rcpt', code: 250 }, undefined, /code must be an SMTP code from 400 to 599, and was 250/],
    [{ kind: 'delay', at: 'after_dot' }, undefined, /of delay: ms is missing/],
    [{ kind: 'late_landing', ms: 5 }, { match: () => true }, /no option 'match'\. Known: times, skip/],
  ])('fail(%j, %j)', async (fault, options, message) => {
    const fake = await started(smtp);
    expect(() => fake.fail(fault, options)).toThrow(message);
  });

  it('an option that it does not know when it is started', async () => {
    await expect(smtp({ maxsize: 1 })).rejects.toThrow("startSmtpFake: there is no option 'maxsize'. Known: now, auth");
  });
});
