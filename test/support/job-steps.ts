import { ARRAY_STEPS, JOB_STEPS } from "../../src/simulator/checkers/life-cycle.ts";

/** As events tell them: before each attempt a node is RUNNABLE, however it fared in the one before. */
const NODE_STEPS: typeof JOB_STEPS = { ...JOB_STEPS, SUCCEEDED: ["RUNNABLE"], FAILED: ["RUNNABLE"] };

/** The steps of the job, child or node of this id. */
export function stepsOf(jobId: string, arrayJobIds: ReadonlySet<string>): typeof JOB_STEPS {
  if (jobId.includes("#")) return NODE_STEPS;
  return arrayJobIds.has(jobId) ? ARRAY_STEPS : JOB_STEPS;
}
