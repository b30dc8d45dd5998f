import type { EnvironmentAnswer } from "./explanation.ts";

/** Whether the environment takes the job now, or launches an instance for it. */
export function isTaking({ verdict: { kind } }: Pick<EnvironmentAnswer, "verdict">): boolean {
  return kind === "takes" || kind === "launches";
}
