import type { UpdatePolicy } from "../model/batch.ts";

/** What a policy says where it is silent. */
export const DEFAULT_UPDATE_POLICY = {
  terminateJobsOnUpdate: false,
  jobExecutionTimeoutMinutes: 30,
} as const;

/**
 * The instant at which what still runs on instances that an infrastructure update replaces is ended with them: at once,
 * or when the policy's time is over. Without a policy that of `DEFAULT_UPDATE_POLICY` holds.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdatePolicy.html
 *
 * @param nowMs when the update was taken.
 */
export function retireAt(
  { updatePolicy = {} }: { readonly updatePolicy?: UpdatePolicy },
  nowMs: number,
): number {
  const {
    terminateJobsOnUpdate = DEFAULT_UPDATE_POLICY.terminateJobsOnUpdate,
    jobExecutionTimeoutMinutes = DEFAULT_UPDATE_POLICY.jobExecutionTimeoutMinutes,
  } = updatePolicy;
  return terminateJobsOnUpdate ? nowMs : nowMs + jobExecutionTimeoutMinutes * MINUTE_MS;
}

const MINUTE_MS = 60_000;
