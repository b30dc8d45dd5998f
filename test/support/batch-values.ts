import { jobQueueArn } from "../../src/batch/arn.ts";
import type { Cause } from "../../src/batch/cause.ts";
import { parseJobDefinition } from "../../src/batch/job-definition.ts";
import type { JobDefinition } from "../../src/batch/job-definition.ts";
import type { Job } from "../../src/batch/job.ts";
import { Refusal } from "../../src/batch/refusal.ts";
import type { Scope } from "../../src/batch/scope.ts";
import { createJob } from "../../src/batch/submission.ts";
import { assert } from "../../src/lib/assert.ts";
import type {
  ContainerProperties,
  RegisterJobDefinitionRequest,
  ResourceRequirement,
  SubmitJobRequest,
} from "../../src/model/batch.ts";

export const SCOPE: Scope = { accountId: "111122223333", region: "us-east-1" };
export const CAUSE: Cause = { principal: "arn:aws:iam::111122223333:user/test", requestId: "request-1" };
export const JOB_ID = "1e2d3c4b-0000-4000-8000-000000000001";
export const NOW_MS = 1_700_000_000_000;

export function requirements(vcpu: string, memory: string): readonly ResourceRequirement[] {
  return [
    { type: "VCPU", value: vcpu },
    { type: "MEMORY", value: memory },
  ];
}

/** The smallest container that EC2 takes. */
export function ec2Container(members: ContainerProperties = {}): ContainerProperties {
  return { image: "busybox", resourceRequirements: requirements("1", "128"), ...members };
}

/** The smallest container that Fargate takes. */
export function fargateContainer(members: ContainerProperties = {}): ContainerProperties {
  return {
    image: "busybox",
    resourceRequirements: requirements("0.25", "512"),
    executionRoleArn: "arn:aws:iam::111122223333:role/execution",
    ...members,
  };
}

export function definitionRequest(
  members: Partial<RegisterJobDefinitionRequest> = {},
): RegisterJobDefinitionRequest {
  return {
    jobDefinitionName: "demo-def",
    type: "container",
    containerProperties: ec2Container(),
    ...members,
  };
}

export function registerDefinition(members: Partial<RegisterJobDefinitionRequest> = {}): JobDefinition {
  const facts = { scope: SCOPE, revision: 4, nowMs: NOW_MS, cause: CAUSE };
  return accepted(parseJobDefinition(definitionRequest(members), facts));
}

export function submissionRequest(members: Partial<SubmitJobRequest> = {}): SubmitJobRequest {
  return { jobName: "demo", jobQueue: "q1", jobDefinition: "demo-def", ...members };
}

export function submit(definition: JobDefinition, members: Partial<SubmitJobRequest> = {}): Job | Refusal {
  return createJob(submissionRequest(members), definition, {
    findDependency: () => undefined,
    scope: SCOPE,
    jobId: JOB_ID,
    jobQueueArn: jobQueueArn(SCOPE, "q1"),
    nowMs: NOW_MS,
    cause: CAUSE,
  });
}

/** What a rule made where nothing is refused. */
export function accepted<Result>(result: Result | Refusal): Result {
  assert(!(result instanceof Refusal), `refused: ${result instanceof Refusal ? result.text : ""}`);
  return result;
}
