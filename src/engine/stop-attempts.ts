import type { AttemptStop } from "../batch/attempt.ts";
import type { LiveJob } from "../store/live-state.ts";
import type { Engine } from "./engine.ts";

/** What an attempt was sent because of a wish. */
interface Sent {
  readonly because: AttemptStop["because"];
  readonly killAtMs: number;
  isKilled: boolean;
}

/**
 * Carries out the wishes to stop: SIGTERM, and SIGKILL when the grace is over (AWS: 30 seconds). Remembers what it
 * has sent only in memory: after a restart both are sent again, and the grace begins again with the SIGTERM.
 */
export class AttemptStops {
  readonly #sent = new Map<string, Sent>();

  /** Sends what is due to attempts whose wish to stop is durable. Returns the milliseconds until something more is due. */
  carryOut(
    stoppingJobs: readonly LiveJob[],
    { provider, launched, capacity }: Pick<Engine, "provider" | "launched" | "capacity">,
    monotonicMs: number,
  ): number | undefined {
    let nextMs: number | undefined;
    for (const { activeAttempt } of stoppingJobs) {
      if (activeAttempt?.stopping === undefined) continue; // ended meanwhile
      const { taskId, instance } = activeAttempt;
      const { because } = activeAttempt.stopping;
      let sent = this.#sent.get(taskId);
      if (sent === undefined || sent.because !== because) {
        const isTakenAway = because === "instance-terminated";
        // What goes with its instance is given no time: it had it before. On Fargate Spot the notice is what it has.
        const isAtOnce = isTakenAway && instance !== undefined;
        const ownGraceMs = launched.get(taskId)?.stopGraceMs ?? 0;
        const graceMs = isAtOnce ? 0 : isTakenAway ? capacity.spotNoticeMs : ownGraceMs;
        if (!isAtOnce && sent === undefined) provider.stop(taskId);
        const killAtMs = Math.min(monotonicMs + graceMs, sent?.killAtMs ?? Infinity);
        sent = { because, killAtMs, isKilled: sent?.isKilled ?? false };
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
