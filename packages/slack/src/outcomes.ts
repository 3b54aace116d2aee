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
