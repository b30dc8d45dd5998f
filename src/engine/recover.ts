import type { Engine } from "./engine.ts";
import type { Instant } from "./instant.ts";
import { attemptSpec, mayRun, readActiveAttempts } from "./launch-attempts.ts";

/**
 * Takes up what was under way when the server last stopped: every attempt in STARTING or RUNNING is given back to the
 * provider, which knows which of them still run, have ended meanwhile, or were never begun. Wishes to stop and time
 * limits go on from where they were. Nodes that wait for their main node to come up, or never ran before it ended, are
 * not the provider's.
 */
export async function recover(engine: Engine, now: Instant): Promise<void> {
  const { jobs } = engine.sequencer.state;
  const active = [...jobs.active.values()].filter(
    (job) => mayRun(jobs, job) || job.activeAttempt?.startedAtMs !== undefined,
  );
  const attempts = await readActiveAttempts(engine, active);
  const known = attempts.map(async ({ job, attempt }) => ({
    taskId: attempt.taskId,
    spec: await attemptSpec(engine, job, attempt),
    isRunning: attempt.startedAtMs !== undefined,
    ...(attempt.address !== undefined && { address: attempt.address }),
  }));
  await engine.provider.recover(await Promise.all(known));
  for (const job of active) {
    const attempt = job.activeAttempt;
    if (attempt?.startedAtMs === undefined) continue;
    engine.deadlines.watch(attempt.taskId, job, attempt.startedAtMs, now);
  }
}
