import { unreachable } from "../lib/assert.ts";
import type {
  ContainerProperties,
  EcsProperties,
  EcsTaskProperties,
  TaskContainerDependency,
  TaskContainerProperties,
} from "../model/batch.ts";
import { requirementOf } from "./resource-requirements.ts";
import type { Resources } from "./resources.ts";
import type { NodeWorkload } from "./workload.ts";

/** A container of a task, as its definition describes it. */
export interface TaskContainer {
  /** Unique in its task. */
  readonly name: string;
  /** The effective container, with what the definition says of the task as a whole, as volumes and roles, merged in. */
  readonly properties: ContainerProperties;
  /** What it may use; memory is a hard limit. */
  readonly resources: Resources;
  /** Its end ends the task. At least one of a task is. */
  readonly isEssential: boolean;
  /** What has to have happened before it starts. */
  readonly dependsOn: readonly ContainerDependency[];
  /** How long others wait for it to complete or succeed, from its start on. Absent: for ever. */
  readonly startTimeoutSeconds?: number;
  /** From SIGTERM to SIGKILL; absent: 30. */
  readonly stopTimeoutSeconds?: number;
}

/**
 * The other has come up (`START`), ended (`COMPLETE`), or ended with exit code 0 (`SUCCESS`).
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerDependency.html
 */
export interface ContainerDependency {
  readonly containerName: string;
  readonly condition: "START" | "COMPLETE" | "SUCCESS";
}

/**
 * How long a container may take to end after SIGTERM before SIGKILL ends it: the ECS agent's default.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html
 */
export const STOP_TIMEOUT_SECONDS = 30;

/** What AWS Batch calls the one container of a plain job. */
export const DEFAULT_CONTAINER_NAME = "default";

/** Describes the containers that a workload runs as one task; none for one that is no task. */
export function taskContainers({ workload, resources }: NodeWorkload): readonly TaskContainer[] {
  switch (workload.kind) {
    case "container":
      return [plainContainer(workload.container, resources)];
    case "ecs":
      return ecsContainers(workload.ecs);
    case "eks":
      return [];
    default:
      return unreachable(workload);
  }
}

/** What the containers of a task share with each other or with the host; absent: nothing. */
export interface TaskModes {
  readonly ipcMode?: "host" | "task" | "none";
  readonly pidMode?: "host" | "task";
}

/** Reads what the containers of a workload share. */
export function taskModes({ workload }: NodeWorkload): TaskModes {
  if (workload.kind !== "ecs") return {};
  const { ipcMode, pidMode } = workload.ecs.taskProperties[0] ?? {};
  return {
    ...((ipcMode === "host" || ipcMode === "task" || ipcMode === "none") && { ipcMode }),
    ...((pidMode === "host" || pidMode === "task") && { pidMode }),
  };
}

function plainContainer(properties: ContainerProperties, resources: Resources): TaskContainer {
  return { name: DEFAULT_CONTAINER_NAME, properties, resources, isEssential: true, dependsOn: [] };
}

function ecsContainers({ taskProperties: [task] }: EcsProperties): readonly TaskContainer[] {
  return (task?.containers ?? []).map((container) => {
    const {
      name = DEFAULT_CONTAINER_NAME,
      dependsOn = [],
      essential = true,
      startTimeout,
      stopTimeout,
    } = container;
    return {
      name,
      properties: task === undefined ? {} : effectiveProperties(container, task),
      resources: resourcesOf(container),
      isEssential: essential,
      dependsOn: dependsOn.map(toDependency),
      ...(startTimeout !== undefined && { startTimeoutSeconds: startTimeout }),
      ...(stopTimeout !== undefined && { stopTimeoutSeconds: stopTimeout }),
    };
  });
}

/** The container as if it were the only one of its task. */
function effectiveProperties(
  container: TaskContainerProperties,
  task: EcsTaskProperties,
): ContainerProperties {
  const { taskRoleArn, executionRoleArn, volumes, runtimePlatform, ephemeralStorage } = task;
  const { networkConfiguration, enableExecuteCommand } = task;
  const {
    name: _name,
    dependsOn: _dependsOn,
    essential: _essential,
    firelensConfiguration: _,
    ...members
  } = container;
  const { startTimeout: _startTimeout, stopTimeout: _stopTimeout, ...own } = members;
  return {
    ...own,
    jobRoleArn: taskRoleArn,
    executionRoleArn,
    volumes,
    runtimePlatform,
    ephemeralStorage,
    networkConfiguration,
    enableExecuteCommand,
  };
}

/** They have been checked when the definition was registered. */
function resourcesOf({ resourceRequirements }: TaskContainerProperties): Resources {
  return {
    vcpuMillis: Math.round(Number(requirementOf(resourceRequirements, "VCPU") ?? 0) * 1_000),
    memoryMiB: Number(requirementOf(resourceRequirements, "MEMORY") ?? 0),
    gpuCount: Number(requirementOf(resourceRequirements, "GPU") ?? 0),
  };
}

function toDependency({ containerName = "", condition }: TaskContainerDependency): ContainerDependency {
  const isKnown = condition === "COMPLETE" || condition === "SUCCESS";
  return { containerName, condition: isKnown ? condition : "START" };
}
