import type { AttemptOutcome } from "../../batch/attempt.ts";
import { OUT_OF_MEMORY, createStartFailure, shortenReason } from "../attempt-outcomes.ts";
import type { ContainerFacts, ContainerUse } from "./docker-engine.ts";

/** What is done to a container, as far as it can fail or take too long. */
export type Stage = "pull" | "create" | "start" | "stop";

/** How long ECS waits for each: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html */
export const STAGE_MS_MAX: Readonly<Record<Stage, number>> = {
  pull: 2 * 60 * 60_000,
  create: 4 * 60_000,
  start: 3 * 60_000,
  stop: 30_000,
};

/**
 * Turns what the engine says of an ended container into an outcome.
 *
 * One that never came up failed to start, whatever exit code the engine gives it.
 */
export function createOutcome(facts: ContainerFacts, use: ContainerUse | undefined): AttemptOutcome {
  if (facts.startedAtMs === undefined) {
    return createStartFailure(reasonOf("start", facts.error === "" ? "it did not come up" : facts.error));
  }
  const measured = use === undefined ? {} : { peakMemoryBytes: use.memoryBytes, cpuTimeMs: use.cpuTimeMs };
  if (facts.isOutOfMemory) return { ...OUT_OF_MEMORY, ...measured };
  const reason = facts.error === "" ? {} : { reason: shortenReason(`DockerStateError: ${facts.error}`) };
  return { kind: "exited", exitCode: facts.exitCode, ...reason, ...measured };
}

/** The container's reason for what the engine said when it refused, as the ECS agent gives it. */
export function reasonOf(stage: Stage, engineText: string): string {
  return `${ERROR_NAMES[stage]}: Error response from daemon: ${engineText}`;
}

/** The container's reason for what the engine did not do in time. */
export function timeoutReasonOf(stage: Stage): string {
  const { state, length } = TIMEOUT_WORDS[stage];
  return `DockerTimeoutError: Could not transition to ${state}; timed out after waiting ${length}`;
}

const ERROR_NAMES: Readonly<Record<Stage, string>> = {
  pull: "CannotPullContainerError",
  create: "CannotCreateContainerError",
  start: "CannotStartContainerError",
  stop: "CannotStopContainerError",
};

/** The lengths of `STAGE_MS_MAX` as the agent's language writes them. */
const TIMEOUT_WORDS: Readonly<Record<Stage, { readonly state: string; readonly length: string }>> = {
  pull: { state: "pulled", length: "2h0m0s" },
  create: { state: "created", length: "4m0s" },
  start: { state: "started", length: "3m0s" },
  stop: { state: "stopped", length: "30s" },
};
