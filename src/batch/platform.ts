import type { JobQueueType, PlatformCapability } from "../model/batch.ts";
import { notSupportedYet } from "./not-supported-yet.ts";
import { Refusal } from "./refusal.ts";

/** What a container may run on. */
export type Platform = "EC2" | "FARGATE";

/** The platforms that a job definition is for: EC2 where it names none. */
export function platformsOf(capabilities: readonly PlatformCapability[]): readonly Platform[] {
  const platforms = capabilities.filter((capability) => capability !== "MANAGED_INSTANCES");
  return platforms.length === 0 ? ["EC2"] : platforms;
}

/** Checks the `platformCapabilities` of a request; absent means none, which is EC2. */
export function parsePlatformCapabilities(
  capabilities: readonly PlatformCapability[] = [],
): readonly PlatformCapability[] | Refusal {
  if (capabilities.includes("MANAGED_INSTANCES")) {
    return notSupportedYet("jobs on Managed Instances (platformCapabilities MANAGED_INSTANCES)");
  }
  if (new Set(capabilities).size < capabilities.length) {
    return Refusal.bare(
      `platformCapabilities must name each capability once, got [${capabilities.join(", ")}]`,
    );
  }
  return capabilities;
}

/** Refuses a job whose platforms the queue has none of: a queue's environments are all of one kind. */
export function checkQueuePlatform(
  capabilities: readonly PlatformCapability[],
  jobQueueType: JobQueueType,
): Refusal | undefined {
  const offered: Platform = jobQueueType === "ECS_FARGATE" ? "FARGATE" : "EC2";
  const platforms = platformsOf(capabilities);
  if (platforms.includes(offered)) return undefined;
  return Refusal.wrapped(
    `Job Queue is attached to Compute Environment that can not run Jobs with capability ${platforms.join(", ")}.`,
  );
}

/** AWS's text for a member that Fargate does not know. */
export function notForFargate(member: string): Refusal {
  return Refusal.wrapped(`${member} is not applicable for Fargate.`);
}

/** AWS's text for a member that only Fargate knows. */
export function notForEc2(member: string): Refusal {
  return Refusal.wrapped(`${member} not applicable for EC2.`);
}
