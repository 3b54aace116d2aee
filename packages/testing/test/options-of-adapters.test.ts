import { oncelyEmail } from '@oncely/email';
import { oncelyHubspot } from '@oncely/hubspot';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { expect, it } from 'vitest';

type Loose = (...given: unknown[]) => unknown;

it.each<[string, Loose, string, string]>([
  ['oncelyStripe', oncelyStripe as Loose, 'landingBound', 'landingBoundMs in place of landingBound'],
  ['oncelyHubspot', oncelyHubspot as Loose, 'propery', 'property in place of propery'],
  ['oncelySlack', oncelySlack as Loose, 'timeoutms', 'timeoutMs in place of timeoutms'],
  ['oncelyEmail', oncelyEmail as Loose, 'prob', 'probe in place of prob'],
])('%s refuses a misspelled option by name', (call, adapter, name, fix) => {
  const make = (options: object): unknown => adapter(() => ({}), options);
  expect(() => make({ [name]: 1 })).toThrow(expect.objectContaining({ code: 'invalid_config' }));
  expect(() => make({ [name]: 1 })).toThrow(`${call}: ${name} is no option of it`);
  expect(() => make({ [name]: 1 })).toThrow(fix);
  expect(() => make({ [name]: undefined })).not.toThrow();
});
