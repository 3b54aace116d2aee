import { effectOf, type Effect } from './effect.ts';
import { listMayBe } from './attention.ts';
import { isEffectSlot, workflowKeyOf, type Contract } from './contract.ts';
import { formsOf } from './former-names.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { ListAnswer } from './ledger.ts';
import { OncelyError } from './errors.ts';
import type { Codec } from './payload.ts';
import { decodeRecord, type EffectState } from './record.ts';
import { takingTurns } from './taking-turns.ts';

/** Which effects a listing shows; absent: all, in the order of their slots. */
export interface EffectsQuery {
  readonly state?: EffectState;
  /** Only those whose question a person has not answered yet; in doubt among them, where a resend needs one. */
  readonly approval?: 'pending';
  /** Only those of this workflow, with what takes them back. `slotScope: 'business'`: what a case's workflows share. */
  readonly workflow?: Pick<Contract, 'tenant' | 'businessId' | 'workflowId' | 'slotScope'>;
  readonly limit?: number;
  readonly after?: string;
}

export interface EffectsPage {
  readonly effects: readonly Effect[];
  readonly next?: string;
}

/** A page of the effects that fit, as they stand now. */
export async function listEffects(
  session: LedgerSession,
  codec: Codec | undefined,
  { state, approval, workflow, limit = 100, after = '' }: EffectsQuery,
): Promise<EffectsPage> {
  await session.info();
  const places = workflow === undefined ? [undefined] : await placesOf(session, workflow);
  const effects: Effect[] = [];
  const share = takingTurns();
  for (const place of places) {
    let cursor: string | undefined = after;
    // The stored state is as of the last write; doubt comes by time alone, so the filter is on the derived one.
    while (cursor !== undefined && effects.length < limit) {
      const page: ListAnswer = await listMayBe(
        (query) => session.ledger.list(place === undefined ? query : { ...query, workflow: place }),
        state,
        200,
        cursor,
      );
      cursor = page.next;
      for (const row of page.rows) {
        await share(row.doc.length);
        if (!isEffectSlot(row.slot)) continue;
        const effect = await effectOf(row.slot, decodeRecord(row.doc, row.at, row.slot), page.at, codec);
        if (state !== undefined && effect.state !== state) continue;
        if (approval !== undefined && !isAsked(effect)) continue;
        effects.push(effect);
        if (effects.length === limit) return { effects, next: row.slot };
      }
    }
  }
  return { effects };
}

/** The workflow's own slots, and behind them those of what takes its effects back. */
async function placesOf(
  session: LedgerSession,
  workflow: NonNullable<EffectsQuery['workflow']>,
): Promise<readonly string[]> {
  const { tenant, businessId, workflowId } = workflow;
  const given = { ...(tenant === undefined ? {} : { tenant }), businessId, workflowId };
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string' && value !== '') continue;
    throw new OncelyError('invalid_input', {
      message: `effects.list: workflow.${name} must be a text that names it. Nothing was read.`,
      fix: "effects.list({ workflow: { businessId: 'invoice_98342', workflowId: 'refund-desk' } })",
    });
  }
  const forms = await formsOf(session, workflow);
  const keys = forms.flatMap((form) => [workflowKeyOf(form), workflowKeyOf({ ...form, undo: true })]);
  // In the order of their slots, by which a page is followed.
  return keys.toSorted((one, other) => (`${one}:` < `${other}:` ? -1 : 1));
}

function isAsked({ state, approval }: Effect): boolean {
  const open: readonly EffectState[] = ['awaiting_approval', 'in_doubt', 'stopped', 'executing'];
  return approval?.state === 'pending' && open.includes(state);
}
