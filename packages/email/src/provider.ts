import { OncelyError } from '@oncely/core';

import type { TransporterLike } from './transporter.ts';

/** A provider that sends a mail once for all that carry the same key in a header. */
export interface ProviderKey {
  /** The header of the message that the provider reads the key from. */
  readonly header: string;
  /** For how long it remembers a key, in milliseconds from its first use; leave a margin. */
  readonly windowMs: number;
}

export type ProviderName = 'resend' | 'lettermint';

// Both remember keys for 24 hours: resend.com/docs/dashboard/emails/idempotency-keys, docs.lettermint.co.
const windowMs = 23 * 3_600_000;

const providers: Readonly<Record<ProviderName, ProviderKey>> = {
  resend: { header: 'Resend-Idempotency-Key', windowMs },
  lettermint: { header: 'Idempotency-Key', windowMs },
};

const hosts: readonly (readonly [RegExp, ProviderName])[] = [
  [/(^|\.)resend\.com$/i, 'resend'],
  [/(^|\.)lettermint\.co$/i, 'lettermint'],
];

/**
 * The key that this transporter's provider honours: as the option says, else by the host it sends to.
 * @throws OncelyError `invalid_config`
 */
export function providerKeyOf(
  transporter: TransporterLike,
  option: ProviderName | ProviderKey | 'none' | undefined,
): ProviderKey | undefined {
  if (option === 'none') return undefined;
  const given = typeof option === 'string' ? providers[option] : option;
  const key = given ?? byHost(transporter);
  if (option !== undefined && key === undefined) throw invalid('there is no provider of this name');
  if (key && !/^[!-9;-~]+$/.test(key.header)) throw invalid('provider.header is no name of a header');
  return key;
}

function byHost({ transporter }: TransporterLike): ProviderKey | undefined {
  const options = transporter?.options as { readonly host?: unknown } | undefined;
  // The host only: a name of ours for a server of somebody else's would raise a class that is not there.
  const host = typeof options?.host === 'string' ? options.host.replace(/\.$/, '') : '';
  const name = hosts.find(([pattern]) => pattern.test(host))?.[1];
  return name && providers[name];
}

function invalid(problem: string): OncelyError {
  return new OncelyError('invalid_config', {
    message: `oncelyEmail: ${problem}.`,
    fix: "oncelyEmail(build, { provider: 'resend' }), or { provider: { header: 'X-Key', windowMs: 23 * 3_600_000 } }",
  });
}
