/**
 * ESLint rules for code around Oncely.
 * @module
 */
import type { Rule } from './rule.ts';
import { noApprovalInMemory } from './rules/no-approval-in-memory.ts';
import { noRawVendorWrite } from './rules/no-raw-vendor-write.ts';
import { noRetryAroundRawWrite } from './rules/no-retry-around-raw-write.ts';
import { noSideEffectInValue } from './rules/no-side-effect-in-value.ts';
import { noSwallowedDoubt } from './rules/no-swallowed-doubt.ts';
import { noUnstableContractId } from './rules/no-unstable-contract-id.ts';

export type { Rule } from './rule.ts';

export const rules: Readonly<Record<string, Rule>> = {
  'no-approval-in-memory': noApprovalInMemory,
  'no-raw-vendor-write': noRawVendorWrite,
  'no-retry-around-raw-write': noRetryAroundRawWrite,
  'no-side-effect-in-value': noSideEffectInValue,
  'no-swallowed-doubt': noSwallowedDoubt,
  'no-unstable-contract-id': noUnstableContractId,
};

export interface Plugin {
  readonly meta: { readonly name: string };
  readonly rules: Record<string, Rule>;
  readonly configs: Record<'recommended', RecommendedConfig>;
}

interface RecommendedConfig {
  readonly name: string;
  readonly plugins: Record<string, { readonly rules: Record<string, Rule> }>;
  readonly rules: Record<string, 'error'>;
}

const meta = { name: '@oncely/eslint-plugin' };

/** The plugin: `export default [oncely.configs.recommended]` turns all rules on as errors. */
const plugin: Plugin = {
  meta,
  rules: { ...rules },
  configs: {
    recommended: {
      name: 'oncely/recommended',
      plugins: { oncely: { rules: { ...rules } } },
      rules: Object.fromEntries(Object.keys(rules).map((name) => [`oncely/${name}`, 'error'])),
    },
  },
};

// ESLint's configuration and oxlint both take a plugin as the default export of its module.
export default plugin;
