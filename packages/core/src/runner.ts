import type { Verdict, WireResponse } from './adapter.ts';
import { attempt, settle, targetOf } from './attempt.ts';
import { effectKeyOf, slotOf } from './contract.ts';
import { crashPoint } from './crash-point.ts';
import { publish } from './events.ts';
import { correlation, type Job, type RunnerParts } from './job.ts';
import { keysOf } from './keys.ts';
import type { WorkflowRow } from './ledger.ts';
import { seenAs, seenIn, type Seen } from './ledger-session.ts';
import type { Change } from './lifecycle/change.ts';
import { decideClaim } from './lifecycle/claim.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import { decide } from './lifecycle/decide.ts';
import { isOpen, stateOf, unknownAttempts } from './lifecycle/state.ts';
import { openStored, storeRequest } from './payload.ts';
import { instant, type Instant } from './permit.ts';
import { probe } from './probing.ts';
import { requestFor } from './request-for.ts';
import { encodeRecord, type Draft, type EffectRecord } from './record.ts';
import * as refusals from './refusals.ts';

export interface Ended {
  readonly response: WireResponse;
  /** Whether the effect is over; a rate limit or a missing scope leaves it open. */
  readonly definite: boolean;
  /** Nothing was sent for this call: the recorded outcome was given. */
  readonly replayed?: boolean;
}

export interface Runner {
  /** @throws OncelyError when there is no response of the vendor to give. */
  run(job: Job): Promise<Ended>;
}

const claimPatienceMs = 2_000;
const longestPollMs = 500;

/** Drives jobs through the lifecycle: decide, store, act, store. It decides nothing itself. */
export function createRunner(parts: RunnerParts): Runner {
  const { session, clock, codec, options, closing } = parts;

  const run = async (job: Job): Promise<Ended> => {
    const sent = { times: 0 };
    try {
      return await drive(job, sent);
    } catch (error) {
      const { operation, contract } = job.claim;
      throw refusals.withoutLedger(operation, effectKeyOf(contract), sent.times, error);
    }
  };

  const drive = async (job: Job, sent: { times: number }): Promise<Ended> => {
    const slot = slotOf(job.claim.contract);
    let info = await session.info();
    // A caller's first claim is made in one round trip, as if nothing were there yet; recovery knows that something is.
    let seen: Seen = job.prepare && !job.complete ? { revision: 0, at: info.at } : await session.read(slot);
    let token = parts.token();
    let start: Instant | undefined;
    let pollMs = 10;
    let lastCause: unknown;

    const write = async (change: Change, record: Draft): Promise<'written' | 'again'> => {
      const answer = await session.write(
        {
          slot,
          expect: seen.revision,
          doc: encodeRecord(record),
          index: change.index,
          events: change.events,
          guard: { epoch: info.epoch },
        },
        claimPatienceMs,
      );
      switch (answer.kind) {
        case 'written':
          seen = seenAs(record, answer);
          return 'written';
        case 'conflict':
          seen = seenIn(answer);
          return 'again';
        case 'epoch':
          info = answer.info;
          session.renew(info);
          return 'again';
        case 'held': {
          const cancelled = await cancelWith(answer.workflow, slot, seen);
          if (!cancelled) throw refusals.held(job, seen, answer.workflow);
          seen = cancelled;
          return 'again';
        }
      }
    };

    for (;;) {
      const request: ClaimRequest = {
        ...job.claim,
        token,
        leaseMs: options.leaseMs,
        holder: options.holder,
        epoch: info.epoch,
        ...(info.suspectSince === undefined ? {} : { suspectSince: info.suspectSince }),
      };
      const decision = decideClaim(seen.record, request, seen.at);
      switch (decision.kind) {
        case 'send': {
          refuseWhenClosing(job, seen);
          if (sent.times >= options.maxAttempts || clock.monotonic() >= job.giveUpAt) {
            throw refusals.exhausted(job, seen, sent.times, lastCause);
          }
          start ??= instant(clock);
          crashPoint('before_claim', slot);
          const draft = await withRequest(job, seen, decision.change.draft, decision.generation, decision.request);
          if (!draft) {
            seen = await session.read(slot);
            break;
          }
          if ((await write(decision.change, draft)) === 'again') {
            // Known not to be stored, so the next try's window is counted anew.
            if (!seen.record?.attempts.some((each) => each.token === token)) start = undefined;
            break;
          }
          publish({ type: 'claimed', slot, operation: job.claim.operation, ...correlation(job) });
          break;
        }
        case 'own': {
          // The permission is ours: just stored, or recognised after the answer to the claim was lost.
          if (isOpen(decision.attempt)) {
            sent.times += 1;
            const verdict = await attempt(parts, job, slot, seen.record as EffectRecord, start ?? instant(clock));
            lastCause = 'cause' in verdict ? verdict.cause : undefined;
            seen = await settle(parts, job, slot, seen, token, verdict);
            const ended = await afterSettle(job, seen, verdict, sent.times);
            if (ended) return ended;
          }
          token = parts.token();
          start = undefined;
          break;
        }
        case 'write': {
          const { draft } = decision.change;
          const kept = await withRequest(job, seen, draft, draft.generation, 'stored');
          if (kept) await write(decision.change, kept);
          else seen = await session.read(slot);
          break;
        }
        case 'replay':
          publish({
            type: 'replayed',
            slot,
            operation: job.claim.operation,
            ...(decision.drifted ? { detail: 'wording_drift' } : {}),
            ...correlation(job),
          });
          return { response: await replay(job, seen.record as EffectRecord), definite: true, replayed: !sent.times };
        case 'wait': {
          const waitMs = decision.until - seen.at;
          if (clock.monotonic() + waitMs >= job.giveUpAt && decision.why !== 'executing') {
            throw refusals.waiting(job, seen, decision.why, waitMs, lastCause);
          }
          if (clock.monotonic() >= job.giveUpAt) throw refusals.waiting(job, seen, decision.why, waitMs, lastCause);
          // A live holder may finish at any moment; everything else has a known time.
          await clock.sleep(decision.why === 'executing' ? Math.min(pollMs, waitMs + 1) : waitMs + 1, closing);
          refuseWhenClosing(job, seen);
          pollMs = Math.min(pollMs * 2, longestPollMs);
          seen = await session.read(slot);
          break;
        }
        case 'probe':
          refuseWhenClosing(job, seen);
          if (clock.monotonic() >= job.giveUpAt) throw refusals.waiting(job, seen, 'retry_at', 1_000, lastCause);
          seen = await lookUp(job, slot, seen);
          break;
        case 'refuse':
          publish({
            type: 'refused',
            slot,
            operation: job.claim.operation,
            detail: decision.refusal.code,
            ...correlation(job),
          });
          throw refusals.refused(job, seen.record as EffectRecord, decision.refusal);
      }
    }
  };

  /**
   * A cancelled workflow never sends again, so what was begun in it is cancelled with it: from then on it is only
   * looked up. Otherwise its doubt would wait for a claim that never comes.
   */
  const cancelWith = async (workflow: WorkflowRow, slot: string, seen: Seen): Promise<Seen | undefined> => {
    const state = seen.record && stateOf(seen.record, seen.at);
    if (workflow.state !== 'cancelled' || seen.record?.noMoreAttempts) return undefined;
    if (state !== 'in_doubt' && state !== 'ready') return undefined;
    const { by } = JSON.parse(workflow.doc) as { readonly by: string };
    const decision = { id: parts.token(), by, reason: 'the workflow is cancelled', kind: 'cancel' } as const;
    return session.change(
      slot,
      seen,
      (record, at) => {
        const decided = decide(record, decision, at);
        return decided.kind === 'write' ? decided.change : undefined;
      },
      claimPatienceMs,
    );
  };

  const refuseWhenClosing = (job: Job, seen: Seen): void => {
    if (closing.aborted) throw refusals.closing(job, seen, String(closing.reason));
  };

  /**
   * The draft with the exact request in it, so that any process can resend it; `undefined` where the codec failed
   * before anybody looked whether there is something to send at all.
   */
  const withRequest = async (
    job: Job,
    seen: Seen,
    draft: Draft,
    generation: number,
    source: 'prepare' | 'stored',
  ): Promise<Draft | undefined> => {
    if (source === 'stored' && draft.request !== undefined) return draft;
    const keys = keysOf(draft.contract, generation);
    const request = await requestFor(job, seen, draft.request, keys, parts);
    if (request === undefined) throw refusals.requestGone(job, draft);
    try {
      return { ...draft, request: await storeRequest(request, codec) };
    } catch (error) {
      if (seen.revision === 0 && (await session.read(slotOf(draft.contract))).revision > 0) return undefined;
      throw refusals.codecFailed(job, seen, error);
    }
  };

  /** The response for the caller once its attempt is settled; `undefined` where the lifecycle must go on. */
  const afterSettle = async (job: Job, seen: Seen, verdict: Verdict, sends: number): Promise<Ended | undefined> => {
    switch (verdict.evidence) {
      case 'accepted':
        return { response: verdict.response, definite: true };
      case 'rejected': {
        const over = seen.record !== undefined && stateOf(seen.record, seen.at) === 'rejected';
        return over ? { response: verdict.response, definite: true } : undefined;
      }
      case 'not_applied': {
        // Another may have brought it to its end meanwhile; what stands in the record comes first.
        const state = seen.record && stateOf(seen.record, seen.at);
        if (state === 'succeeded' || state === 'rejected') return undefined;
        if (verdict.environment !== true) {
          if (state !== 'ready') return undefined;
          const waitMs = verdict.retryAfterMs ?? backoffMs(sends);
          if (sends < options.maxAttempts && clock.monotonic() + waitMs < job.giveUpAt && !closing.aborted) {
            await clock.sleep(waitMs, closing);
            return undefined;
          }
        }
        const inDoubt = seen.record !== undefined && unknownAttempts(seen.record).length > 0;
        if (verdict.response && !inDoubt) return { response: verdict.response, definite: false };
        throw refusals.notSent(job, verdict, inDoubt);
      }
      case 'unknown':
        if (sends < options.maxAttempts && verdict.retryAfterMs === undefined)
          await clock.sleep(Math.min(backoffMs(sends), Math.max(0, job.giveUpAt - clock.monotonic())), closing);
        return undefined;
    }
  };

  const lookUp = async (job: Job, slot: string, before: Seen): Promise<Seen> => {
    const answer = await probe(parts, job, slot, before);
    if (answer.kind !== 'unreachable') return answer.seen;
    const pauseMs = answer.retryAfterMs ?? 1_000;
    if (clock.monotonic() + pauseMs >= job.giveUpAt) {
      throw refusals.waiting(job, before, 'retry_at', pauseMs, answer.reason);
    }
    await clock.sleep(pauseMs, closing);
    return session.read(slot);
  };

  const replay = async (job: Job, record: EffectRecord): Promise<WireResponse> => {
    const body = await openStored(record.result, codec).catch(() => undefined);
    if (body !== undefined) return JSON.parse(body) as WireResponse;
    if (stateOf(record, Infinity) === 'rejected') throw refusals.rejectionUnavailable(job, record);
    if (!record.tombstone) {
      try {
        // The request went when it was settled; the caller's own says again which account and version to read in.
        return await job.restore(targetOf(record, job.prepare?.(keysOf(record.contract, record.generation))));
      } catch (error) {
        throw refusals.resultUnavailable(job, record, error);
      }
    }
    throw refusals.resultUnavailable(job, record, undefined);
  };

  return { run };
}

function backoffMs(sends: number): number {
  return Math.min(100 * 2 ** (sends - 1), 2_000);
}
