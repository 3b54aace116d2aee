import { OncelyError } from '@oncely/core';

import { headerIn, headerOf } from './headers.ts';
import type { ProviderKey } from './provider.ts';
import type { MailData } from './transporter.ts';

/**
 * The caller's own key under the header that the provider reads. It names the effect where no `effect()` does, as an
 * idempotency key of Stripe's does, and the provider gets ours in its place: it changes after a definite no.
 * @throws OncelyError `invalid_input` where it stands in a ready-made message, or is no text
 */
export function ownKeyOf({ headers, raw }: MailData, provider: ProviderKey | undefined): string | undefined {
  if (!provider) return undefined;
  if (headerIn(raw, provider.header) !== undefined) {
    throw refused(provider, 'it stands in `raw`, where ours cannot take its place', 'take that header out of `raw`');
  }
  const found = headerOf(headers, provider.header.toLowerCase());
  if (found === undefined || found === null || found === '') return undefined;
  const value = typeof found === 'object' && 'value' in found ? found.value : found;
  if (typeof value !== 'string') throw refused(provider, 'it is no text', `give '${provider.header}' as one text`);
  return value.trim();
}

function refused({ header }: ProviderKey, why: string, fix: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `the mail has a ${header} of its own, under which the provider reads our key, and ${why}. Nothing was sent and nothing was recorded.`,
    fix: `${fix}; name the effect by oncely.effect(id, ...)`,
  });
}
