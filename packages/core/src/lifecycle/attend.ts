import type { Draft, EffectRecord } from '../record.ts';
import type { AuditBody } from './audit.ts';
import { change, type Change } from './change.ts';
import { isEscalated, lapsedOf, remindersBy, type Notice } from './standing.ts';
import { stateOf } from './state.ts';

/** What is to be told of a question now and was not yet, with the record that says so; `undefined`: nothing. */
export function attend(
  record: EffectRecord,
  now: number,
): { readonly change: Change; readonly notices: readonly Notice[] } | undefined {
  const { approval } = record;
  if (approval?.state !== 'pending' || stateOf(record, now) !== 'awaiting_approval') return undefined;
  const { expiresAt, told = {}, care } = approval;
  if (expiresAt !== undefined && now >= expiresAt) {
    const draft: Draft = { ...record, approval: { ...approval, state: 'expired', ...lapsedOf(approval) } };
    return { change: change(draft, [{ type: 'approval_expired' }], now), notices: [{ what: 'expired' }] };
  }
  const reminders = remindersBy(approval, now);
  const escalates = told.escalated !== true && isEscalated(approval, now);
  const reminds = reminders > (told.reminders ?? 0);
  if (!reminds && !escalates) return undefined;
  const to = care?.to ?? [];
  const bodies: AuditBody[] = [
    ...(reminds ? [{ type: 'approval_reminded', reminder: reminders } as const] : []),
    ...(escalates ? [{ type: 'approval_escalated', to } as const] : []),
  ];
  const draft: Draft = {
    ...record,
    approval: {
      ...approval,
      told: { ...told, ...(reminds ? { reminders } : {}), ...(escalates ? { escalated: true } : {}) },
    },
  };
  return {
    change: change(draft, bodies, now),
    notices: [
      ...(reminds ? [{ what: 'reminded' } as const] : []),
      ...(escalates ? [{ what: 'escalated', to } as const] : []),
    ],
  };
}
