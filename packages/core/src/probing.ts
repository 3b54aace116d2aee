import type { ProbeAnswer } from './adapter.ts';
import { targetOf } from './attempt.ts';
import { within } from './clock.ts';
import type { Job, RunnerParts } from './job.ts';
import type { Seen } from './ledger-session.ts';
import { applyProbe, type Finding } from './lifecycle/probe.ts';
import { openStored, storeResult, type Codec } from './payload.ts';
import type { EffectRecord } from './record.ts';
import { aboutJob, beginning, lasted, report, reportChange, tracing } from './reporting.ts';

/** How long a vendor's answer may try to be recorded; lost, it is asked for again. */
const patienceMs = 5_000;

export type Probed =
  | { readonly kind: 'applied'; readonly seen: Seen }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly retryAfterMs?: number };

/** Asks the vendor whether the effect happened and stores what follows from the answer. */
export async function probe(
  { session, codec, clock }: Pick<RunnerParts, 'session' | 'codec' | 'clock'>,
  job: Pick<Job, 'probe' | 'claim' | 'correlationId' | 'run' | 'giveUpAt'>,
  slot: string,
  before: Seen,
): Promise<Probed> {
  const record = before.record as EffectRecord;
  const request = await openStored(record.request, codec).catch(() => undefined);
  const since = beginning(clock);
  const looking = job.probe(targetOf(record, request)).catch((error: unknown): ProbeAnswer => ({
    kind: 'unreachable',
    reason: error instanceof Error ? error.message : String(error),
  }));
  const answer = await within(clock, job.giveUpAt - clock.monotonic(), looking, (): ProbeAnswer => ({
    kind: 'unreachable',
    reason: 'the look-up did not answer in time',
  }));
  report(job, slot, clock, () => ({
    type: 'probed',
    answer: answer.kind === 'found' && answer.matches.length === 0 ? 'absent' : answer.kind,
    ...lasted(clock, since),
    ...tracing(record.traceparent),
  }));
  if (answer.kind === 'unreachable') return answer;
  const finding = await findingOf(
    answer.kind === 'found' && answer.matches.length === 0 ? { kind: 'absent' } : answer,
    codec,
  );
  // On what stands now, since another may have settled it meanwhile; absence says nothing of newer attempts, and
  // nothing of it is about another logic version, which the vendor knows under another marker.
  const seen = await session.change(
    slot,
    before,
    (current, at) =>
      current.contract.logicVersion === record.contract.logicVersion
        ? applyProbe(current, finding, record.attempts.length, at, before.at)
        : undefined,
    patienceMs,
  );
  reportChange(aboutJob(job, slot, clock), 'probe', record, seen);
  return { kind: 'applied', seen: seen === before ? await session.read(slot) : seen };
}

async function findingOf(
  answer: Exclude<ProbeAnswer, { kind: 'unreachable' }>,
  codec: Codec | undefined,
): Promise<Finding> {
  if (answer.kind !== 'found') return answer;
  const matches = await Promise.all(
    answer.matches.map(async ({ vendorId, response }) => ({
      vendorId,
      result: await storeResult(response, 'all', codec),
    })),
  );
  return { kind: 'found', matches };
}
