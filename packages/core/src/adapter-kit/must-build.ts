import { OncelyError } from '../errors.ts';

/**
 * Refuses what is no builder, such as a client that somebody has built already: only a client that is built here can be
 * given our hook.
 *
 * @throws OncelyError `invalid_config`
 * @example mustBuild(build, 'oncelyStripe', '(config) => new Stripe(key, config)')
 */
export function mustBuild(build: unknown, adapter: string, example: string): void {
  if (typeof build === 'function') return;
  const given = build === undefined || build === null ? 'nothing' : 'a client in place of a function that builds one';
  throw new OncelyError('invalid_config', {
    message: `${adapter} was given ${given}. Nothing was sent.`,
    fix: `${adapter}(${example})`,
  });
}
