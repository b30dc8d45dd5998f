import type { AttemptSpec, ContainerSpec } from "./provider.ts";

/** One container of a task, as a provider runs it. */
export interface ContainerRun extends ContainerSpec {
  /** By which everything is asked: the task's own id for its first container, `⟨task id⟩-⟨index⟩` for the others. */
  readonly runId: string;
  readonly task: AttemptSpec;
  /** Of its task on the loopback interface; absent where the network gives it one, or it needs none. */
  readonly address?: string;
}

/** A container that an earlier run of the server may have begun. */
export interface RecoveredRun {
  readonly run: ContainerRun;
  /** It has come up: where nothing is found of it, it is lost. */
  readonly hasRun: boolean;
  /** Where it never began it is left alone, and told as absent; else it is started. */
  readonly isHeld: boolean;
}

/** Where several tasks share the interfaces of a machine, each listens on an address of its own. */
export const ADDRESS_VARIABLE = "BATCHYARD_TASK_ADDRESS";

/** The containers of a task, in their order. */
export function runsOf(task: AttemptSpec, address?: string): readonly ContainerRun[] {
  return task.containers.map((container, index) => ({
    ...container,
    runId: runIdOf(task.taskId, index),
    task,
    ...(address === undefined ? {} : { address }),
  }));
}

/** @param index of the container in its task. */
export function runIdOf(taskId: string, index: number): string {
  return index === 0 ? taskId : `${taskId}-${index}`;
}

/** Whether several containers make up the task, so that they have to be put in order. */
export function hasSeveral({ containers }: AttemptSpec): boolean {
  return containers.length > 1;
}
