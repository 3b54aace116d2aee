/** What differs from the SDK on purpose, by suite; the first reason whose pattern fits the test's name counts. */
interface Difference {
  readonly suite: string;
  readonly mode?: 'unscoped' | 'scoped';
  readonly test: RegExp;
  readonly reason: string;
}

const differences: readonly Difference[] = [];

/** Why a test of a vendor's suite ends otherwise on our client; `undefined` where nobody has said why. */
export function reasonOf(suite: string, mode: 'unscoped' | 'scoped', test: string): string | undefined {
  return differences.find((each) => each.suite === suite && (each.mode ?? mode) === mode && each.test.test(test))
    ?.reason;
}
