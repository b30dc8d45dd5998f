import { unreachable } from "../../lib/assert.ts";
import type { ContainerFacts } from "./docker-engine.ts";

/** What becomes of an attempt that the engine has to be asked about. */
export type TakeUpDecision =
  | { readonly action: "start"; readonly because: "never-ran" }
  | {
      readonly action: "give-up";
      readonly because: "stopped-before-start" | "container-gone" | "engine-gone";
    }
  | { readonly action: "adopt"; readonly because: "runs" }
  | { readonly action: "finish"; readonly because: "ended" };

export interface TakeUpFacts {
  /** Undefined if there is no container of it. */
  readonly facts: ContainerFacts | undefined;
  /** It is known to have come up once. */
  readonly hasRun: boolean;
  /** The engine that made the container is gone: it may have been starting it, and its command may have begun. */
  readonly isOfEarlierEngine: boolean;
  /** Somebody wants it ended. */
  readonly isUnwanted: boolean;
}

/**
 * Decides what becomes of an attempt. What has never come up is started, unless it is to end; what came up and of which
 * nothing is there is lost, and so is what an engine may have been starting when it went away.
 */
export function decideTakeUp({ facts, hasRun, isOfEarlierEngine, isUnwanted }: TakeUpFacts): TakeUpDecision {
  const status = facts?.status;
  switch (status) {
    case "running":
    case "paused":
    case "restarting":
      return { action: "adopt", because: "runs" };
    case "exited":
    case "dead":
      return { action: "finish", because: "ended" };
    case undefined:
    case "created":
    case "removing":
      if (hasRun) return { action: "give-up", because: "container-gone" };
      if (isUnwanted) return { action: "give-up", because: "stopped-before-start" };
      if (isOfEarlierEngine) return { action: "give-up", because: "engine-gone" };
      return { action: "start", because: "never-ran" };
    default:
      return unreachable(status);
  }
}
