import type { ContainerRun } from "../container-run.ts";
import { EngineAway } from "./docker-engine.ts";
import type { ContainerUse } from "./docker-engine.ts";
import { containerName } from "./docker-spec.ts";

/**
 * - `adrift`: the engine has to be asked what has become of it.
 * - `image`, `waiting` (for a start slot), `creating`, `starting`: on its way.
 * - `running`: it came up.
 * - `ending`: it ended; its outcome and the rest of its log are being read.
 */
export type AttemptPhase = "adrift" | "image" | "waiting" | "creating" | "starting" | "running" | "ending";

/** A container of a task, whose end nobody has been told of. */
export interface LiveAttempt {
  readonly run: ContainerRun;
  /** What its container is called, whoever made it. */
  readonly name: string;
  /** Aborted when it is no longer to come up. */
  readonly unwanted: AbortController;
  phase: AttemptPhase;
  /** One step after the other: settles when the latest of them has. */
  steps: Promise<void>;
  /** The engine has been asked for a container, now or perhaps by an earlier run of the server. */
  mayHaveContainer: boolean;
  /** It has come up: without a container it is lost. */
  hasRun: boolean;
  /** Should it turn out never to have begun, it is left alone: others decide when it starts. */
  isHeld: boolean;
  /** RUNNING is durable, or has been told. */
  isStartTold: boolean;
  /** By the engine's clock. */
  startedAtMs?: number;
  containerId?: string;
  stopSignal?: string;
  wish?: "stop" | "kill";
  /** The engine told of its end before its start was over. */
  hasDied: boolean;
  /** Somebody else has sent it a signal: perhaps the engine, on its way out. */
  wasSignalled: boolean;
  use?: ContainerUse | undefined;
  log?: FollowedLog;
  /** When to look at it next, by the monotonic clock. */
  lookAtMs: number;
  lookPauseMs: number;
}

export interface FollowedLog {
  readonly stop: AbortController;
  /** How often something has come of it. */
  arrivalCount: number;
  /** Whether it was read to its end. */
  readonly isWhole: Promise<boolean>;
}

export function createLiveAttempt(run: ContainerRun): LiveAttempt {
  return {
    run,
    name: containerName(run.runId),
    unwanted: new AbortController(),
    phase: "adrift",
    steps: Promise.resolve(),
    mayHaveContainer: false,
    hasRun: false,
    isHeld: false,
    isStartTold: false,
    hasDied: false,
    wasSignalled: false,
    lookAtMs: 0,
    lookPauseMs: 0,
  };
}

/** Has the step done after those before it. One that the engine leaves alone sets the attempt adrift. */
export function addStep(attempt: LiveAttempt, step: () => Promise<void>): void {
  attempt.steps = attempt.steps.then(step).catch((error: unknown) => {
    if (!(error instanceof EngineAway)) throw error;
    attempt.phase = "adrift";
  });
}
