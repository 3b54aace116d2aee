import { OncelyError } from '@oncely/core';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Headers as a framework gives them; names in any case. */
export type RequestHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** How far from our clock a request may have been made: Slack's five minutes. */
const windowMs = 5 * 60 * 1_000;

/** @throws OncelyError `invalid_config`, which never shows the secret. */
export function secretsIn(given: string | readonly string[]): readonly string[] {
  const secrets = typeof given === 'string' ? [given] : given;
  const usable = Array.isArray(secrets) && secrets.length > 0 && secrets.every((secret) => /^\S{8,}$/.test(secret));
  if (usable) return [...secrets];
  throw new OncelyError('invalid_config', {
    message: 'handleApproval: signingSecret is missing, empty, too short or has blanks in it. Nothing was decided.',
    fix: 'signingSecret: process.env.SLACK_SIGNING_SECRET!  // of Basic Information, App Credentials; a list to rotate',
  });
}

/**
 * Whether Slack made this request for the app with one of these secrets, within five minutes of `now`: the v0 scheme,
 * HMAC-SHA-256 over the bytes of the body as they came, compared in constant time.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @returns why it is not, as the error to answer with; `undefined` where it is
 */
export function signatureProblem(
  request: { readonly headers: RequestHeaders; readonly body: Uint8Array },
  secrets: readonly string[],
  now: number,
): OncelyError | undefined {
  const timestamp = headerOf(request.headers, 'x-slack-request-timestamp');
  const signature = headerOf(request.headers, 'x-slack-signature');
  if (timestamp === undefined || signature === undefined) return refused('it is not signed', 'send it from Slack');
  if (!/^\d{1,12}$/.test(timestamp)) return refused('its timestamp is no time', 'hand on the headers as they came');
  const apart = now - Number(timestamp) * 1_000;
  if (!(Math.abs(apart) <= windowMs)) {
    return refused(
      `it was made ${Math.round(Math.abs(apart) / 1_000)} seconds ${apart > 0 ? 'ago' : 'ahead of our clock'}, and five minutes are allowed`,
      'set the clock of this machine; an old request is never taken',
    );
  }
  const given = Buffer.from(signature);
  let fits = false;
  for (const secret of secrets) {
    const wanted = Buffer.from(
      `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(request.body).digest('hex')}`,
    );
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) fits = true;
  }
  if (fits) return undefined;
  return refused(
    'its signature does not fit its body',
    "the app's own signingSecret, and the body as it came: express.text({ type: '*/*' }), not express.urlencoded()",
  );
}

/** A header that came once; `undefined` where it is missing or came twice. */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).filter(([each]) => each.toLowerCase() === name);
  const values = found.flatMap(([, value]) => value ?? []);
  return values.length === 1 ? values[0] : undefined;
}

/** The error for a request that is not taken. */
export function refused(why: string, fix: string): OncelyError {
  return new OncelyError('invalid_input', { message: `this request was refused: ${why}. Nothing was decided.`, fix });
}
