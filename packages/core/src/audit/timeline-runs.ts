import { countOf, firstOf } from '../lifecycle/attempts.ts';
import type { EffectRecord, Run } from '../record.ts';
import type { TimelineEvent } from './timeline.ts';
import type { AttemptChange, Resume, TimelineAttempt, TimelineEffect, TimelineEntry } from './timeline-types.ts';

type Bare = Omit<TimelineAttempt, 'changes'>;

/** The attempts of an effect with what changed from each to the next; those that retention took away by their events. */
export function attemptsOf(record: EffectRecord, events: readonly TimelineEvent[]): TimelineAttempt[] {
  const ended = new Map<number, TimelineEvent & { readonly type: 'settled' | 'taken_over' }>();
  for (const event of events) {
    if (event.type === 'settled' || event.type === 'taken_over') ended.set(event.attempt, event);
  }
  const count = Math.max(countOf(record.attempts), 0, ...ended.keys());
  const bare = Array.from({ length: count }, (_, index): Bare | undefined => {
    const number = index + 1;
    const event = ended.get(number);
    const kept = keptAt(record, index);
    const of = kept ?? event;
    if (!of) return undefined;
    const input = event?.input ?? (kept && number === count ? record.fingerprint.full : undefined);
    const endedAt = kept?.settledAt ?? event?.at;
    const { basis, reason, vendorId, run } = of;
    return {
      number,
      generation: of.generation,
      logicVersion: of.logicVersion,
      holder: of.holder,
      claimedAt: of.claimedAt,
      evidence: of.evidence as Bare['evidence'],
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(basis === undefined ? {} : { basis }),
      ...(reason === undefined ? {} : { reason }),
      ...(vendorId === undefined ? {} : { vendorId }),
      ...(run === undefined ? {} : { run }),
      ...(input === undefined ? {} : { input }),
    };
  }).filter((attempt) => attempt !== undefined);
  return bare.map((attempt, index) => {
    const before = bare[index - 1];
    return { ...attempt, changes: before ? changesBetween(before, attempt, events) : [] };
  });
}

/** The entry of the attempt with this number less one; one that stands for several says nothing of each. */
function keptAt({ attempts }: EffectRecord, index: number): EffectRecord['attempts'][number] | undefined {
  const kept = attempts[firstOf(attempts, index).length];
  return kept?.times === undefined ? kept : undefined;
}

function changesBetween(before: Bare, after: Bare, events: readonly TimelineEvent[]): AttemptChange[] {
  const changes: AttemptChange[] = [];
  const compare = (field: AttemptChange['field'], from: string | number | undefined, to: typeof from): void => {
    if (from === to) return;
    const parameters =
      field === 'input'
        ? events.flatMap((event) =>
            event.type === 'reopened' && event.at >= (before.endedAt ?? 0) && event.at <= after.claimedAt
              ? event.changed
              : [],
          )
        : [];
    changes.push({
      field,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(parameters.length === 0 ? {} : { parameters: [...new Set(parameters)] }),
    });
  };
  compare('input', before.input, after.input);
  compare('generation', before.generation, after.generation);
  compare('logicVersion', before.logicVersion, after.logicVersion);
  compare('holder', before.holder, after.holder);
  compare('run', before.run?.correlationId, after.run?.correlationId);
  compare('traceparent', before.run?.traceparent, after.run?.traceparent);
  compare('checkpoint', before.run?.checkpoint?.hash, after.run?.checkpoint?.hash);
  return changes;
}

/** Each run but the first, with what it found and did. `entries` are in order. */
export function resumesOf(entries: readonly TimelineEntry[], effects: readonly TimelineEffect[]): Resume[] {
  const runs = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const id = idOf(entry.run);
    if (id === undefined) continue;
    const own = runs.get(id);
    if (own) own.push(entry);
    else runs.set(id, [entry]);
  }
  const allCheckpoints = entries.filter(({ what }) => what === 'checkpoint');
  const diverged = effects.filter(({ divergence }) => divergence);
  return [...runs].slice(1).map(([correlationId, own]): Resume => {
    const at = own[0]?.at ?? 0;
    const earlier = allCheckpoints.filter((entry) => entry.at <= at && idOf(entry.run) !== correlationId);
    const from = earlier.at(-1);
    const checkpoints = own.flatMap(({ what, checkpoint }) => {
      const before = earlier.findLast((entry) => entry.checkpoint?.name === checkpoint?.name)?.checkpoint;
      return what === 'checkpoint' && checkpoint && before
        ? [{ name: checkpoint.name, same: checkpoint.hash === before.hash }]
        : [];
    });
    const sent = [
      ...new Set(own.flatMap(({ what, slot }) => (what === 'claimed' && slot !== undefined ? [slot] : []))),
    ];
    return {
      correlationId,
      at,
      checkpoints,
      sent,
      ...(from?.checkpoint
        ? {
            from: {
              name: from.checkpoint.name,
              hash: from.checkpoint.hash,
              ...(from.run?.correlationId === undefined ? {} : { correlationId: from.run.correlationId }),
            },
          }
        : {}),
      replayed: own.reduce((sum, { what, count = 1 }) => (what === 'replayed' ? sum + count : sum), 0),
      doubts: [
        ...checkpoints.flatMap(({ name, same }) => (same ? [] : [`it came to "${name}" in another state`])),
        ...own.flatMap(({ what, slot, detail }) =>
          what === 'refused' && detail === 'input_changed' ? [`${slot} was asked for with other input`] : [],
        ),
        ...diverged.flatMap(({ slot }) =>
          sent.includes(slot) ? [`${slot} happened more than once at the vendor`] : [],
        ),
      ],
    };
  });
}

function idOf(run: Run | undefined): string | undefined {
  return run?.correlationId;
}
