import { oncelyEmail } from '@oncely/email';

import { clientOf, replaceModule, scopeNodeTests } from './preloading.ts';

replaceModule(/\/nodemailer(\.js)?$/, (exports) => {
  const create = exports['createTransport'] as (...args: unknown[]) => never;
  return Object.assign(Object.create(exports) as object, {
    createTransport: (...args: unknown[]) => clientOf(oncelyEmail(() => create(...args))),
  });
});
scopeNodeTests();
