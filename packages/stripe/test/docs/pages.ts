import { fileURLToPath } from 'node:url';

import { operationsPage, operationsSummary } from './operations-page.ts';

const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The pages with a part that is made from the code. */
export const pages: readonly { readonly file: string; readonly content: () => string }[] = [
  { file: fileAt('../../../../docs/operations-stripe.md'), content: operationsPage },
  { file: fileAt('../../README.md'), content: operationsSummary },
];
