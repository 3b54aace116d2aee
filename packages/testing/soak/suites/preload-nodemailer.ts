import { oncelyEmail } from '@oncely/email';

import { clientOf, replaceModule, scopeNodeTests, withExports } from './preloading.ts';

replaceModule(/\/nodemailer(\.js)?$/, (exports) => {
  const create = exports['createTransport'] as (...args: unknown[]) => never;
  return withExports(exports, {
    createTransport: (...args: unknown[]) => clientOf(oncelyEmail(() => create(...args))),
  });
});
scopeNodeTests();
