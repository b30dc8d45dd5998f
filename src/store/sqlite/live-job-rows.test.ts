import { expect, test } from "vitest";
import type { Change } from "../change.ts";
import { aJob, submitted } from "../../../test/support/store-examples.ts";
import { loadStore } from "../../../test/support/load-store.ts";
import { openTemporaryStore } from "../../../test/support/temporary-store.ts";

/** More than two pages, and more than the list indexes leave to the tail. */
const JOB_COUNT = 2_300;

/** How many jobs apart the live ones are: some are read page by page, others by their keys. */
test.each([1, 2, 3, 4, 5, 6, 50, 1_150, JOB_COUNT + 1])(
  "live jobs are read in the order of submission where one in %i lives",
  async (distance) => {
    await using store = openTemporaryStore();
    const jobs = Array.from({ length: JOB_COUNT }, (_, index) => aJob(`job-${index}`));
    const isLive = (index: number): boolean => (index + 1) % distance === 0;
    for (const isTail of [false, true]) {
      const changes = jobs.flatMap((job, index): Change[] => {
        if (index >= JOB_COUNT - 10 !== isTail) return [];
        return [submitted(job, isLive(index) ? {} : { status: "SUCCEEDED", stoppedAtMs: 1 })];
      });
      await store.commit(changes);
    }
    const { liveJobs } = await loadStore(store);
    expect(liveJobs.map(({ jobId }) => jobId)).toEqual(
      jobs.filter((_, index) => isLive(index)).map(({ jobId }) => jobId),
    );
  },
);
