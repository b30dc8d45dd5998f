import { describe } from "vitest";

/** Tests of what may be missing: then they are skipped, and standard error as well as the suite's name say why. */
export function describeOrSkip(name: string, missing: string | undefined, body: () => void): void {
  if (missing === undefined) {
    describe(name, body);
    return;
  }
  process.stderr.write(`SKIPPED: ${name}: ${missing}\n`);
  describe.skip(`${name} (${missing})`, body);
}
