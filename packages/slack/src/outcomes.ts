import type { ProbeAnswer, Target } from '@oncely/core';

import { entryNamed, type Look } from './table.ts';

/** What this process knows to be whose: two things that look alike are told apart by it. */
export interface Outcomes {
  remember(vendorId: string | undefined, marker: string): void;
  /** Whether it is known to be the outcome of another effect than that of this marker. */
  readonly isAnothers: (vendorId: string, marker: string) => boolean;
}

const remembered = 10_000;

export function createOutcomes(): Outcomes {
  const markers = new Map<string, string>();
  return {
    remember: (vendorId, marker) => {
      if (vendorId === undefined) return;
      markers.set(vendorId, marker);
      const [oldest] = markers.keys();
      if (markers.size > remembered && oldest !== undefined) markers.delete(oldest);
    },
    isAnothers: (vendorId, marker) => {
      const owner = markers.get(vendorId);
      return owner !== undefined && owner !== marker;
    },
  };
}

/** Of these an outcome is one effect's alone; the topic of a channel or the text of a message may be that of several. */
const ofOneAlone: ReadonlySet<Look | undefined> = new Set<Look>([
  'said',
  'scheduled',
  'stream',
  'bookmark',
  'reminder',
  'canvas',
  'channelCanvas',
  'channel',
  'usergroup',
]);

/** What a look found without what is known to be another effect's, and known from here on to be this one's. */
export function ownOf(
  answer: ProbeAnswer,
  { operation, marker }: Pick<Target, 'operation' | 'marker'>,
  outcomes: Outcomes,
): ProbeAnswer {
  if (answer.kind !== 'found' || !ofOneAlone.has(entryNamed(operation).look)) return answer;
  // Asked here as well as within the look: of two that look at once, both are shown what is one's.
  const matches = answer.matches.filter(({ vendorId }) => !outcomes.isAnothers(vendorId, marker));
  outcomes.remember(matches[0]?.vendorId, marker);
  return matches.length === 0 ? { kind: 'absent' } : { ...answer, matches };
}
