import type { AuditOptions } from './audit/audit.ts';
import { refuseUnknown, type NamesOf } from './known-options.ts';
import type { Adapters, OncelyOptions } from './options.ts';
import type { RetentionOptions, RetentionRule } from './retention.ts';
import type { TwinGuard } from './twins.ts';

const ofApprovals: NamesOf<NonNullable<OncelyOptions<Adapters>['approvals']>> = {
  version: true,
  operations: true,
  elsewhere: true,
  mayDecide: true,
};
const ofTwins: NamesOf<TwinGuard> = { withinMs: true, onTwin: true, operations: true };
const ofAudit: NamesOf<AuditOptions> = { observations: true };
const ofRule: NamesOf<RetentionRule> = { result: true, resultForMs: true, tombstoneAfterMs: true };
const ofRetention: NamesOf<RetentionOptions> = {
  ...ofRule,
  requests: true,
  operations: true,
  values: true,
  observations: true,
  trail: true,
};
const ofKept: NamesOf<NonNullable<RetentionOptions['values']>> = { deleteAfterMs: true };

/** Refuses what the parts of `createOncely`'s options do not know. @throws OncelyError `invalid_config` */
export function refuseUnknownParts({ approvals, twins, audit, retention }: OncelyOptions<Adapters>): void {
  const know = (part: string, given: unknown, names: Readonly<Record<string, true>>): void =>
    refuseUnknown(`createOncely's ${part}`, given, names, { code: 'invalid_config' });
  know('approvals', approvals, ofApprovals);
  know('twins', twins, ofTwins);
  know('audit', audit, ofAudit);
  know('retention', retention, ofRetention);
  for (const name of ['values', 'observations', 'trail'] as const) {
    know(`retention.${name}`, retention?.[name], ofKept);
  }
  for (const [name, rule] of Object.entries(retention?.operations ?? {})) {
    know(`retention.operations['${name}']`, rule, ofRule);
  }
}
