import { resourceName, parseResourceArn } from "../batch/arn.ts";
import type { Attempt } from "../batch/attempt.ts";
import type { Job } from "../batch/job.ts";
import { taskContainers } from "../batch/task-containers.ts";
import { hostWorkload } from "../batch/host-workload.ts";

/** A task that has not ended, as its metadata are made of. */
export interface DescribedTask {
  readonly job: Job;
  readonly attempt: Attempt;
}

const MILLIS_PER_VCPU = 1000;
const CPU_SHARES_PER_VCPU = 1024;

/**
 * What the task metadata endpoint tells of a container, as far as it is known here; undefined where there is none:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
 */
export function containerMetadata({ job, attempt }: DescribedTask, index: number): object | undefined {
  const container = taskContainers(hostWorkload(job))[index];
  if (container === undefined) return undefined;
  const { taskArn, placedAtMs, startedAtMs } = attempt;
  const { name, properties, resources } = container;
  const { image, logConfiguration } = properties;
  const definition = definitionOf(job);
  return {
    DockerId: containerId(attempt.taskId, index),
    Name: name,
    DockerName: `batchyard-${attempt.taskId}`,
    ...(image !== undefined && { Image: image }),
    Labels: {
      "com.amazonaws.ecs.cluster": clusterOf(attempt),
      "com.amazonaws.ecs.container-name": name,
      "com.amazonaws.ecs.task-arn": taskArn,
      "com.amazonaws.ecs.task-definition-family": definition.family,
      "com.amazonaws.ecs.task-definition-version": definition.revision,
    },
    ...statusOf(attempt),
    Limits: {
      CPU: Math.round((resources.vcpuMillis * CPU_SHARES_PER_VCPU) / MILLIS_PER_VCPU),
      Memory: resources.memoryMiB,
    },
    CreatedAt: instant(placedAtMs),
    ...(startedAtMs !== undefined && { StartedAt: instant(startedAtMs) }),
    Type: "NORMAL",
    LogDriver: logConfiguration?.logDriver ?? "awslogs",
    ContainerARN: `${taskArn.replace(":task/", ":container/")}/${containerId(attempt.taskId, index)}`,
  };
}

export function taskMetadata(task: DescribedTask): object {
  const { job, attempt } = task;
  const definition = definitionOf(job);
  const host = hostWorkload(job);
  return {
    Cluster: clusterOf(attempt),
    TaskARN: attempt.taskArn,
    Family: definition.family,
    Revision: definition.revision,
    ...statusOf(attempt),
    Limits: { CPU: host.resources.vcpuMillis / MILLIS_PER_VCPU, Memory: host.resources.memoryMiB },
    LaunchType: attempt.instance === undefined ? "FARGATE" : "EC2",
    Containers: taskContainers(host).map((_, index) => containerMetadata(task, index)),
  };
}

/** The engine's own ids are not known: containers are told apart by their task and their place in it. */
export function containerId(taskId: string, index: number): string {
  return `${taskId}-${index}`;
}

function clusterOf({ taskArn }: Attempt): string {
  return taskArn.split("/")[1] ?? "";
}

function definitionOf({ jobDefinitionArn }: Job): { readonly family: string; readonly revision: string } {
  const definition = parseResourceArn(jobDefinitionArn);
  const revision = definition?.resourceType === "job-definition" ? definition.revision : undefined;
  return { family: resourceName(jobDefinitionArn), revision: String(revision ?? "") };
}

function statusOf({ startedAtMs, stopping }: Attempt): object {
  return {
    DesiredStatus: stopping === undefined ? "RUNNING" : "STOPPED",
    KnownStatus: startedAtMs === undefined ? "CREATED" : "RUNNING",
  };
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
