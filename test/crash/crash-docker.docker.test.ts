import { expect, inject, test } from "vitest";
import { DockerTestEngine } from "../support/docker-engine.ts";
import { describeReport, isSound } from "./crash-report.ts";
import { runCrashTest } from "./crash-run.ts";
import { DockerUnderTest } from "./docker-under-test.ts";

/** `npm run test:crash -- --provider docker` does the same for longer, with a seed of the day. */
const SEED = 20_260_102;
const KILLS = 6;
/** What goes wrong only now and then is what it is there to find: it is not tried again. */
const ONCE = { timeout: 300_000, retry: 0 };

test.skipIf(inject("dockerHost") === "")(
  `holds what it acknowledged of containers through ${KILLS} kills (seed ${SEED})`,
  ONCE,
  async () => {
    const engine = DockerTestEngine.at(inject("dockerHost"));
    await using provider = new DockerUnderTest({ engine, isKilled: false });
    const report = await runCrashTest({ seed: SEED, killCount: KILLS, provider });
    expect(isSound(report), describeReport(report)).toBe(true);
    expect(report.killCount).toBeGreaterThanOrEqual(KILLS);
    expect(report.jobCount).toBeGreaterThan(KILLS);
  },
);
