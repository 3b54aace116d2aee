/**
 * A free text (a reason, a vendor's message) as it may stand on a screen: on one line, without control characters, and
 * without what looks like a credential, an address or a card. A net below the rule that none of it is written there.
 */
export function masked(text: string): string {
  return patterns.reduce((left, [pattern, instead]) => left.replace(pattern, instead), printable(text));
}

/** Without what would move a terminal's cursor or change its colours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}

const patterns: readonly (readonly [RegExp, string])[] = [
  // A password in a URL.
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,200}):[^\s@/]{0,200}@/gi, '$1:***@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 ***'],
  // Stripe, Slack, HubSpot, GitHub, OpenAI, AWS and JSON web tokens.
  [/\b(?:sk|rk|pk|whsec)_[\w-]{6,}|\bxox[a-z]-[\w-]{6,}|\bpat-[\w-]{10,}|\bgh[a-z]_\w{10,}|\bsk-[\w-]{10,}/g, '***'],
  [/\bAKIA[0-9A-Z]{12,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '***'],
  // An address; a Message-ID of ours is none, and is what a person is told to look for.
  [/\b(?!oncely_[\da-f]{48}@)[A-Za-z0-9][\w.+-]{0,63}@((?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})\b/g, '***@$1'],
  [/\b\d(?:[ -]?\d){12,18}\b/g, '***'],
];
