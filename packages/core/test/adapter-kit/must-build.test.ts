import { mustBuild } from '@oncely/core/adapter';
import { httpAdapter } from '@oncely/core/http';
import { expect, it } from 'vitest';

it.each([
  ['a client that is built already', { charges: {} }, 'a client in place of a function'],
  ['nothing', undefined, 'nothing'],
])('%s is no builder', (_what, given, said) => {
  expect(() => mustBuild(given, 'oncelyStripe', '(config) => new Stripe(key, config)')).toThrow(
    expect.objectContaining({
      code: 'invalid_config',
      message: expect.stringMatching(new RegExp(`${said}[^]*fix: oncelyStripe\\(\\(config\\) => new Stripe`)),
    }),
  );
});

it.each([
  ['a class that there is not', { safety: { kind: 'foo' }, request: () => ({ path: '/' }) }, 'safety of order'],
  ['no class', { request: () => ({ path: '/' }) }, 'safety of order'],
  ['no request', { safety: { kind: 'unverifiable' } }, 'request of order'],
])('httpAdapter refuses an operation with %s', (_what, order, said) => {
  const build = (): unknown =>
    httpAdapter({ vendor: 'shop', url: 'https://shop.example', own: () => true, operations: { order } } as never);
  expect(build).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining(said) }));
});
