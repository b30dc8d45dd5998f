import { expect, inject, test } from "vitest";
import { DockerTestEngine } from "../support/docker-engine.ts";
import { describeReport, isSound } from "./crash-report.ts";
import { runCrashTest } from "./crash-run.ts";
import { DockerUnderTest } from "./docker-under-test.ts";

/** `npm run test:crash -- --provider docker` does the same for longer, with a seed of the day. */
const SEED = 20_260_102;
const KILLS = 8;
const TIMEOUT_MS = 300_000;

test.skipIf(inject("dockerHost") === "")(
  `holds what it acknowledged of containers through ${KILLS} kills (seed ${SEED})`,
  async () => {
    const engine = DockerTestEngine.at(inject("dockerHost"));
    await using provider = new DockerUnderTest({ engine, isKilled: false });
    const report = await runCrashTest({ seed: SEED, killCount: KILLS, provider });
    expect(isSound(report), describeReport(report)).toBe(true);
    expect(report.killCount).toBeGreaterThanOrEqual(KILLS);
    expect(report.jobCount).toBeGreaterThan(KILLS);
  },
  TIMEOUT_MS,
);
