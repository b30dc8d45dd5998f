import type { JobQueueType, PlatformCapability } from "../model/batch.ts";
import { Refusal } from "./refusal.ts";

/** What a job of ECS runs on. */
export type Platform = PlatformCapability;

/** The platform that a job definition is for: EC2 where it names none. */
export function platformOf(capabilities: readonly PlatformCapability[]): Platform {
  return capabilities[0] ?? "EC2";
}

/**
 * Checks the `platformCapabilities` of a request; absent means none, which is EC2. AWS takes a list and wants one entry,
 * in the words recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch).
 */
export function parsePlatformCapabilities(
  capabilities: readonly PlatformCapability[] = [],
): readonly PlatformCapability[] | Refusal {
  return capabilities.length > 1 ? Refusal.wrapped("Exactly 1 capability must be provided.") : capabilities;
}

/** What a queue has to offer for a job: a platform of ECS, or Kubernetes. */
export type Capability = Platform | "EKS";

/** Refuses a job whose platform the queue does not have: a queue's environments are all of one kind. */
export function checkQueuePlatform(wanted: Capability, jobQueueType: JobQueueType): Refusal | undefined {
  if (OFFERED[jobQueueType] === wanted) return undefined;
  return Refusal.wrapped(
    `Job Queue is attached to Compute Environment that can not run Jobs with capability ${wanted}.`,
  );
}

/** AWS's text for a member that Fargate does not know. */
export function notForFargate(member: string): Refusal {
  return notApplicable(member, "FARGATE");
}

/** AWS's text for Fargate, and ours in its likeness for Managed Instances. */
export function notApplicable(member: string, platform: "FARGATE" | "MANAGED_INSTANCES"): Refusal {
  return Refusal.wrapped(
    `${member} is not applicable for ${platform === "FARGATE" ? "Fargate" : "MANAGED_INSTANCES"}.`,
  );
}

/** AWS's text for a member that only Fargate knows. */
export function notForEc2(member: string): Refusal {
  return Refusal.wrapped(`${member} not applicable for EC2.`);
}

const OFFERED: Readonly<Record<JobQueueType, Capability | undefined>> = {
  ECS: "EC2",
  ECS_FARGATE: "FARGATE",
  ECS_MANAGED_INSTANCES: "MANAGED_INSTANCES",
  EKS: "EKS",
  SAGEMAKER_TRAINING: undefined,
};
