import type {
  Batch,
  ComputeEnvironmentDetail,
  CreateComputeEnvironmentCommandInput,
  CreateJobQueueCommandInput,
  JobQueueDetail,
} from "@aws-sdk/client-batch";
import type { ComputeResource } from "../../src/model/batch.ts";
import { waitFor } from "./wait-for.ts";

/** The environment once no change of it is under way. */
export async function settledEnvironment(batch: Batch, nameOrArn: string): Promise<ComputeEnvironmentDetail> {
  return waitFor(`compute environment ${nameOrArn} in VALID`, async () => {
    const found = await batch.describeComputeEnvironments({ computeEnvironments: [nameOrArn] });
    return found.computeEnvironments?.find(({ status }) => status === "VALID");
  });
}

/** The queue once no change of it is under way. */
export async function settledQueue(batch: Batch, nameOrArn: string): Promise<JobQueueDetail> {
  return waitFor(`job queue ${nameOrArn} in VALID`, async () => {
    const { jobQueues = [] } = await batch.describeJobQueues({ jobQueues: [nameOrArn] });
    return jobQueues.find(({ status }) => status === "VALID");
  });
}

type EnvironmentInput = CreateComputeEnvironmentCommandInput;

/** What differs from an environment of this machine. */
export interface EnvironmentMembers extends Partial<Omit<EnvironmentInput, "computeResources">> {
  readonly maxvCpus?: number;
  readonly computeResources?: ComputeResource | undefined;
}

/** Makes an environment of this machine that is ready for jobs, unless `members` say otherwise. */
export async function makeEnvironment(
  batch: Batch,
  computeEnvironmentName: string,
  { maxvCpus = 64, ...members }: EnvironmentMembers = {},
): Promise<ComputeEnvironmentDetail> {
  const thisMachine = { type: "EC2", minvCpus: 0, maxvCpus, instanceTypes: ["local.host"], subnets: [] };
  const request = { computeEnvironmentName, type: "MANAGED", computeResources: thisMachine, ...members };
  // The project's own models are the same as the client's but for `readonly`.
  await batch.createComputeEnvironment(request as EnvironmentInput);
  return settledEnvironment(batch, computeEnvironmentName);
}

/** Makes a queue that takes jobs, its environments to be tried in the order given. */
export async function makeQueue(
  batch: Batch,
  jobQueueName: string,
  environments: readonly string[],
  members: Partial<CreateJobQueueCommandInput> = {},
): Promise<JobQueueDetail> {
  await batch.createJobQueue({
    jobQueueName,
    priority: 1,
    computeEnvironmentOrder: environments.map((computeEnvironment, index) => ({
      order: index + 1,
      computeEnvironment,
    })),
    ...members,
  });
  return settledQueue(batch, jobQueueName);
}

export async function setEnvironmentState(
  batch: Batch,
  computeEnvironment: string,
  state: "ENABLED" | "DISABLED",
): Promise<ComputeEnvironmentDetail> {
  await batch.updateComputeEnvironment({ computeEnvironment, state });
  return settledEnvironment(batch, computeEnvironment);
}

export async function setQueueState(
  batch: Batch,
  jobQueue: string,
  state: "ENABLED" | "DISABLED",
): Promise<JobQueueDetail> {
  await batch.updateJobQueue({ jobQueue, state });
  return settledQueue(batch, jobQueue);
}

/** Deletes a queue that is DISABLED and waits until it is gone. */
export async function deleteQueue(batch: Batch, jobQueue: string): Promise<void> {
  await batch.deleteJobQueue({ jobQueue });
  await waitFor(`the end of job queue ${jobQueue}`, async () => {
    const { jobQueues = [] } = await batch.describeJobQueues({ jobQueues: [jobQueue] });
    return jobQueues.length === 0 ? true : undefined;
  });
}

/** Deletes an environment that is DISABLED and waits until it is gone. */
export async function deleteEnvironment(batch: Batch, computeEnvironment: string): Promise<void> {
  await batch.deleteComputeEnvironment({ computeEnvironment });
  await waitFor(`the end of compute environment ${computeEnvironment}`, async () => {
    const found = await batch.describeComputeEnvironments({ computeEnvironments: [computeEnvironment] });
    return found.computeEnvironments?.length === 0 ? true : undefined;
  });
}
