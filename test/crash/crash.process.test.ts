import { expect, test } from "vitest";
import { isProcessProviderSupported } from "../../src/providers/process/support.ts";
import { describeReport, isSound } from "./crash-report.ts";
import { runCrashTest } from "./crash-run.ts";
import { PROCESS_UNDER_TEST } from "./process-under-test.ts";

/** `npm run test:crash` does the same hundreds of times, with a seed of the day. */
const SEED = 20_260_101;
const KILLS = 16;
/** What goes wrong only now and then is what it is there to find: it is not tried again. */
const ONCE = { timeout: 400_000, retry: 0 };

test.skipIf(!isProcessProviderSupported().ok)(
  `holds what it acknowledged through ${KILLS} kills (seed ${SEED})`,
  ONCE,
  async () => {
    const report = await runCrashTest({ seed: SEED, killCount: KILLS, provider: PROCESS_UNDER_TEST });
    expect(isSound(report), describeReport(report)).toBe(true);
    expect(report.killCount).toBeGreaterThanOrEqual(KILLS);
    expect(report.jobCount).toBeGreaterThan(KILLS);
  },
);
