import { signedBySlack } from '@oncely/testing/fakes/slack-click';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { secretsIn, signatureProblem } from '../src/slack-signature.ts';

/** The example of https://docs.slack.dev/authentication/verifying-requests-from-slack */
const secret = '8f742231b10e8888abcd99yyyzzz85a5';
const timestamp = '1531420618';
const body = Buffer.from(
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
);
const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
const now = 1_531_420_618_000;
const headers = { 'X-Slack-Request-Timestamp': timestamp, 'X-Slack-Signature': signature };

const problem = (given: object = {}, at = now, secrets: readonly string[] = [secret]): string | undefined =>
  signatureProblem({ headers: { ...headers, ...given }, body }, secrets, at)?.message;

describe("Slack's signature", () => {
  it("is that of Slack's own example, with headers of either kind", () => {
    expect(problem()).toBeUndefined();
    expect(signatureProblem({ headers: new Headers(headers), body }, [secret], now)).toBeUndefined();
  });

  it('holds for five minutes by our clock, either way, to the millisecond', () => {
    expect(problem({}, now + 300_000)).toBeUndefined();
    expect(problem({}, now - 300_000)).toBeUndefined();
    expect(problem({}, now + 300_001)).toMatch(/300 seconds ago/);
    expect(problem({}, now - 300_001)).toMatch(/300 seconds ahead/);
    expect(problem({}, Number.NaN)).toBeDefined();
  });

  it('is by any of the secrets while they are rotated, and by no other', () => {
    expect(problem({}, now, ['the-new-secret', secret])).toBeUndefined();
    expect(problem({}, now, [secret, 'the-new-secret'])).toBeUndefined();
    expect(problem({}, now, ['the-new-secret', 'another-secret'])).toMatch(/does not fit its body/);
  });

  it('must be there once, whole and of the version that we know', () => {
    for (const name of Object.keys(headers)) {
      expect(problem({ [name]: undefined })).toMatch(/not signed/);
      expect(problem({ [name]: [signature, signature] })).toMatch(/not signed/);
      expect(problem({ [name.toLowerCase()]: timestamp })).toMatch(/not signed/);
    }
    for (const changed of [
      '',
      'v0=',
      signature.slice(0, -1),
      `${signature}0`,
      signature.replace('v0', 'v1'),
      signature.slice(3),
      signature.toUpperCase(),
      'ä'.repeat(67),
    ])
      expect(problem({ 'X-Slack-Signature': changed })).toMatch(/does not fit|not signed/);
    for (const changed of ['', ' ', '-1', '1e9', '0x10', `${timestamp}.0`, '9'.repeat(13), `+${timestamp}`])
      expect(problem({ 'X-Slack-Request-Timestamp': changed })).toBeDefined();
  });

  it('is of the time too: a replay cannot be made younger', () => {
    expect(problem({ 'X-Slack-Request-Timestamp': String(Number(timestamp) + 1) })).toMatch(/does not fit/);
  });

  it('never fits a body of which one byte is another, or that is longer or shorter', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, place, by) => {
          const signed = signedBySlack(bytes, { signingSecret: secret, now });
          const check = (given: Uint8Array): unknown =>
            signatureProblem({ headers: signed, body: given }, [secret], now);
          expect(check(bytes)).toBeUndefined();
          const changed = Uint8Array.from(bytes);
          changed[place % bytes.length] = (changed[place % bytes.length] ?? 0) ^ by;
          expect(check(changed)).toMatchObject({ code: 'invalid_input', next: 'fix-input' });
          expect(check(bytes.subarray(1))).toBeDefined();
          expect(check(Buffer.concat([bytes, bytes]))).toBeDefined();
        },
      ),
    );
  });

  it('is over the bytes as they came, not over what a text makes of them', () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x70, 0xff, 0x3d]);
    const signed = signedBySlack(bytes, { signingSecret: secret, now });
    expect(signatureProblem({ headers: signed, body: bytes }, [secret], now)).toBeUndefined();
    const text = Buffer.from(new TextDecoder().decode(bytes));
    expect(signatureProblem({ headers: signed, body: text }, [secret], now)).toBeDefined();
  });

  it('shows no secret, no signature and no body in what it says', () => {
    const error = signatureProblem({ headers, body }, ['another-secret'], now);
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('fix: ') });
    const shown = `${String(error)} ${JSON.stringify(error)} ${error?.stack}`;
    for (const hidden of ['another-secret', signature.slice(3), 'roadrunner']) expect(shown).not.toContain(hidden);
    expect(() => secretsIn(['a b c d e f g'])).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('a b c') }),
    );
  });
});
