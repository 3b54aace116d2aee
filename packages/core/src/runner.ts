import { afterSettle, causeAfter, type Ended } from './after-settle.ts';
import { attempt, settle } from './attempt.ts';
import { cancelWith, claimPatienceMs } from './cancelling.ts';
import { effectKeyOf, slotOf } from './contract.ts';
import { crashPoint } from './crash-point.ts';
import type { Hand, Job, RunnerParts } from './job.ts';
import { inHand } from './in-hand.ts';
import { keysNow, refuseOtherKey } from './keys.ts';
import { seenAs, seenIn, type Seen } from './ledger-session.ts';
import type { Change } from './lifecycle/change.ts';
import { decideClaim } from './lifecycle/claim.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import { namingFor } from './lifecycle/naming.ts';
import { isOpen, mayHaveHappened } from './lifecycle/state.ts';
import { limitWatch, type LimitWatch } from './limits/watch.ts';
import { named, storeRequest } from './payload.ts';
import { instant, type Instant } from './permit.ts';
import { foundByLook, postpone, probe, settledByLook } from './probing.ts';
import { policyFor, refuseOutdated, refuseUntraced, withPreview } from './policing.ts';
import { askedWith, untracedNow } from './provenance/untraced.ts';
import { recorded, recordedNo } from './recorded.ts';
import { requestFor } from './request-for.ts';
import { encodeRecord, type Draft, type EffectRecord } from './record.ts';
import * as refusals from './refusals.ts';
import { twinWatch } from './twin-watch.ts';
import * as unsettled from './unsettled.ts';
import { reportAsked, reportClaim, reportRefusal, reportReplay, reportRun } from './reporting.ts';

export interface Runner {
  /** @throws OncelyError when there is no response of the vendor to give. */
  run(job: Job): Promise<Ended>;
}

const longestPollMs = 500;

/** Drives jobs through the lifecycle: decide, store, act, store. It decides nothing itself. */
export function createRunner(parts: RunnerParts): Runner {
  const { session, clock, codec, options, closing } = parts;

  const run = async (job: Job): Promise<Ended> => {
    const sent = { times: 0 };
    const limits = limitWatch(parts, job);
    try {
      return await drive(job, sent, limits);
    } catch (error) {
      const { operation, contract } = job.claim;
      throw refusals.withoutLedger(operation, effectKeyOf(contract), sent.times, error);
    } finally {
      if (limits) await limits.end();
    }
  };

  const drive = async (job: Job, sent: { times: number }, limits: LimitWatch | undefined): Promise<Ended> => {
    const slot = slotOf(job.claim.contract);
    let info = await session.info();
    // A caller's first claim is made in one round trip, as if nothing were there yet; recovery knows that something is.
    let seen: Seen =
      job.prepare && !job.complete && !job.turn && !limits && !job.untraced
        ? { revision: 0, at: info.at }
        : await session.read(slot);
    let token = parts.token();
    let start: Instant | undefined;
    let pollMs = 10;
    let lastCause: unknown;
    let made = false;
    let counted = false;
    let looked = false;
    let returning: Promise<void> | undefined;
    const hand: Hand = {};
    const watch = twinWatch(parts, job);

    const write = async (change: Change, draft: Draft): Promise<'written' | 'again'> => {
      const { index, events } = change;
      const record = limits ? await limits.noted(draft) : draft;
      const guard = { epoch: info.epoch };
      const command = { slot, expect: seen.revision, doc: encodeRecord(record), index, events, guard };
      const answer = await session.write(command, claimPatienceMs).catch((error: unknown) => {
        // It may be stored yet. Nobody uses it then, and this process says so once it is.
        if (record.attempts.at(-1)?.token === token) parts.unrecorded.unused(job, slot, token);
        throw error;
      });
      switch (answer.kind) {
        case 'written':
          made ||= seen.revision === 0;
          seen = seenAs(record, answer);
          return 'written';
        case 'conflict':
          seen = seenIn(answer);
          return 'again';
        case 'epoch':
          session.renew(answer.info);
          info = await session.info();
          return 'again';
        case 'held': {
          const cancelled = await cancelWith(parts, answer.workflow, slot, seen);
          if (!cancelled) {
            reportRefusal(job, slot, clock, 'workflow_held');
            parts.observing.note(job, { type: 'refused', detail: answer.workflow.state }, seen);
            throw refusals.held(job, seen, answer.workflow);
          }
          seen = cancelled;
          return 'again';
        }
      }
    };

    for (;;) {
      // Another call of this process may know more than the ledger does.
      if (parts.unrecorded.knows(slot)) seen = await parts.unrecorded.applied(slot, seen);
      refuseOutdated(job, info);
      const untraced = untracedNow(job, seen.record);
      const asked = { ...watch.asked(), ...limits?.asked(watch.asked().approval ?? job.claim.approval) };
      const request: ClaimRequest = {
        ...job.claim,
        ...asked,
        ...askedWith(untraced, asked.approval ?? job.claim.approval),
        ...policyFor(job, info),
        token,
        leaseMs: options.leaseMs,
        holder: options.holder,
        epoch: info.epoch,
        keyId: info.naming.id,
        ...(info.suspectSince === undefined ? {} : { suspectSince: info.suspectSince }),
        ...(info.namesLost ? { namesLost: true } : {}),
      };
      const decision = decideClaim(seen.record, request, seen.at);
      if (seen.record && decision.kind !== 'replay') refuseOtherKey(seen.record, info.naming);
      refuseUntraced(job, seen, untraced, decision.kind);
      if (seen.record && !made && decision.kind !== 'own') returning ??= job.returned?.();
      switch (decision.kind) {
        case 'send': {
          refuseWhenClosing(job, seen);
          if (job.wanted?.() === false && !mayHaveHappened(seen.record)) throw unsettled.abandoned(job);
          const turn = job.turn?.();
          if (turn) {
            const began = clock.monotonic();
            seen = await turn.then(() => session.read(slot));
            job = { ...job, giveUpAt: job.giveUpAt + clock.monotonic() - began };
            break;
          }
          await returning;
          if (sent.times === 0 && !counted && (seen.record?.attempts.length ?? 0) > 0) {
            counted = true;
            await job.executesAgain?.();
          }
          if (sent.times >= (job.sends ?? options.maxAttempts) || clock.monotonic() >= job.giveUpAt) {
            throw unsettled.exhausted(job, seen, sent.times, lastCause);
          }
          const settled = await settledByLook(parts, job, slot, seen, decision.request === 'stored');
          if (settled) {
            seen = settled;
            break;
          }
          if (await watch.before(seen.record)) break;
          const anew = limits && (await limits.before(seen, token));
          if (anew) seen = anew;
          if (anew) break;
          start ??= instant(clock);
          crashPoint('before_claim', slot);
          const { change, generation, request: source } = decision;
          const draft = await withRequest(job, seen, change.draft, generation, source, hand);
          if (!draft) {
            seen = await session.read(slot);
            break;
          }
          if ((await write(decision.change, draft)) === 'again') {
            // Known not to be stored, so the next try's window is counted anew.
            if (!seen.record?.attempts.some((each) => each.token === token)) start = undefined;
            break;
          }
          reportClaim(job, slot, clock, seen, start.monotonic);
          break;
        }
        case 'own': {
          // The permission is ours: just stored, or recognised after the answer to the claim was lost.
          limits?.claimed(token);
          if (isOpen(decision.attempt)) {
            sent.times += 1;
            const held = seen.record as EffectRecord;
            inHand.add(token);
            const withheld = (await watch.again()) ?? (limits && (await limits.again(seen, token)));
            const verdict = withheld ?? (await attempt(parts, job, slot, held, start ?? instant(clock), hand.made));
            lastCause = causeAfter(verdict, held, lastCause);
            seen = await settle(parts, job, slot, seen, token, verdict).finally(() => inHand.delete(token));
            if (withheld?.reason === 'twin' && withheld.cause instanceof Error) throw withheld.cause;
            const ended = await afterSettle(parts, job, seen, verdict, sent.times, lastCause);
            if (ended) return ended;
          }
          token = parts.token();
          start = undefined;
          break;
        }
        case 'write': {
          if (await watch.before(seen.record)) break;
          const { draft } = decision.change;
          const kept = await withRequest(job, seen, draft, draft.generation, 'stored', hand);
          if (!kept) seen = await session.read(slot);
          else if ((await write(decision.change, await withPreview(job, kept, seen.record, codec))) === 'written')
            reportAsked(job, slot, clock, kept);
          break;
        }
        case 'submitted':
          throw refusals.submitted(job);
        case 'replay':
          reportReplay(job, slot, clock, seen, decision.drifted);
          parts.observing.note(
            job,
            { type: 'replayed', ...(decision.drifted ? { detail: 'wording_drift' } : {}) },
            seen,
          );
          return {
            response: await recorded(parts, job, seen.record as EffectRecord),
            definite: true,
            outcome: 'replayed',
            replayed: !sent.times,
            ...recordedNo(seen),
          };
        case 'wait': {
          if (decision.look && !looked) {
            looked = true;
            refuseWhenClosing(job, seen);
            const found = await foundByLook(parts, job, slot, seen);
            if (found) seen = found;
            if (found) break;
          }
          const waitMs = decision.until - seen.at;
          if (clock.monotonic() + waitMs >= job.giveUpAt && decision.why !== 'executing') {
            throw unsettled.waiting(job, seen, decision.why, waitMs, lastCause);
          }
          if (clock.monotonic() >= job.giveUpAt) throw unsettled.waiting(job, seen, decision.why, waitMs, lastCause);
          // A live holder may finish at any moment; everything else has a known time.
          await clock.sleep(decision.why === 'executing' ? Math.min(pollMs, waitMs + 1) : waitMs + 1, closing);
          refuseWhenClosing(job, seen);
          pollMs = Math.min(pollMs * 2, longestPollMs);
          seen = await session.read(slot);
          break;
        }
        case 'probe':
          refuseWhenClosing(job, seen);
          if (clock.monotonic() >= job.giveUpAt) throw unsettled.waiting(job, seen, 'retry_at', 1_000, lastCause);
          seen = await lookUp(job, slot, seen, lastCause);
          break;
        case 'refuse':
          reportRefusal(job, slot, clock, decision.refusal.code);
          parts.observing.note(job, { type: 'refused', detail: decision.refusal.code }, seen);
          throw refusals.refused(job, seen.record as EffectRecord, decision.refusal, lastCause);
      }
    }
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
    hand: Hand,
  ): Promise<Draft | undefined> => {
    if (source === 'stored' && draft.request !== undefined) return draft;
    const { naming } = await session.info();
    const keys = keysNow(draft, naming);
    const request = await requestFor(job, seen, draft.request, draft.edited !== undefined, keys, parts);
    if (request === undefined) throw refusals.requestGone(job, draft);
    hand.made = { key: keys.key, request };
    try {
      const stored = await storeRequest(request, codec, slotOf(draft.contract), job.keeping);
      return { ...draft, request: named(stored, namingFor(draft, generation, naming.id)) };
    } catch (error) {
      if (seen.revision === 0 && (await session.read(slotOf(draft.contract))).revision > 0) return undefined;
      throw refusals.codecFailed(job, seen, error);
    }
  };

  const lookUp = async (job: Job, slot: string, before: Seen, said: unknown): Promise<Seen> => {
    const answer = await probe(parts, job, slot, before);
    if (answer.kind !== 'unreachable') return answer.seen;
    const pauseMs = answer.retryAfterMs ?? 1_000;
    // Recovery has others to look for, who may be reached; a caller waits for its own.
    if (!job.prepare) {
      await postpone(session, slot, before, answer.retryAfterMs);
      throw unsettled.waiting(job, before, 'retry_at', pauseMs, said ?? new Error(answer.reason));
    }
    if (clock.monotonic() + pauseMs >= job.giveUpAt) {
      throw unsettled.waiting(job, before, 'retry_at', pauseMs, said ?? new Error(answer.reason));
    }
    await clock.sleep(pauseMs, closing);
    return session.read(slot);
  };

  return { run: (job) => reportRun(job, clock, run) };
}
