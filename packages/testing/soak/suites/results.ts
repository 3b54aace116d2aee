import type { VendorSuite } from './vendor-suites.ts';

/** How each test of a suite ended, by its full name. */
export type Results = ReadonlyMap<string, { readonly state: 'pass' | 'fail' | 'skipped'; readonly message: string }>;

/** @throws Error where the output has no results in it. */
export function readResults(runner: VendorSuite['runner'], output: string): Results {
  return runner === 'mocha' ? ofMocha(output) : ofLines(runner, output);
}

interface MochaTest {
  readonly fullTitle: string;
  readonly err: { readonly message?: string };
}

function ofMocha(output: string): Results {
  const start = output.indexOf('{\n  "stats"');
  if (start < 0) throw new Error(`mocha gave no results:\n${output.slice(-2000)}`);
  // A test may print behind the report.
  const end = output.lastIndexOf('\n}');
  const report = JSON.parse(output.slice(start, end + 2)) as Record<'passes' | 'failures' | 'pending', MochaTest[]>;
  const states = { passes: 'pass', failures: 'fail', pending: 'skipped' } as const;
  return numbered(
    Object.entries(states).flatMap(([kind, state]) =>
      report[kind as keyof typeof states].map(({ fullTitle, err }) => ({
        name: fullTitle,
        state,
        message: err.message ?? '',
      })),
    ),
  );
}

/** As the reporters beside this file give them. */
function ofLines(runner: string, output: string): Results {
  const tests = output
    .split('\n')
    .filter((line) => line.startsWith('{"name":'))
    .map((line) => JSON.parse(line) as { name: string; state: 'pass' | 'fail' | 'skipped'; message: string });
  if (tests.length === 0) throw new Error(`${runner} gave no results:\n${output.slice(-2000)}`);
  return numbered(tests);
}

/** Suites use some names twice; the order tells those apart. */
function numbered<T extends { readonly name: string }>(tests: readonly T[]): Map<string, T> {
  const seen = new Map<string, number>();
  return new Map(
    tests.map((test) => {
      const count = (seen.get(test.name) ?? 0) + 1;
      seen.set(test.name, count);
      return [count === 1 ? test.name : `${test.name} (${count})`, test];
    }),
  );
}
