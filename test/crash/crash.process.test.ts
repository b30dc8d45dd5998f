import { expect, test } from "vitest";
import { isProcessProviderSupported } from "../../src/providers/process/support.ts";
import { describeReport, isSound } from "./crash-report.ts";
import { runCrashTest } from "./crash-run.ts";
import { PROCESS_UNDER_TEST } from "./process-under-test.ts";

/** `npm run test:crash` does the same hundreds of times, with a seed of the day. */
const SEED = 20_260_101;
const KILLS = 25;
const TIMEOUT_MS = 400_000;

test.skipIf(!isProcessProviderSupported().ok)(
  `holds what it acknowledged through ${KILLS} kills (seed ${SEED})`,
  async () => {
    const report = await runCrashTest({ seed: SEED, killCount: KILLS, provider: PROCESS_UNDER_TEST });
    expect(isSound(report), describeReport(report)).toBe(true);
    expect(report.killCount).toBeGreaterThanOrEqual(KILLS);
    expect(report.jobCount).toBeGreaterThan(KILLS);
  },
  TIMEOUT_MS,
);
