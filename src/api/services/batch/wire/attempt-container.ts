import type { Attempt } from "../../../../batch/attempt.ts";
import type { AttemptContainerDetail } from "../../../../model/batch.ts";

/** What an attempt has left on the container that it ran. */
export function attemptContainer({
  instance,
  taskArn,
  outcome,
  logStreamName,
  address,
}: Attempt): AttemptContainerDetail {
  const exitCode = outcome?.exitCode;
  const reason = outcome?.reason;
  return {
    ...(instance !== undefined && { containerInstanceArn: instance.containerInstanceArn }),
    taskArn,
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { reason }),
    ...(logStreamName !== undefined && { logStreamName }),
    networkInterfaces: address === undefined ? [] : [{ privateIpv4Address: address }],
  };
}
