/** What was tried and how it went; prints each as it ends. */
export interface Report {
  /** Tries one thing. What it throws is printed and counted, and the others go on; tells whether it went well. */
  check(what: string, work: () => Promise<string | void>): Promise<boolean>;
  readonly passed: number;
  readonly failed: number;
}

export function createReport(print: (line: string) => void): Report {
  let passed = 0;
  let failed = 0;
  return {
    check: async (what, work) => {
      const begun = Date.now();
      const took = (): string => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
      try {
        const said = await work();
        passed += 1;
        print(`ok    ${what}${said === undefined ? '' : `: ${said}`} (${took()})`);
        return true;
      } catch (error) {
        failed += 1;
        print(`FAIL  ${what} (${took()})\n${indented(error instanceof Error ? error.message : String(error))}`);
        return false;
      }
    },
    get passed() {
      return passed;
    },
    get failed() {
      return failed;
    },
  };
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '      ');
}
