const remembered = 10_000;

/** What this process knows to be whose: two things that look alike are told apart by it. */
export interface Owners {
  readonly remember: (vendorId: string | undefined, marker: string) => void;
  /** Whether it is known to be what another effect than that of this marker made. */
  readonly isAnothers: (vendorId: string | undefined, marker: string) => boolean;
}

export function createOwners(): Owners {
  const markers = new Map<string, string>();
  return {
    remember: (vendorId, marker) => {
      if (vendorId === undefined) return;
      markers.set(vendorId, marker);
      const [oldest] = markers.keys();
      if (markers.size > remembered && oldest !== undefined) markers.delete(oldest);
    },
    isAnothers: (vendorId, marker) => {
      const owner = vendorId === undefined ? undefined : markers.get(vendorId);
      return owner !== undefined && owner !== marker;
    },
  };
}
