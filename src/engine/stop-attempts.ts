import type { LiveJob } from "../store/live-state.ts";
import type { Engine } from "./engine.ts";

/**
 * Carries out the wishes to stop: SIGTERM, and SIGKILL when the grace is over (AWS: 30 seconds). Remembers what it
 * has sent only in memory: after a restart both are sent again, and the grace begins again with the SIGTERM.
 */
export class AttemptStops {
  readonly #sent = new Map<string, { readonly killAtMs: number; isKilled: boolean }>();

  /** Sends what is due to attempts whose wish to stop is durable. Returns the milliseconds until something more is due. */
  carryOut(
    stoppingJobs: readonly LiveJob[],
    { provider, launched }: Pick<Engine, "provider" | "launched">,
    monotonicMs: number,
  ): number | undefined {
    let nextMs: number | undefined;
    for (const { activeAttempt } of stoppingJobs) {
      if (activeAttempt?.stopping === undefined) continue; // ended meanwhile
      const { taskId } = activeAttempt;
      const { because } = activeAttempt.stopping;
      let sent = this.#sent.get(taskId);
      if (sent === undefined) {
        // What goes with its instance is given no time.
        const isAtOnce = because === "instance-terminated";
        const graceMs = isAtOnce ? 0 : (launched.get(taskId)?.stopGraceMs ?? 0);
        if (!isAtOnce) provider.stop(taskId);
        sent = { killAtMs: monotonicMs + graceMs, isKilled: false };
        this.#sent.set(taskId, sent);
      }
      if (sent.isKilled) continue;
      const leftMs = sent.killAtMs - monotonicMs;
      if (leftMs > 0) {
        nextMs = Math.min(nextMs ?? leftMs, leftMs);
        continue;
      }
      provider.kill(taskId);
      sent.isKilled = true;
    }
    return nextMs;
  }

  forget(taskId: string): void {
    this.#sent.delete(taskId);
  }
}
