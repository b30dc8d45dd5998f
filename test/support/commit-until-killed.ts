import { writeSync } from "node:fs";
import { aJob, anAttempt, changed, submitted } from "./store-examples.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";

/** The program that `kill.process.test.ts` kills: commits for ever and says after each commit which jobs were in it. */
const [path = "", prefix = ""] = process.argv.slice(2);
const store = SqliteStore.open(path);
for (let commit = 0; ; commit += 1) {
  const jobs = Array.from({ length: 1 + (commit % 20) }, (_, index) => aJob(`${prefix}-${commit}-${index}`));
  await store.commit(
    jobs.flatMap((job) => [
      submitted(job),
      { kind: "attempt-put", attempt: anAttempt(job, 1) },
      changed(job, { status: "STARTING", attemptCount: 1 }),
    ]),
  );
  writeSync(process.stdout.fd, `${jobs.map(({ jobId }) => jobId).join(" ")}\n`);
}
