import { withoutMessageId } from './content.ts';
import type { MailData } from './transporter.ts';

/** What a mail's result says of those who did not get it. */
export interface Rest<Mail> {
  /**
   * The same mail for them alone, under another Message-ID, by which it is looked for; its headers still name
   * everybody. Send it as an effect of its own.
   */
  // A mutable array, since nodemailer's own type takes no other.
  readonly mail: Mail & { readonly envelope: { readonly from: string; readonly to: string[] } };
  /** The addresses, and what the server said to each. */
  readonly refused: readonly {
    readonly address: string;
    readonly responseCode?: number;
    /** A 4xx: later it may be accepted. A 5xx will not be, unless the address is mended. */
    readonly temporary: boolean;
  }[];
}

/** What is read of nodemailer's result. */
export interface PartialResult {
  readonly envelope?: { readonly from?: unknown } | undefined;
  readonly rejected?: readonly unknown[] | undefined;
  readonly rejectedErrors?: readonly unknown[] | undefined;
}

/**
 * Those that a server refused while it accepted others: that effect is done, and the rest is another one. `undefined`
 * where nobody was refused. Never send the first mail to everybody again.
 *
 * @example
 * const info = await oncely.effect('receipt', () => email.sendMail(mail));
 * const rest = restOf(mail, info);
 * if (rest?.refused.every(({ temporary }) => temporary)) {
 *   await oncely.effect('receipt-rest', () => email.sendMail(rest.mail));
 * }
 */
export function restOf<Mail extends object>(mail: Mail, result: PartialResult): Rest<Mail> | undefined {
  const to = [...new Set((result.rejected ?? []).map(addressOf))].filter((address) => address !== '');
  if (to.length === 0) return undefined;
  const codes = new Map<string, number>();
  for (const error of result.rejectedErrors ?? []) {
    const { recipient, responseCode } = error as { recipient?: unknown; responseCode?: unknown };
    if (typeof responseCode === 'number') codes.set(addressOf(recipient), responseCode);
  }
  const from = addressOf(result.envelope?.from ?? (mail as MailData)['from']);
  const refused = to.map((address) => {
    const code = codes.get(address);
    const temporary = code !== undefined && code >= 400 && code < 500;
    return { address, temporary, ...(code === undefined ? {} : { responseCode: code }) };
  });
  return { mail: { ...withoutMessageId(mail), envelope: { from, to } }, refused };
}

/** One address, as nodemailer gives it back. */
function addressOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { address } = (value ?? {}) as { readonly address?: unknown };
  return typeof address === 'string' ? address : '';
}
