import type { ProbeAnswer } from './adapter.ts';
import { targetOf } from './attempt.ts';
import { within } from './clock.ts';
import type { Job, RunnerParts } from './job.ts';
import type { Keeping } from './keeping.ts';
import { keysNow } from './keys.ts';
import type { LedgerSession, Seen } from './ledger-session.ts';
import { countOf } from './lifecycle/attempts.ts';
import { applyProbe, postponed, type Finding } from './lifecycle/probe.ts';
import { unknownAttempts } from './lifecycle/state.ts';
import { seenIn, type Sight } from './matching.ts';
import { openStored, storeResult, type Codec } from './payload.ts';
import type { EffectRecord } from './record.ts';
import * as refusals from './refusals.ts';
import { aboutJob, beginning, lasted, report, reportChange, tracing } from './reporting.ts';

/** How long a vendor's answer may try to be recorded; lost, it is asked for again. */
const patienceMs = 5_000;

export type Probed =
  | { readonly kind: 'applied'; readonly seen: Seen }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly retryAfterMs?: number };

type Parts = Pick<RunnerParts, 'session' | 'codec' | 'clock'>;
type Asking = Pick<
  Job,
  'looksFirst' | 'probe' | 'claim' | 'correlationId' | 'run' | 'giveUpAt' | 'keeping' | 'prepare'
>;

/** Asks the vendor whether the effect happened and stores what follows from the answer. */
export async function probe(parts: Parts, job: Asking, slot: string, before: Seen): Promise<Probed> {
  const record = before.record as EffectRecord;
  const { sight, request } = await look(parts, job, slot, record);
  if (sight.kind === 'unreachable') return sight;
  // That this process cannot ask is no answer of the vendor: its own caller still can.
  if (sight.kind === 'cannot_know' && request === undefined && withheldByPolicy(record)) {
    throw refusals.lookUpNeedsCaller(job, sight.reason);
  }
  const seen = await apply(parts, job, slot, before, sight);
  return { kind: 'applied', seen: seen === before ? await parts.session.read(slot) : seen };
}

/**
 * One look before what is in doubt is sent again under its key: where the vendor shows it, it is settled by that, and
 * whether whoever answers honours keys does not matter. Anything else it says, or that it says nothing, proves nothing
 * yet: the key decides. @returns what stands in the ledger now, or nothing where it is to be sent.
 */
export async function settledByLook(
  parts: Parts,
  job: Asking,
  slot: string,
  before: Seen,
  resend: boolean,
): Promise<Seen | undefined> {
  const { record } = before;
  if (!resend || job.looksFirst !== true || record?.safety.kind !== 'keyed' || unknownAttempts(record).length === 0)
    return undefined;
  return await foundByLook(parts, job, slot, before);
}

/** One look of which only what it finds is written down. @returns what stands in the ledger now, where it found. */
export async function foundByLook(parts: Parts, job: Asking, slot: string, before: Seen): Promise<Seen | undefined> {
  const { sight } = await look(parts, job, slot, before.record as EffectRecord);
  if (sight.kind !== 'found') return undefined;
  const seen = await apply(parts, job, slot, before, sight);
  return seen === before ? undefined : seen;
}

async function look(
  { session, codec, clock }: Parts,
  job: Asking,
  slot: string,
  record: EffectRecord,
): Promise<{ readonly sight: Sight; readonly request: string | undefined }> {
  const { naming } = await session.info();
  const kept = await openStored(record.request, codec, { slot, kind: 'request' }).catch(() => undefined);
  // Where it was not kept, its own caller has the same one.
  const own = job.claim.fingerprint.full === record.fingerprint.full ? job.prepare : undefined;
  const request = kept ?? own?.(keysNow(record, naming));
  const since = beginning(clock);
  const target = targetOf(record, naming, request);
  const looking = job.probe(target).catch((error: unknown): ProbeAnswer => ({
    kind: 'unreachable',
    reason: error instanceof Error ? error.message : String(error),
  }));
  const answer = await within(clock, job.giveUpAt - clock.monotonic(), looking, (): ProbeAnswer => ({
    kind: 'unreachable',
    reason: 'the look-up did not answer in time',
  }));
  const sight = seenIn(answer, target);
  report(job, slot, clock, () => ({
    type: 'probed',
    answer: sight.kind,
    ...lasted(clock, since),
    ...tracing(record.traceparent),
  }));
  return { sight, request };
}

/**
 * On what stands now, since another may have settled it meanwhile; absence says nothing of newer attempts, and nothing
 * of it is about another logic version, which the vendor knows under another marker.
 */
async function apply(
  { session, codec, clock }: Parts,
  job: Asking,
  slot: string,
  before: Seen,
  sight: Exclude<Sight, { kind: 'unreachable' }>,
): Promise<Seen> {
  const record = before.record as EffectRecord;
  const finding = await findingOf(sight, codec, slot, job.keeping);
  const seen = await session.change(
    slot,
    before,
    (current, at) =>
      current.contract.logicVersion === record.contract.logicVersion
        ? applyProbe(current, finding, countOf(record.attempts), at, before.at)
        : undefined,
    patienceMs,
  );
  reportChange(aboutJob(job, slot, clock), 'probe', record, seen);
  return seen;
}

/** Writes down that a look did not reach the vendor. What cannot be written now is looked at again the sooner. */
export async function postpone(
  session: LedgerSession,
  slot: string,
  seen: Seen,
  retryAfterMs: number | undefined,
): Promise<void> {
  await session.change(slot, seen, (record, at) => postponed(record, retryAfterMs, at), 1_000).catch(() => undefined);
}

async function findingOf(
  answer: Exclude<Sight, { kind: 'unreachable' }>,
  codec: Codec | undefined,
  slot: string,
  keeping: Keeping,
): Promise<Finding> {
  if (answer.kind !== 'found') return answer;
  const matches = await Promise.all(
    answer.matches.map(async ({ vendorId, response }) => ({
      vendorId,
      result: await storeResult(response, 'all', codec, slot, keeping.result),
    })),
  );
  return { kind: 'found', matches };
}

function withheldByPolicy({ request, safety }: EffectRecord): boolean {
  // What nobody can look up is for a person, who is to hear of it.
  if (safety.kind === 'unverifiable' && safety.findable !== true) return false;
  return request?.kind === 'omitted' && request.reason === 'policy';
}
