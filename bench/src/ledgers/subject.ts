/** Something that is measured: does one thing for a while and says how many a second it did. */
export interface Subject {
  readonly name: string;
  readonly turn: (turnMs: number) => Promise<number>;
}

/** What is compared, and what it should come to. */
export interface Comparison {
  readonly measured: string;
  readonly ours: Subject;
  /** Another subject of the same rounds, or a plain number a second. */
  readonly against: Subject | number;
  /** At least this share of it. */
  readonly target: number;
}

/** Subjects that share a server, and what is made of them. */
export interface Group {
  readonly comparisons: readonly Comparison[];
  /** Versions and settings, for the reader. */
  readonly setting: string;
  readonly close: () => Promise<void>;
}
