import type { Keys } from './adapter.ts';

/** How an adapter changes values of a stored request, where an approver may. Absent: no input of it is ever edited. */
export interface RequestEditor {
  /**
   * Paths that no approver changes, with `*` for a name in between: whom and what a write concerns, its account, and
   * what makes our key and marker. What lies below them is meant as well.
   */
  readonly fixed: readonly string[];
  /**
   * A stored request with another value at a path of its parameters, encoded as the SDK would: core compares all
   * parameters afterwards. It changes nothing else, and throws where it cannot.
   */
  set(request: string, path: readonly string[], value: unknown, keys: Keys): string;
}
