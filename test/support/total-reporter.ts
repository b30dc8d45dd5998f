import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Of each failure so many characters are told again at the end. */
const MESSAGE_MAX = 1_500;

/** Ends a test run with what failed and the plain total that programs read: `N passed, N failed, N skipped`. */
export default class TotalReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      const suites = [module, ...module.children.allSuites()];
      // A hook that failed: its tests count as skipped.
      failed += suites.filter((suite) => suite.errors().length > 0).length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else skipped += 1;
        if (state === "failed") process.stdout.write(failureOf(test));
      }
    }
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}

/** Once more in brief: whoever sees only the end of the output knows what it was. */
function failureOf(test: TestCase): string {
  const messages = (test.result().errors ?? []).map(({ message }) => message.slice(0, MESSAGE_MAX));
  return [`FAILED ${test.module.relativeModuleId}: ${test.fullName}`, ...messages, ""].join("\n");
}
