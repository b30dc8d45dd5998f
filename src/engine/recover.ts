import type { Engine } from "./engine.ts";
import type { Instant } from "./instant.ts";
import { attemptSpec, readActiveAttempts } from "./launch-attempts.ts";

/**
 * Takes up what was under way when the server last stopped: every attempt in STARTING or RUNNING is given back to the
 * provider, which knows which of them still run, have ended meanwhile, or were never begun. Wishes to stop and time
 * limits go on from where they were.
 */
export async function recover(engine: Engine, now: Instant): Promise<void> {
  const active = [...engine.sequencer.state.active.values()];
  const attempts = await readActiveAttempts(engine, active);
  await engine.provider.recover(
    attempts.map(({ job, attempt }) => ({
      taskId: attempt.taskId,
      spec: attemptSpec(engine, job, attempt),
      isRunning: attempt.startedAtMs !== undefined,
    })),
  );
  for (const job of active) {
    const attempt = job.activeAttempt;
    if (attempt?.startedAtMs === undefined) continue;
    engine.deadlines.watch(attempt.taskId, job, attempt.startedAtMs, now);
  }
}
