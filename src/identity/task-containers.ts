import { hostWorkload } from "../batch/host-workload.ts";
import type { HostJob } from "../batch/host-workload.ts";
import { unreachable } from "../lib/assert.ts";
import type { KeyValuePair, LogConfiguration, Secret } from "../model/batch.ts";

/** Of a container of a task what its surroundings and its metadata are made of. */
export interface TaskContainer {
  readonly name?: string | undefined;
  readonly image?: string | undefined;
  readonly environment?: readonly KeyValuePair[] | undefined;
  readonly secrets?: readonly Secret[] | undefined;
  readonly logConfiguration?: LogConfiguration | undefined;
}

/** The name that AWS Batch gives to a job's container where it is the only one. */
export const ONLY_CONTAINER_NAME = "default";

/** The containers of the task that runs a job or node, in the order of the definition; none where it is a pod. */
export function taskContainers(job: HostJob): readonly TaskContainer[] {
  const { workload } = hostWorkload(job);
  switch (workload.kind) {
    case "container":
      return [{ ...workload.container, name: ONLY_CONTAINER_NAME }];
    case "ecs":
      return workload.ecs.taskProperties.flatMap(({ containers }) => containers);
    case "eks":
      return [];
    default:
      return unreachable(workload);
  }
}

/** The role that the containers of the task get credentials of; undefined where they get none. */
export function taskRoleArn(job: HostJob): string | undefined {
  const { workload } = hostWorkload(job);
  switch (workload.kind) {
    case "container":
      return workload.container.jobRoleArn;
    case "ecs":
      return workload.ecs.taskProperties[0]?.taskRoleArn;
    case "eks":
      return undefined;
    default:
      return unreachable(workload);
  }
}
